"""Matching an intake, and keeping the index it stands on, in the transaction that publishes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from firstline.db.models import FlowMatchDocument, FlowOpening, LibraryTerm
from firstline.db.transaction import InAccount, transaction
from firstline.flows.queries import LiveFlow
from firstline.matching.documents import (
    FlowDocument,
    Intake,
    Opening,
    describe_flow,
    describe_opening,
)
from firstline.matching.embedders import embedder_name, with_embedder
from firstline.matching.library import Library, read_stored, search
from firstline.matching.queries import OPENINGS_PER_FLOW, Candidate
from firstline.matching.reading import read_intake
from firstline.matching.scoring import Match as Scored
from firstline.matching.scoring import score
from firstline.matching.standing import Standing, shifted
from firstline.matching.vector_index import Unencoded, encode_after_commit
from firstline.observability import log

_DOCUMENTS = ""  # the term that counts the flows of an account
_LONGEST_TERM = 64
_BROKEN = (ValueError, LookupError, TypeError, ArithmeticError)  # what a damaged document or an odd text may cause


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


def match_problem(who: InAccount, *, problem_statement: str, at: datetime) -> Matches:
    """Score an account's library against a problem statement, by words and vectors; a failing matcher finds nothing.

    Manages its own transaction: call it without one, for encoding is slow.
    """
    try:
        intake, model = read_intake(problem_statement), embedder_name()
        with transaction(who) as db:
            library = search(db, account_id=who.account_id, intake=intake, model=model)
        if library.has_vectors:
            intake = _with_vectors(who, intake, problem_statement)
        return _score(intake, library, at)
    except (SQLAlchemyError, *_BROKEN):
        log().exception("matching.failed", account_id=str(who.account_id))
        return Matches()


def find_matches(db: Session, *, account_id: UUID, problem_statement: str, at: datetime | None = None) -> Matches:
    """Score by words alone, inside a transaction that outlives a failing matcher.

    Without a time, how flows have fared of late does not count.
    """
    try:
        with db.begin_nested():
            intake = read_intake(problem_statement)
            library = search(db, account_id=account_id, intake=intake, model=None)
        return _score(intake, library, at)
    except (SQLAlchemyError, *_BROKEN):
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
    past = _past_calls(db, live.account_id, live.flow_id)
    _store(db, live.account_id, live.flow_id, document, past, version=live.version, is_proposal=False, at=at)


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
    _store(db, account_id, proposal_id, document, _PastCalls(), version=None, is_proposal=True, at=at)


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
    _renew_learned(db, account_id, flow_id, at)


def forget_opening(db: Session, *, account_id: UUID, walk_id: UUID, at: datetime) -> None:
    """Take a walk's words out of what its flow learned, before the walk itself is purged."""
    mine = (FlowOpening.account_id == account_id) & (FlowOpening.walk_id == walk_id)
    flow_id = db.scalar(delete(FlowOpening).where(mine).returning(FlowOpening.flow_id))
    if flow_id is not None:
        _renew_learned(db, account_id, flow_id, at)


def _renew_learned(db: Session, account_id: UUID, flow_id: UUID, at: datetime) -> None:
    row = db.get(FlowMatchDocument, (account_id, flow_id), with_for_update=True)
    if row is not None:
        past = _past_calls(db, account_id, flow_id)
        row.terms = sorted({*row.stems, *past.stems})
        row.document = {**row.document, "standing": past.standing(at).to_json()}
        row.updated_at = at


def _with_vectors(who: InAccount, intake: Intake, problem_statement: str) -> Intake:
    from firstline.matching.vectors import intake_vectors  # noqa: PLC0415  words alone need no numpy

    with transaction(who):
        pass  # a repeatable request leaves its last transaction open; encoding is slow
    return replace(intake, vectors=with_embedder(lambda embedder: intake_vectors(embedder, problem_statement)))


def _score(intake: Intake, library: Library, at: datetime | None) -> Matches:
    """Score flows and proposals apart: a proposal about the same problem is no rival of its flow."""
    by_id = {str(candidate.subject_id): candidate for candidate in library.candidates.found}
    documents = library.documents()
    flows, proposals = (
        [
            _match(by_id[found.flow_id], found, at)
            for found in score(
                intake,
                [each for each in documents if by_id[each[0].flow_id].is_proposal is proposed],
                library.statistics,
            )
        ]
        for proposed in (False, True)
    )
    return Matches(_best_first(flows), _best_first(proposals))


def _match(candidate: Candidate, found: Scored, at: datetime | None) -> Match:
    why = Why(list(found.why.words), [ticket for ticket in found.why.past_tickets if ticket])
    chance = round(shifted(found.score, _prior(candidate, at)), 4)
    return Match(candidate.subject_id, candidate.name, candidate.version, chance, why)


def _prior(candidate: Candidate, at: datetime | None) -> float:
    standing = read_stored(candidate.document).standing
    return standing.log_odds(at) if standing is not None and at is not None else 0.0


def _best_first(found: Sequence[Match]) -> list[Match]:
    return sorted(found, key=lambda match: (-match.score, str(match.subject_id)))


def _store(
    db: Session,
    account_id: UUID,
    subject_id: UUID,
    document: FlowDocument,
    past: "_PastCalls",
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
        "terms": sorted({*stems, *past.stems}),
        "stems": stems,
        "name": document.name,
        "version": version,
        "document": {**document.to_json(), "standing": past.standing(at).to_json()},
        "texts": list(document.texts),
        "updated_at": at,
    }
    if known is None or known.texts != values["texts"]:
        values |= {"vectors": None, "vectors_model": None}
        encode_after_commit(db, account_id, Unencoded(subject_id, document.texts))
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


@dataclass(frozen=True)
class _PastCalls:
    """The newest openings of a flow, with when each was."""

    openings: Sequence[tuple[Opening, datetime]] = ()

    @property
    def stems(self) -> set[str]:
        return {claim.stem for opening, _ in self.openings if opening.helpful for claim in opening.claims}

    def standing(self, at: datetime) -> Standing:
        return Standing.of(((when, opening.helpful) for opening, when in self.openings), at=at)


def _past_calls(db: Session, account_id: UUID, flow_id: UUID) -> _PastCalls:
    rows = db.execute(
        select(FlowOpening.document, FlowOpening.helpful, FlowOpening.created_at)
        .where(
            FlowOpening.account_id == account_id,
            FlowOpening.flow_id == flow_id,
            FlowOpening.document.is_not(None),
        )
        .order_by(FlowOpening.created_at.desc())
        .limit(OPENINGS_PER_FLOW)
    ).all()
    return _PastCalls([(Opening.from_json({**row.document, "helpful": row.helpful}), row.created_at) for row in rows])
