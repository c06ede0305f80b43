"""How many proposals a day may bring, and which are not made again: a queue nobody can read helps nobody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firstline.db.models import Proposal, ProposalEvidence
from firstline.db.models.proposals import ProposalSource, ProposalType
from firstline.settings import settings


def has_room(db: Session, *, account_id: UUID, at: datetime) -> bool:
    """Tell whether another proposal may be generated for an account today."""
    return count_made_today(db, account_id=account_id, at=at) < settings().proposals_per_day


def count_made_today(db: Session, *, account_id: UUID, at: datetime) -> int:
    """Count the proposals generated for an account on this UTC day; tracking rows do not count."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    query = select(func.count()).where(
        Proposal.account_id == account_id,
        Proposal.created_at >= midnight,
        Proposal.proposal_type != ProposalType.AUTO_REINFORCED,
        Proposal.source != ProposalSource.MANUAL_DRAFT,
    )
    return db.scalar(query) or 0


def is_new_evidence(db: Session, rejected: ProposalEvidence, session_id: str) -> bool:
    """Tell whether more new sessions have come since a rejection than the rejected proposal stood on."""
    stood_on = db.get_one(Proposal, (rejected.account_id, rejected.proposal_id)).supporting_session_ids
    if session_id in stood_on:
        return False
    if session_id not in rejected.later_sessions:
        rejected.later_sessions = [*rejected.later_sessions, session_id]
    return len(rejected.later_sessions) > len(stood_on)
