"""What the flywheel does with each ended session, once, whatever the queue delivers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from firstline.db.models import AiSession
from firstline.db.models import Walk as WalkRow
from firstline.db.models.walks import AnalysisStatus
from firstline.db.transaction import transaction
from firstline.flywheel import proposing, recognising, reinforcing, rules, sessions, withdrawing
from firstline.flywheel.rules import Verdict
from firstline.flywheel.sessions import EndedSession, lock_account
from firstline.observability import log
from firstline.outbox.messages import Message, SessionResolved, TicketReopened, UnknownTopic, WalkEnded

__all__ = ["analyse", "capture", "lock_account", "weigh_ended", "weigh_reopened"]
_OPEN = (AnalysisStatus.PENDING, AnalysisStatus.PROCESSING, AnalysisStatus.FAILED)


def analyse(message: Message, *, at: datetime) -> None:
    """Carry out what a message asks for; repeating it changes nothing.

    Raises what went wrong, after `analysis_status` says so; the queue delivers again, three times in all.
    """
    match message:
        case SessionResolved():
            _analyse_resolved(message, at=at)
        case WalkEnded():
            with transaction(message) as db:
                weigh_ended(db, account_id=message.account_id, session_id=message.session_id, at=at)
        case TicketReopened():
            with transaction(message) as db:
                weigh_reopened(db, account_id=message.account_id, session_id=message.session_id, at=at)
        case _:
            raise UnknownTopic(message.topic)


def _analyse_resolved(message: SessionResolved, *, at: datetime) -> None:
    if not _begin(message):
        return
    try:
        with transaction(message) as db:
            capture(db, message=message, at=at)
    except Exception:
        _note_failure(message)
        raise


def capture(db: Session, *, message: SessionResolved, at: datetime) -> None:
    """Decide about a resolved session and carry it out, in one transaction with its `analysis_status`."""
    lock_account(db, message.account_id)
    ended = _lock(db, message)
    if ended is None or ended.row.analysis_status not in _OPEN:
        return
    verdict = rules.decide(
        steps_walked=ended.steps_walked, session_kind=_kind(ended), left_flow=ended.left_at is not None
    )
    log().info("flywheel.decided", session_id=str(message.session_id), verdict=verdict.value)
    if verdict is Verdict.SKIP:
        done, note = AnalysisStatus.SKIPPED, "No answered step to learn from."
    elif verdict is Verdict.REINFORCE:
        done, note = reinforcing.reinforce(db, ended, at=at)
    elif verdict is Verdict.BRANCH:
        done, note = recognising.place_left(db, ended, at=at)
    elif verdict is Verdict.VALIDATE:
        done, note = proposing.support_draft(db, ended, at=at)
    else:
        done, note = recognising.place_built(db, ended, at=at)
    ended.row.analysis_status, ended.row.analysis_note = done, note


def _begin(message: SessionResolved) -> bool:
    table = _table(message)
    with transaction(message) as db:
        taken = db.scalar(
            update(table)
            .where(
                table.account_id == message.account_id,
                table.id == message.session_id,
                table.analysis_status.in_(_OPEN),
            )
            .values(analysis_status=AnalysisStatus.PROCESSING)
            .returning(table.id)
        )
    return taken is not None


def _note_failure(message: SessionResolved) -> None:
    table = _table(message)
    with transaction(message) as db:
        db.execute(
            update(table)
            .where(
                table.account_id == message.account_id,
                table.id == message.session_id,
                table.analysis_status == AnalysisStatus.PROCESSING,
            )
            .values(analysis_status=AnalysisStatus.FAILED, analysis_note="The analysis failed; the log says why.")
        )


def _table(message: SessionResolved) -> type[WalkRow] | type[AiSession]:
    return WalkRow if message.session_type == "walk" else AiSession


def _lock(db: Session, message: SessionResolved) -> EndedSession | None:
    if message.session_type == "walk":
        walk = sessions.lock_walk(db, account_id=message.account_id, session_id=message.session_id)
        return sessions.read_walk(walk) if walk is not None else None
    row = sessions.lock_ai_session(db, account_id=message.account_id, session_id=message.session_id)
    if row is None:
        return None
    return next(iter(sessions.load_ai_sessions(db, account_id=message.account_id, session_ids=[row.id])), None)


def _kind(ended: EndedSession) -> str:
    if ended.is_walk:
        return ended.walk.session_kind
    return "flow" if ended.row.flow_id is not None else "ai_build"


def weigh_ended(db: Session, *, account_id: UUID, session_id: UUID, at: datetime) -> None:
    """Count a walk that did not help against the ways it took; once, because it is marked in the same transaction."""
    lock_account(db, account_id)
    walk = sessions.lock_walk(db, account_id=account_id, session_id=session_id)
    if walk is None or walk.analysis_note == reinforcing.COUNTED:
        return
    _count_failed(db, sessions.read_walk(walk), at=at)
    walk.analysis_note = reinforcing.COUNTED


def weigh_reopened(db: Session, *, account_id: UUID, session_id: UUID, at: datetime) -> None:
    """Count the ticket that came back against what its walk had spoken for; repeating it changes nothing.

    A walk that is still waiting to be captured becomes mere evidence.
    """
    lock_account(db, account_id)
    walk = sessions.lock_walk(db, account_id=account_id, session_id=session_id)
    note = (walk.analysis_note or "") if walk is not None else ""
    if walk is None or not walk.helpful or note.endswith(reinforcing.CAME_BACK):
        return
    ended = sessions.read_walk(walk, reopened=True)
    if walk.analysis_status in _OPEN:
        _count_failed(db, ended, at=at)
        walk.analysis_status = AnalysisStatus.SKIPPED
    else:
        reinforcing.take_back(db, ended, at=at)
        withdrawing.withdraw_success(db, ended, at=at)
    walk.analysis_note = f"{note} {reinforcing.CAME_BACK}".strip()


def _count_failed(db: Session, ended: EndedSession, *, at: datetime) -> None:
    reinforcing.count_against(db, ended, at=at)
    withdrawing.add_failure(db, ended, at=at)
