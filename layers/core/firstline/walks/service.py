"""Every change of walks but their steps: begin, notes, resolve, escalate, re-open."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.audit.service import record
from firstline.building.provider import Usage
from firstline.building.redaction import redact
from firstline.db.models import Proposal, Ticket, Walk
from firstline.db.models.walks import AnalysisStatus, TicketKind, TicketStatus, WalkKind, WalkStatus
from firstline.errors import Conflict, TooLarge, Unprocessable
from firstline.flows.queries import LiveFlow
from firstline.outbox import service as outbox
from firstline.outbox.messages import EventHappened, SessionResolved, TicketReopened, WalkEnded
from firstline.tickets import service as tickets
from firstline.walks import queries
from firstline.walks.nodes import ServedNode
from firstline.walks.positions import keep_pending

MAX_NOTES_BYTES = 256 * 1024
_OPENING = 200  # characters of the problem that go along with an event


class WalkIsOver(Conflict):
    """The walk has ended, whichever way; carries its status and when."""

    type = "walk-is-over"
    title = "The walk has ended"


def create_walk(
    db: Session,
    *,
    by: Caller,
    ticket: Ticket,
    kind: WalkKind,
    problem_text: str,
    at: datetime,
    category: str | None = None,
    flow: LiveFlow | None = None,
    draft: Proposal | None = None,
    node: ServedNode | None = None,
    usage: Usage | None = None,
    score: float | None = None,
) -> Walk:
    """Begin a walk on a ticket of ours; the ticket is walking from now on."""
    walk = Walk(
        account_id=by.account_id,
        id=uuid4(),
        created_by_user_id=by.user_id,
        acting_as=by.acting_as,
        ticket_id=str(ticket.id),
        ticket_kind=TicketKind.INTERNAL,
        session_kind=kind,
        flow_id=flow.flow_id if flow else None,
        flow_version_id=flow.version_id if flow else None,
        flow_proposal_id=draft.id if draft else None,
        draft_graph=draft.proposed_flow_data if draft else None,
        category=category,
        problem_text=problem_text,
        walked_path=[],
        path_history=[],
        walk_notes=[],
        usage=asdict(usage or Usage()),
        match_score=score,
        status=WalkStatus.ACTIVE,
        analysis_status=AnalysisStatus.PENDING,
        started_at=at,
    )
    keep_pending(walk, node, at=at)
    ticket.status, ticket.updated_at = TicketStatus.WALKING, at
    db.add(walk)
    return walk


def lock_active(db: Session, *, account_id: UUID, walk_id: UUID) -> Walk:
    """Return a walk that may be changed, under a row lock; raises WalkIsOver or NotFound."""
    walk = queries.lock_walk(db, account_id=account_id, walk_id=walk_id)
    if walk.status != WalkStatus.ACTIVE:
        raise WalkIsOver(
            f"This walk is {walk.status}. Open a new one.", walk_status=walk.status, ended_at=walk.resolved_at
        )
    return walk


def replace_notes(db: Session, *, by: Caller, walk_id: UUID, notes: Sequence[dict[str, Any]], at: datetime) -> Walk:
    """Replace the notes of a walk; raises TooLarge past 256 KB of JSON."""
    _check_notes(notes)
    walk = lock_active(db, account_id=by.account_id, walk_id=walk_id)
    walk.walk_notes, walk.last_step_at = list(notes), at
    return walk


def resolve_walk(
    db: Session, *, by: Caller, walk_id: UUID, helpful: bool, resolution_notes: str | None, at: datetime
) -> Walk:
    """End a walk as resolved; helped by it and with a step answered, it goes to the flywheel."""
    walk = lock_active(db, account_id=by.account_id, walk_id=walk_id)
    walk.helpful, walk.resolution_notes = helpful, resolution_notes
    captured = helpful and bool(walk.walked_path) and walk.session_kind != WalkKind.ADHOC
    end_walk(db, walk, WalkStatus.RESOLVED, captured=captured, at=at)
    if captured and walk.flow_proposal_id is not None:
        _validate_proposal(db, walk.account_id, walk.flow_proposal_id)
    tickets.move_ticket(db, account_id=walk.account_id, ticket_id=walk.ticket_id, to=TicketStatus.RESOLVED, at=at)
    _audit(db, by, walk, "walk.resolved", {"helpful": helpful, "steps": len(walk.walked_path)}, at)
    _announce(db, walk, "session.resolved", {"helpful": str(helpful).lower()}, at)
    return walk


def escalate_walk(
    db: Session, *, by: Caller, walk_id: UUID, reason_category: str, reason: str | None, at: datetime
) -> Walk:
    """End a walk as escalated; the pending node stays, for that is where an engineer takes over."""
    walk = lock_active(db, account_id=by.account_id, walk_id=walk_id)
    walk.escalation_reason_category, walk.escalation_reason = reason_category, reason
    end_walk(db, walk, WalkStatus.ESCALATED, captured=False, at=at)
    tickets.move_ticket(db, account_id=walk.account_id, ticket_id=walk.ticket_id, to=TicketStatus.ESCALATED, at=at)
    _audit(db, by, walk, "walk.escalated", {"reason_category": reason_category}, at)
    _announce(db, walk, "l1.session.escalated", {"reason_category": reason_category}, at)
    return walk


def end_walk(db: Session, walk: Walk, status: WalkStatus, *, captured: bool, at: datetime) -> None:
    """End a walk and tell the flywheel what it is: a session to capture, mere evidence, or nothing."""
    walk.status, walk.resolved_at, walk.building = status, at, None
    walk.analysis_status = AnalysisStatus.PENDING if captured else AnalysisStatus.SKIPPED
    if captured:
        fact = SessionResolved(account_id=walk.account_id, session_id=walk.id, session_type="walk")
        outbox.put(db, fact, at=at)
    elif walk.walked_path:
        outbox.put(db, WalkEnded(account_id=walk.account_id, session_id=walk.id), at=at)


def reopen_ticket(db: Session, *, by: Caller, ticket_id: UUID, at: datetime) -> Ticket:
    """Put a resolved ticket back in the queue; the walk that resolved it counts as failed from now on."""
    ticket = tickets.reopen_ticket(db, account_id=by.account_id, ticket_id=ticket_id, at=at)
    walk = queries.find_last_resolved(db, account_id=by.account_id, ticket_id=str(ticket_id))
    if walk is not None and walk.walked_path:
        outbox.put(db, TicketReopened(account_id=by.account_id, session_id=walk.id), at=at)
    record(
        db,
        account_id=by.account_id,
        user_id=by.user_id,
        action="ticket.reopened",
        resource_type="ticket",
        resource_id=ticket_id,
        acting_as=by.acting_as,
        at=at,
    )
    return ticket


def _check_notes(notes: Sequence[dict[str, Any]]) -> None:
    try:
        size = len(json.dumps(list(notes), ensure_ascii=False, allow_nan=False).encode())
        storable = not any("\x00" in text for text in _texts(list(notes)))
    except ValueError:  # NaN, or half a surrogate pair
        size, storable = 0, False
    if not storable:
        fault = {"location": ["body", "notes"], "message": "holds what is no text or number", "kind": "json"}
        raise Unprocessable("The notes hold a character or number that cannot be kept. Remove it.", errors=[fault])
    if size > MAX_NOTES_BYTES:
        raise TooLarge(f"Notes have at most {MAX_NOTES_BYTES} bytes of JSON; these have {size}.", size=size)


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of a JSON value, member names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)


def _validate_proposal(db: Session, account_id: UUID, proposal_id: UUID) -> None:
    db.execute(
        update(Proposal)
        .where(Proposal.account_id == account_id, Proposal.id == proposal_id)
        .values(validated_by_outcome=True)
    )


def _audit(db: Session, by: Caller, walk: Walk, action: str, details: dict[str, Any], at: datetime) -> None:
    record(
        db,
        account_id=by.account_id,
        user_id=by.user_id,
        action=action,
        resource_type="walk",
        resource_id=walk.id,
        acting_as=by.acting_as,
        details={"session_kind": walk.session_kind, "ticket_id": walk.ticket_id, **details},
        at=at,
    )


def _announce(db: Session, walk: Walk, event: str, facts: dict[str, str], at: datetime) -> None:
    common = {"problem": redact(walk.problem_text or "")[:_OPENING], "ticket_id": walk.ticket_id}
    outbox.put(
        db, EventHappened(account_id=walk.account_id, event=event, subject_id=walk.id, facts={**common, **facts}), at=at
    )
