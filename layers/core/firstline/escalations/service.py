"""Escalations: the list engineers work from, a claim that one of them wins, and escalating without a walk."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.audit import service as audit
from firstline.db.models import User, Walk
from firstline.db.models.walks import ActingAs, TicketKind, WalkKind, WalkStatus
from firstline.errors import Conflict
from firstline.escalations import queries
from firstline.escalations.queries import EscalatedWalk
from firstline.escalations.schemas import (
    Customer,
    EscalateWithoutWalk,
    Escalation,
    ReadableStep,
    Someone,
    StuckNode,
)
from firstline.paging import Page, encode_cursor, page_of
from firstline.tickets import service as tickets
from firstline.walks import service as walks


class NotEscalated(Conflict):
    type = "not-escalated"
    title = "The walk is not escalated"


class OwnEscalation(Conflict):
    type = "own-escalation"
    title = "Nobody claims their own escalation"


class AlreadyClaimed(Conflict):
    """Carries who was first: claimed_by (id, name) and claimed_at."""

    type = "already-claimed"
    title = "Somebody else has claimed it"


def list_escalations(
    db: Session, *, account_id: UUID, unclaimed: bool | None, cursor: str | None, limit: int, at: datetime
) -> Page[Escalation]:
    found = queries.list_escalations(db, account_id=account_id, unclaimed=unclaimed, cursor=cursor, limit=limit)
    rows, more = page_of(found, limit)
    return Page(
        items=[_describe(row, at) for row in rows],
        next_cursor=encode_cursor(rows[-1].walk.resolved_at, rows[-1].walk.id) if more else None,
    )


def claim_escalation(db: Session, *, session_id: UUID, by: Caller, at: datetime) -> Escalation:
    """Claim an escalated walk; a second claim of the same person changes nothing.

    Raises NotEscalated, OwnEscalation, or AlreadyClaimed for everyone but the first.
    """
    won = db.scalar(
        update(Walk)
        .where(
            Walk.account_id == by.account_id,
            Walk.id == session_id,
            Walk.status == WalkStatus.ESCALATED,
            Walk.claimed_by.is_(None),
            Walk.created_by_user_id != by.user_id,
        )
        .values(claimed_by=by.user_id, claimed_at=at)
        .returning(Walk.id)
    )
    found = queries.get_walk_with_people(db, account_id=by.account_id, session_id=session_id)
    if won is None:
        _check_lost(found, by)
    else:
        _record_claim(db, found.walk, by, at)
    return _describe(found, at)


def escalate_without_walk(db: Session, *, wanted: EscalateWithoutWalk, by: Caller, at: datetime) -> Escalation:
    """Open a ticket and a notes-only walk that is escalated at once."""
    ticket = tickets.open_ticket(
        db,
        account_id=by.account_id,
        problem_text=wanted.problem_statement,
        created_by=by.user_id,
        at=at,
        customer_name=wanted.customer_name,
        customer_contact=wanted.customer_contact,
    )
    walk = walks.create_walk(
        db, by=by, ticket=ticket, kind=WalkKind.ADHOC, problem_text=wanted.problem_statement, at=at
    )
    db.flush()
    walks.escalate_walk(db, by=by, walk_id=walk.id, reason_category=wanted.reason_category, reason=wanted.reason, at=at)
    db.flush()
    return _describe(queries.get_walk_with_people(db, account_id=by.account_id, session_id=walk.id), at)


def _check_lost(found: EscalatedWalk, by: Caller) -> None:
    walk = found.walk
    if walk.status != WalkStatus.ESCALATED:
        raise NotEscalated(f"This walk is {walk.status}; only an escalated one is claimed.", session_status=walk.status)
    if walk.created_by_user_id == by.user_id:
        raise OwnEscalation("You escalated this walk yourself. Leave it to a colleague.")
    if walk.claimed_by != by.user_id:
        winner = _someone(found.claimer)
        raise AlreadyClaimed(
            f"{winner.name if winner else 'A colleague'} was faster.",
            claimed_by=winner.model_dump(mode="json") if winner else None,
            claimed_at=walk.claimed_at.isoformat() if walk.claimed_at else None,
        )


def _record_claim(db: Session, walk: Walk, by: Caller, at: datetime) -> None:
    audit.record(
        db,
        account_id=by.account_id,
        user_id=by.user_id,
        action="escalation.claimed",
        resource_type="walk",
        resource_id=walk.id,
        details={"ticket_id": walk.ticket_id},
        at=at,
    )


def _describe(found: EscalatedWalk, at: datetime) -> Escalation:
    walk, ticket = found.walk, found.ticket
    ended_at = walk.resolved_at or walk.last_step_at
    return Escalation(
        session_id=walk.id,
        session_kind=WalkKind(walk.session_kind),
        ticket_id=walk.ticket_id,
        ticket_kind=TicketKind(walk.ticket_kind),
        problem=walk.problem_text or "",
        category=walk.category,
        customer=Customer(name=ticket.customer_name, contact=ticket.customer_contact)
        if ticket
        else Customer(name=None, contact=None),
        path=[_step(entry) for entry in walk.walked_path],
        stuck_at=StuckNode.model_validate(walk.pending_node) if walk.pending_node else None,
        reason_category=walk.escalation_reason_category,
        reason=walk.escalation_reason,
        escalated_by=Someone(id=found.technician.id, name=found.technician.display_name),
        acting_as=ActingAs(walk.acting_as) if walk.acting_as else None,
        escalated_at=ended_at,
        age_seconds=max(0, int((at - ended_at).total_seconds())),
        claimed_by=_someone(found.claimer),
        claimed_at=walk.claimed_at,
    )


def _step(entry: dict[str, Any]) -> ReadableStep:
    return ReadableStep(
        text=entry["text"],
        answer=entry.get("answer_label") or entry.get("answer"),
        note=entry.get("note"),
        answered_at=entry["answered_at"],
    )


def _someone(user: User | None) -> Someone | None:
    return Someone(id=user.id, name=user.display_name) if user else None
