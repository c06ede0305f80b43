"""Finding the few flows worth scoring among very many: one statement that reads no more than a share of the library.

A flow is worth scoring when it meets much of the story and the story much of its name. The stems the story comes near
to are asked for in the order of what each brings against what it costs, until enough has been read; the flows they
bring are then weighed by all the stems they hold. The same statement brings the candidates' openings and how common
the stems are in the account.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from firstline.matching.documents import Intake
from firstline.matching.reading import TYPO, one_edit_away

CANDIDATES = 60
WEIGHED = 200  # flows, at least, that are looked at more closely to choose the candidates
SHARE_WEIGHED = 0.004  # of the library, of a large one
LEAST_READ = 5_000
LONGEST_READ = 50_000  # of one term: words of openings are not counted beforehand
SHARE_READ = 0.2  # of the library, in entries of the index
STEMS_ASKED = 400
UNNAMED = 0.1  # what a flow counts whose name the story never meets: callers of the past may have said the same
RESPELT = 3  # words of a story tried in every spelling one edit away, some 50 a letter
OPENINGS_PER_FLOW = 20

_FIND = """
    WITH library AS (
        SELECT coalesce(max(documents), 0)::float8 AS flows FROM library_terms WHERE account_id = :account AND term = ''
    ), told AS MATERIALIZED (
        SELECT own.place, sqrt(own.generality * ln(1 + (library.flows + 1) / greatest(known.documents, 1))) AS weight,
            known.documents IS NULL AS unknown
        FROM library, unnest(string_to_array(:own, ' '), string_to_array(:generalities, ' ')::float8[])
            WITH ORDINALITY AS own (term, generality, place)
        LEFT JOIN library_terms known ON known.account_id = :account AND known.term = own.term
    ), near AS MATERIALIZED (
        SELECT near.term, near.similarity, near.place, told.weight, greatest(known.documents, 1)::float8 AS documents
        FROM unnest(
            string_to_array(:terms, ' '),
            string_to_array(:similarities, ' ')::float8[],
            string_to_array(:places, ' ')::int[]
        ) AS near (term, similarity, place)
        JOIN told USING (place)
        LEFT JOIN library_terms known ON known.account_id = :account AND known.term = near.term
        WHERE known.documents > 0 OR near.similarity = 1
        UNION ALL
        SELECT near.term, :typo, near.place, told.weight, known.documents
        FROM unnest(string_to_array(:respelt, ' '), string_to_array(:respelt_places, ' ')::int[]) AS near (term, place)
        JOIN told ON told.place = near.place AND told.unknown
        JOIN library_terms known ON known.account_id = :account AND known.term = near.term AND known.documents > 0
    ), asked AS MATERIALIZED (
        SELECT term, documents, max(similarity) AS similarity, max(weight * similarity * similarity) AS gain
        FROM near GROUP BY term, documents
    ), ordered AS (
        SELECT *, sum(documents) OVER (ORDER BY gain / sqrt(documents) DESC, term) - documents AS read FROM asked
    ), brought AS (
        SELECT entry.subject_id
        FROM library, ordered, LATERAL (
            SELECT held_by.subject_id FROM flow_match_terms held_by
            WHERE held_by.account_id = :account AND held_by.term = ordered.term LIMIT :longest_read
        ) entry
        WHERE ordered.read < greatest(:least_read, :share_read * library.flows)
        GROUP BY entry.subject_id
        ORDER BY sum(ordered.gain) DESC, entry.subject_id
        LIMIT (SELECT greatest(:weighed, :share_weighed * flows)::int FROM library)
    ), held AS MATERIALIZED (
        SELECT flow.subject_id, flow.terms, flow.names
        FROM brought JOIN flow_match_documents flow USING (subject_id) WHERE flow.account_id = :account
    ), evidence AS (
        SELECT held.subject_id, max(near.similarity * near.weight) AS told, 0::float8 AS met
        FROM (SELECT subject_id, unnest(terms) AS term FROM held) AS held JOIN near USING (term)
        GROUP BY held.subject_id, near.place
        UNION ALL
        SELECT held.subject_id, 0, asked.similarity / held.named
        FROM (SELECT subject_id, cardinality(names) AS named, unnest(names) AS term FROM held) AS held
        JOIN asked USING (term)
    ), chosen AS MATERIALIZED (
        SELECT subject_id, row_number() OVER (ORDER BY sum(told) * (:unnamed + sum(met)) DESC, subject_id) AS rank
        FROM evidence GROUP BY subject_id ORDER BY rank LIMIT :candidates
    ), candidates AS MATERIALIZED (
        SELECT flow.subject_id, flow.is_proposal, flow.name, flow.version, flow.document, flow.stems, chosen.rank,
            CASE WHEN flow.vectors_model = :model THEN flow.vectors END AS vectors
        FROM chosen JOIN flow_match_documents flow USING (subject_id) WHERE flow.account_id = :account
    )
    SELECT candidates.subject_id, candidates.is_proposal, candidates.name, candidates.version,
        candidates.document::text, candidates.vectors,
        (SELECT coalesce(jsonb_agg(opening.document), '[]') FROM (
            SELECT jsonb_build_object('document', past.document, 'helpful', past.helpful) AS document
            FROM flow_openings past
            WHERE past.account_id = :account AND past.flow_id = candidates.subject_id AND past.document IS NOT NULL
            ORDER BY past.created_at DESC LIMIT :openings
        ) opening) AS openings,
        CASE WHEN candidates.rank = 1 THEN (SELECT flows::int FROM library) END AS library_size,
        CASE WHEN candidates.rank = 1 THEN (
            SELECT coalesce(json_object_agg(known.term, known.documents), '{}') FROM library_terms known
            WHERE known.account_id = :account AND known.term IN (
                SELECT unnest(every_one.stems) FROM candidates every_one UNION SELECT term FROM near
            )
        ) END AS containing
    FROM candidates ORDER BY candidates.rank
