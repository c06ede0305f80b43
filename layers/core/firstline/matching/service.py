"""Matching an intake, and keeping the index it stands on, in the transaction that publishes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from firstline.db.models import FlowMatchDocument, FlowOpening, LibraryTerm
from firstline.flows.queries import LiveFlow
from firstline.matching import queries
from firstline.matching.documents import (
    FlowDocument,
    LibraryStatistics,
    Opening,
    describe_flow,
    describe_opening,
)
from firstline.matching.queries import OPENINGS_PER_FLOW, mark
from firstline.matching.reading import read_intake
from firstline.matching.scoring import score
from firstline.observability import log

MATCHED = 0.75
SUGGEST = 0.60
_DOCUMENTS = ""  # the term that counts the flows of an account
_LONGEST_TERM = 64
_STEMS_ASKED = 400


@dataclass(frozen=True)
class Why:
    """What spoke for a match: words of the caller, and tickets of past calls the flow resolved."""

    words: list[str] = field(default_factory=list)
    past_tickets: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Match:
    """A flow, or a proposal, with the probability (0..1) that it is the right one."""

    subject_id: UUID
    name: str
    version: int | None
    score: float
    why: Why


@dataclass(frozen=True)
class Matches:
    """Published flows and outcome-validated proposals, each best first."""

    flows: Sequence[Match] = ()
    proposals: Sequence[Match] = ()


def find_matches(db: Session, *, account_id: UUID, problem_statement: str) -> Matches:
    """Score the account's library against a problem statement; a failing matcher finds nothing and logs why."""
    try:
        with db.begin_nested():
            return _find(db, account_id, problem_statement)
    except (SQLAlchemyError, ValueError, KeyError, ArithmeticError):
        log().exception("matching.failed", account_id=str(account_id))
        return Matches()


def index_flow(db: Session, live: LiveFlow, *, at: datetime) -> None:
    """Put a live flow in the index, or renew it; part of the publishing transaction."""
    document = describe_flow(
        flow_id=str(live.flow_id),
        name=live.name,
        description=live.description,
        tags=live.tags,
        keywords=live.match_keywords,
    )
    openings = _openings(db, live.account_id, live.flow_id)
    _store(db, live.account_id, live.flow_id, document, openings, version=live.version, is_proposal=False, at=at)


def index_proposal(
    db: Session,
    *,
    account_id: UUID,
    proposal_id: UUID,
    title: str,
    description: str,
    keywords: Iterable[str],
    symptoms: Iterable[str],
    at: datetime,
) -> None:
    """Put an outcome-validated proposal in the index, so that the next call can walk the draft."""
    document = describe_flow(
        flow_id=str(proposal_id), name=title, description=description, keywords=keywords, symptoms=symptoms
    )
    _store(db, account_id, proposal_id, document, (), version=None, is_proposal=True, at=at)


def unindex_flow(db: Session, *, account_id: UUID, subject_id: UUID) -> None:
    """Take an archived flow, or a reviewed proposal, out of the index."""
    row = db.get(FlowMatchDocument, (account_id, subject_id), with_for_update=True)
    if row is None:
        return
    if not row.is_proposal:
        _count(db, account_id, [*row.stems, _DOCUMENTS], by=-1)
    db.delete(row)
    db.flush()


def learn_opening(
    db: Session,
    *,
    account_id: UUID,
    flow_id: UUID,
    walk_id: UUID,
    text: str,
    ticket_id: str | None,
    helpful: bool,
    at: datetime,
) -> None:
    """Keep the redacted opening words of a walk that its flow resolved, or failed to; a walk's last word counts."""
    opening = describe_opening(text, ticket=ticket_id or "", helpful=helpful)
    values: dict[str, Any] = {
        "helpful": helpful,
        "text": text,
        "ticket_id": ticket_id,
        "document": opening.to_json(),
        "created_at": at,
    }
    keep = insert(FlowOpening).values(account_id=account_id, flow_id=flow_id, walk_id=walk_id, **values)
    db.execute(keep.on_conflict_do_update(index_elements=["account_id", "walk_id"], set_=values))
    row = db.get(FlowMatchDocument, (account_id, flow_id), with_for_update=True)
    if row is not None:
        row.terms = _marked(account_id, [*row.stems, *_opening_stems(_openings(db, account_id, flow_id))])
        row.updated_at = at


