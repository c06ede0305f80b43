"""Finding the few flows worth scoring among very many: one indexed statement.

The rarest stems of the intake, and words of it that only past openings have, find candidates through a GIN index whose
entries carry the account's mark, so that other accounts' flows cost nothing; the same statement brings the candidates'
openings and how common the stems are in the account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Float, Text, bindparam, text
from sqlalchemy.orm import Session

CANDIDATES = 60
RAREST = 40
FEW = 100  # flows a stem may occur in and still be asked for, whatever part of a small library they are
OPENINGS_PER_FLOW = 20

_FIND = text(
    """
    WITH library AS (
        SELECT coalesce(max(documents), 0) AS documents FROM library_terms WHERE account_id = :account AND term = ''
    ), asked AS (
        SELECT near.term, near.weight * ln(1 + library.documents::float8 / greatest(known.documents, 1)) AS weight
        FROM unnest(:terms, :weights) AS near (term, weight)
        JOIN library ON true
        LEFT JOIN library_terms known ON known.account_id = :account AND known.term = near.term
        WHERE known.documents <= greatest(:few, library.documents / 5) OR (known.documents IS NULL AND near.weight = 1)
        ORDER BY known.documents IS NULL, near.weight < 1, known.documents, near.term
        LIMIT :rarest
    ), found AS (
        SELECT flow.subject_id, sum(asked.weight) AS weight
        FROM asked
        JOIN flow_match_documents flow ON flow.terms @> ARRAY[:mark || asked.term] AND flow.account_id = :account
        GROUP BY flow.subject_id
        ORDER BY weight DESC, flow.subject_id
        LIMIT :candidates
    ), candidates AS (
        SELECT flow.* FROM found JOIN flow_match_documents flow
        ON flow.account_id = :account AND flow.subject_id = found.subject_id
    )
    SELECT candidates.subject_id, candidates.is_proposal, candidates.name, candidates.version, candidates.document,
        candidates.vectors, candidates.updated_at,
        (SELECT coalesce(jsonb_agg(opening.document), '[]') FROM (
            SELECT jsonb_build_object('document', past.document, 'helpful', past.helpful) AS document
            FROM flow_openings past
            WHERE past.account_id = :account AND past.flow_id = candidates.subject_id AND past.document IS NOT NULL
            ORDER BY past.created_at DESC LIMIT :openings
        ) opening) AS openings,
        (SELECT documents FROM library) AS library_size,
        (SELECT coalesce(jsonb_object_agg(known.term, known.documents), '{}') FROM library_terms known
            WHERE known.account_id = :account
            AND (known.term = ANY (candidates.stems) OR known.term = ANY (:terms))) AS containing
    FROM candidates
    """
).bindparams(bindparam("terms", type_=ARRAY(Text)), bindparam("weights", type_=ARRAY(Float)))


@dataclass(frozen=True)
class Candidate:
    """A flow or a proposal worth scoring; `openings` hold `document` and `helpful`, newest first."""

    subject_id: UUID
    is_proposal: bool
    name: str
    version: int | None
    document: Mapping[str, Any]
    openings: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Candidates:
    """What one search brought: candidates, and the account's statistics over the stems they hold."""

    found: Sequence[Candidate]
    library_size: int
    containing: Mapping[str, int]


def mark(account_id: UUID) -> str:
    """Return the account's mark, which stands before each of its terms in the index."""
    return f"{account_id.hex}:"


def find_candidates(db: Session, *, account_id: UUID, near: Mapping[str, float]) -> Candidates:
    """Search by the stems an intake comes near to, each with a similarity of 0..1 (1 = its own word)."""
    rows = db.execute(
        _FIND,
        {
            "account": account_id,
            "mark": mark(account_id),
            "terms": list(near),
            "weights": [float(weight) for weight in near.values()],
            "rarest": RAREST,
            "few": FEW,
            "candidates": CANDIDATES,
            "openings": OPENINGS_PER_FLOW,
        },
    ).all()
    containing: dict[str, int] = {}
    for row in rows:
        containing.update(row.containing)
    found = [
        Candidate(row.subject_id, row.is_proposal, row.name, row.version, row.document, row.openings) for row in rows
    ]
    return Candidates(found, rows[0].library_size if rows else 0, containing)
