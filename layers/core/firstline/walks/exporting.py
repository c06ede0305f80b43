"""From a stored walk to its ticket note."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.building.redaction import redact
from firstline.building.rules import ServedType
from firstline.db.models import Ticket, Walk
from firstline.db.models.walks import WalkStatus
from firstline.tickets.queries import find_ticket
from firstline.walks.export import (
    Detail,
    ExportFormat,
    NoteStep,
    TicketNote,
    note_steps,
    render,
    ruled_out,
    spoken_duration,
)
from firstline.walks.nodes import Step
from firstline.walks.queries import get_walk


def export_walk(db: Session, *, caller: Caller, walk_id: UUID, form: ExportFormat, detail: Detail) -> str:
    walk = get_walk(db, account_id=caller.account_id, walk_id=walk_id)
    ticket = find_ticket(db, account_id=caller.account_id, ticket_id=walk.ticket_id)
    return render(_note(walk, ticket), form, detail)


def _note(walk: Walk, ticket: Ticket | None) -> TicketNote:
    path = [Step.from_document(entry) for entry in walk.walked_path]
    set_aside = [Step.from_document(entry) for tail in walk.path_history for entry in tail["steps"]]
    return TicketNote(
        ticket=walk.ticket_id,
        customer=ticket.customer_name if ticket else None,
        problem=redact(walk.problem_text or ""),
        path=[_redacted(step) for step in note_steps(path)],
        set_aside=[_redacted(step) for step in note_steps(set_aside)],
        ruled_out=list(ruled_out(path)),
        outcome=redact(_outcome(walk)),
        next_steps=_next_steps(walk),
        time_spent=spoken_duration((walk.resolved_at or walk.last_step_at) - walk.started_at),
        notes=[redact(_words(note)) for note in walk.walk_notes],
    )


def _redacted(step: NoteStep) -> NoteStep:
    return NoteStep(step.answered_at, step.text, step.answer, redact(step.note) if step.note else None)


def _outcome(walk: Walk) -> str:
    if walk.status == WalkStatus.ESCALATED:
        return f"Escalated ({walk.escalation_reason_category}). {walk.escalation_reason or ''}".strip()
    if walk.status == WalkStatus.RESOLVED:
        cure = walk.resolution_notes or _pending_text(walk, ServedType.RESOLVED) or ""
        return f"{'Resolved' if walk.helpful else 'Closed without a cure'}. {cure}".strip()
    return "Abandoned: nobody came back to it." if walk.status == WalkStatus.ABANDONED else "Still open."


def _next_steps(walk: Walk) -> str:
    pending = _pending_text(walk)
    if walk.status == WalkStatus.ESCALATED:
        return f"An engineer takes over at: {pending}" if pending else "An engineer takes over."
    if walk.status == WalkStatus.RESOLVED:
        return "None. Re-open the ticket if it comes back." if walk.helpful else "Look for another way to cure it."
    return f"Go on at: {pending}" if pending else "Go on with the caller."


def _pending_text(walk: Walk, only: ServedType | None = None) -> str | None:
    node = walk.pending_node
    return node["text"] if node and only in (None, node["node_type"]) else None


def _words(note: dict[str, Any]) -> str:
    """Return what a free-form note says: its text where it has one, else all its members."""
    text = note.get("text")
    return text if isinstance(text, str) else "; ".join(f"{name}: {value}" for name, value in note.items())