def _find(db: Session, account_id: UUID, problem_statement: str) -> Matches:
    intake = read_intake(problem_statement)
    near = {stem: max(reach.similarity for reach in reached) for stem, reached in intake.reached.items()}
    nearest = sorted(near.items(), key=lambda item: (-item[1], item[0]))[:_STEMS_ASKED]
    candidates = queries.find_candidates(db, account_id=account_id, near=dict(nearest))
    by_id = {str(candidate.subject_id): candidate for candidate in candidates.found}
    library = LibraryStatistics(candidates.library_size, candidates.containing)
    scored = score(
        intake,
        [
            (FlowDocument.from_json(candidate.document), [_opening(past) for past in candidate.openings])
            for candidate in candidates.found
        ],
        library,
    )
    flows: list[Match] = []
    proposals: list[Match] = []
    for match in scored:
        candidate = by_id[match.flow_id]
        why = Why(list(match.why.words), [ticket for ticket in match.why.past_tickets if ticket])
        found = Match(candidate.subject_id, candidate.name, candidate.version, round(match.score, 4), why)
        (proposals if candidate.is_proposal else flows).append(found)
    return Matches(flows, proposals)


def _opening(past: Any) -> Opening:
    return Opening.from_json({**past["document"], "helpful": past["helpful"]})


def _store(
    db: Session,
    account_id: UUID,
    subject_id: UUID,
    document: FlowDocument,
    openings: Sequence[Opening],
    *,
    version: int | None,
    is_proposal: bool,
    at: datetime,
) -> None:
    known = db.get(FlowMatchDocument, (account_id, subject_id), with_for_update=True)
    before = set(known.stems) if known is not None else set()
    stems = sorted(stem for stem in document.stems if len(stem) <= _LONGEST_TERM)
    values: dict[str, Any] = {
        "is_proposal": is_proposal,
        "terms": _marked(account_id, [*stems, *_opening_stems(openings)]),
        "stems": stems,
        "name": document.name,
        "version": version,
        "document": document.to_json(),
        "updated_at": at,
    }
    put = insert(FlowMatchDocument).values(account_id=account_id, subject_id=subject_id, **values)
    db.execute(put.on_conflict_do_update(index_elements=["account_id", "subject_id"], set_=values))
    if known is not None:
        db.expire(known)
    if not is_proposal:
        _count(db, account_id, set(stems) - before, by=1)
        _count(db, account_id, before - set(stems), by=-1)
        if known is None:
            _count(db, account_id, [_DOCUMENTS], by=1)


def _count(db: Session, account_id: UUID, terms: Iterable[str], *, by: int) -> None:
    """Add to document frequencies; sorted, so that two publishers lock the rows in the same order."""
    rows = [{"account_id": account_id, "term": term, "documents": max(by, 0)} for term in sorted(set(terms))]
    if not rows:
        return
    put = insert(LibraryTerm).values(rows)
    changed = func.greatest(LibraryTerm.documents + by, 0)
    db.execute(put.on_conflict_do_update(index_elements=["account_id", "term"], set_={"documents": changed}))


def _openings(db: Session, account_id: UUID, flow_id: UUID) -> list[Opening]:
    rows = db.execute(
        select(FlowOpening.document, FlowOpening.helpful)
        .where(
            FlowOpening.account_id == account_id,
            FlowOpening.flow_id == flow_id,
            FlowOpening.document.is_not(None),
        )
        .order_by(FlowOpening.created_at.desc())
        .limit(OPENINGS_PER_FLOW)
    ).all()
    return [Opening.from_json({**row.document, "helpful": row.helpful}) for row in rows]


def _opening_stems(openings: Iterable[Opening]) -> set[str]:
    return {claim.stem for opening in openings if opening.helpful for claim in opening.claims}


def _marked(account_id: UUID, stems: Iterable[str]) -> list[str]:
    return [mark(account_id) + stem for stem in sorted(set(stems))]
