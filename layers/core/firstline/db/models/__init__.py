"""Every table, area by area; importing this package registers them all."""

from firstline.db.models.accounts import Account, Invite, ModelSpend, Subscription, Team, User
from firstline.db.models.ai_sessions import AiSession, AiSessionStep
from firstline.db.models.analytics import KnownGap
from firstline.db.models.flows import (
    EdgeStatistic,
    Flow,
    FlowMatchDocument,
    FlowMatchTerm,
    FlowOpening,
    FlowVersion,
    FlowWord,
    LibraryTerm,
    LibraryWord,
)
from firstline.db.models.notifications import Notification, NotificationDelivery, WebhookEndpoint
from firstline.db.models.operations import AuditLog, IdempotencyKey, OutboxMessage
from firstline.db.models.proposals import Proposal, ProposalEvidence, ProposalTerm, ProposalWalk
from firstline.db.models.tables import Table
from firstline.db.models.walks import Ticket, Walk

__all__ = [
    "Account",
    "AiSession",
    "AiSessionStep",
    "AuditLog",
    "EdgeStatistic",
    "Flow",
    "FlowMatchDocument",
    "FlowMatchTerm",
    "FlowOpening",
    "FlowVersion",
    "FlowWord",
    "IdempotencyKey",
    "Invite",
    "KnownGap",
    "LibraryTerm",
    "LibraryWord",
    "ModelSpend",
    "Notification",
    "NotificationDelivery",
    "OutboxMessage",
    "Proposal",
    "ProposalEvidence",
    "ProposalTerm",
    "ProposalWalk",
    "Subscription",
    "Table",
    "Team",
    "Ticket",
    "User",
    "Walk",
    "WebhookEndpoint",
]