"""
_STATEMENT = text(" ".join(_FIND.split()))


@dataclass(frozen=True)
class Candidate:
    """A flow or a proposal worth scoring; `document` is JSON, `openings`, newest first, `document` and `helpful`."""

    subject_id: UUID
    is_proposal: bool
    name: str
    version: int | None
    document: str
    openings: Sequence[Mapping[str, Any]]
    vectors: bytes | None


@dataclass(frozen=True)
class Candidates:
    """What one search brought, likeliest first, and the account's statistics over the stems they hold."""

    found: Sequence[Candidate]
    library_size: int
    containing: Mapping[str, int]


def find_candidates(db: Session, *, account_id: UUID, intake: Intake, model: str | None = None) -> Candidates:
    """Return the flows and proposals that may be meant, by the stems the intake comes near to.

    They bring the vectors they have of the encoder `model`.
    """
    near = sorted(
        ((reach.similarity, stem, reach.term) for stem, reached in intake.reached.items() for reach in reached),
        key=lambda each: (-each[0], each[1], each[2]),
    )[:STEMS_ASKED]
    respelt = _respellings(intake)
    rows = db.execute(
        _STATEMENT,
        {
            "account": account_id,
            "model": model,
            "own": _list(term.stem for term in intake.terms),
            "generalities": _list(term.weight for term in intake.terms),
            "terms": _list(stem for _, stem, _ in near),
            "similarities": _list(similarity for similarity, *_ in near),
            "places": _list(term + 1 for *_, term in near),
            "respelt": _list(stem for stem, _ in respelt),
            "respelt_places": _list(term + 1 for _, term in respelt),
            "typo": TYPO,
            "least_read": LEAST_READ,
            "share_read": SHARE_READ,
            "longest_read": LONGEST_READ,
            "weighed": WEIGHED,
            "share_weighed": SHARE_WEIGHED,
            "unnamed": UNNAMED,
            "candidates": CANDIDATES,
            "openings": OPENINGS_PER_FLOW,
        },
    ).all()
    if not rows:
        return Candidates((), 0, {})
    found = [
        Candidate(row.subject_id, row.is_proposal, row.name, row.version, row.document, row.openings, row.vectors)
        for row in rows
    ]
    return Candidates(found, rows[0].library_size, rows[0].containing)


def _list(values: Iterable[object]) -> str:
    """Return hundreds of values in one parameter, for the driver takes as long for each element of an array."""
    return " ".join(map(str, values))


def _respellings(intake: Intake) -> list[tuple[str, int]]:
    """Return what the longest words of no dictionary may misspell, each with its place: the account has own names."""
    longest = sorted(intake.unknown, key=lambda term: (-len(intake.terms[term].stem), term))[:RESPELT]
    return [(stem, term) for term in longest for stem in sorted(set(one_edit_away(intake.terms[term].stem)))]
