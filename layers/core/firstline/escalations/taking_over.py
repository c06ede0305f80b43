"""Taking an escalated walk over at the node where it stuck: claim it, then go on in an AI session."""

from uuid import UUID

from firstline.accounts.rules import Caller
from firstline.ai_sessions.responding import respond
from firstline.ai_sessions.schemas import AiSessionProgress
from firstline.ai_sessions.starting import find_or_take_over
from firstline.building.claims import Clock
from firstline.db.transaction import transaction
from firstline.escalations.service import claim_escalation


def take_over_escalation(caller: Caller, *, walk_id: UUID, clock: Clock) -> AiSessionProgress:
    """Return the AI session that goes on from a walk, with its first step; twice gives the same session.

    Manages its own transactions: call it without one. Raises what claiming raises: NotEscalated, OwnEscalation, or
    AlreadyClaimed for all but the first.
    """
    with transaction(caller) as db:
        at = clock()
        claim_escalation(db, session_id=walk_id, by=caller, at=at)
        session = find_or_take_over(db, by=caller, walk_id=walk_id, at=at)
        session_id = session.id
    return respond(caller, session_id=session_id, response=None, clock=clock)
