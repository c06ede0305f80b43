"""Walks (table `l1_walk_sessions`) and the tickets they work on."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from firstline.db.models.tables import Identified, Table, allowed, reference, word

CARRIED = "status = 'resolved' AND helpful IS TRUE AND left_flow IS NULL AND session_kind IN ('flow', 'proposal')"
STUCK_NODE_ID = "coalesce(left_flow ->> 'node_id', current_node_id)"


class TicketStatus(StrEnum):
    """open → walking → resolved | escalated."""

    OPEN = "open"
    WALKING = "walking"
    RESOLVED = "resolved"
    ESCALATED = "escalated"


class TicketKind(StrEnum):
    """Whose ticket it is: the PSA's (the MSP's ticket system) or our own."""

    PSA = "psa"
    INTERNAL = "internal"


class WalkKind(StrEnum):
    """What a walk follows; never changes."""

    FLOW = "flow"
    PROPOSAL = "proposal"
    ADHOC = "adhoc"
    AI_BUILD = "ai_build"


class WalkStatus(StrEnum):
    """active → resolved | escalated | abandoned, all three terminal."""

    ACTIVE = "active"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    ABANDONED = "abandoned"


class AnalysisStatus(StrEnum):
    """What the flywheel has done with a session: pending → processing → completed | skipped | failed."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    FAILED = "failed"


class ActingAs(StrEnum):
    """In whose place a user worked the L1 surface; null for a native L1."""

    L1_COVERAGE = "l1_coverage"


class Ticket(Identified, Table):
    """A caller's problem, where no PSA keeps it."""

    __tablename__ = "internal_tickets"
    __table_args__ = (
        reference("created_by_user_id", "users", gone="SET NULL"),
        allowed("status", TicketStatus),
        Index("ix_internal_tickets_queue", "account_id", "status", "created_at", "id"),
        {"comment": "Tickets of accounts without a PSA."},
    )

    problem_text: Mapped[str] = mapped_column(Text)
    customer_name: Mapped[str | None] = mapped_column(String(200))
    customer_contact: Mapped[str | None] = mapped_column(String(320))
    category: Mapped[str | None] = mapped_column(word(50))
    status: Mapped[str] = mapped_column(word(), server_default="open", default="open")
    created_by_user_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    reopened_at: Mapped[datetime | None] = mapped_column(comment="Set when a resolved ticket came back")


class Walk(Identified, Table):
    """One pass of one technician through a flow, a draft, a build, or with notes only."""

    __tablename__ = "l1_walk_sessions"
    __table_args__ = (
        reference("created_by_user_id", "users", gone="CASCADE"),
        reference("claimed_by", "users", gone="SET NULL"),
        reference("flow_id", "trees", gone="CASCADE"),
        reference("flow_version_id", "tree_versions", gone="SET NULL"),
        reference("flow_proposal_id", "flow_proposals", gone="CASCADE", name="fk_walks_proposal"),
        allowed("session_kind", WalkKind),
        allowed("status", WalkStatus),
        allowed("analysis_status", AnalysisStatus),
        allowed("ticket_kind", TicketKind),
        allowed("acting_as", ActingAs),
        CheckConstraint(
            "CASE session_kind WHEN 'flow' THEN flow_id IS NOT NULL AND flow_proposal_id IS NULL"
            " WHEN 'proposal' THEN flow_proposal_id IS NOT NULL AND flow_id IS NULL"
            " ELSE flow_id IS NULL AND flow_proposal_id IS NULL END",
            name="kind_has_its_target",
        ),
        CheckConstraint("(status = 'active') = (resolved_at IS NULL)", name="ended_has_its_time"),
        Index("ix_l1_walk_sessions_mine", "account_id", "created_by_user_id", "status", "last_step_at", "id"),
        Index("ix_l1_walk_sessions_recent", "account_id", "last_step_at", "id"),
        Index("ix_l1_walk_sessions_flow", "account_id", "flow_id", "started_at"),
        Index(
            "ix_l1_walk_sessions_ended",  # carries all that is counted, so that analytics reads no walk itself
            "account_id",
            "resolved_at",
            postgresql_include=[
                *("status", "helpful", "session_kind", "category", "flow_id", "started_at"),
                *("carried", "stuck_node_id"),
            ],
            postgresql_where="status <> 'active'",
        ),
        Index("ix_l1_walk_sessions_ticket", "account_id", "ticket_id"),
        Index(
            "ix_l1_walk_sessions_escalations",
            "account_id",
            "resolved_at",
            "id",
            postgresql_where="status = 'escalated'",
        ),
        Index("ix_l1_walk_sessions_idle", "account_id", "last_step_at", postgresql_where="status = 'active'"),
        Index(
            "ix_l1_walk_sessions_waiting",
            "account_id",
            "resolved_at",
            postgresql_where="analysis_status IN ('pending', 'processing') AND status = 'resolved'",
        ),
        {"comment": "Walks: the path taken, the node served and not yet answered, and how it ended."},
    )

    created_by_user_id: Mapped[UUID]
    acting_as: Mapped[str | None] = mapped_column(word())
    ticket_id: Mapped[str] = mapped_column(String(64))
    ticket_kind: Mapped[str] = mapped_column(word())
    session_kind: Mapped[str] = mapped_column(word())
    flow_id: Mapped[UUID | None]
    flow_version_id: Mapped[UUID | None]
    flow_proposal_id: Mapped[UUID | None]
    category: Mapped[str | None] = mapped_column(word(50))
    problem_text: Mapped[str | None] = mapped_column(Text)
    pending_node: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    current_node_id: Mapped[str | None] = mapped_column(String(64))
    walked_path: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'::jsonb"), default=list)
    path_history: Mapped[list[dict[str, Any]]] = mapped_column(
        server_default=text("'[]'::jsonb"), default=list, comment="Tails that stepping back set aside, oldest first"
    )
    left_flow: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="Where a published flow was left: node_id, answer, note, steps before it"
    )
    draft_graph: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="The draft as it was when its walk began; folding changes proposals"
    )
    building: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="Who is building the next node: token, node_id, answer, until"
    )
    usage: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"), default=dict)
    walk_notes: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'::jsonb"), default=list)
    match_score: Mapped[float | None]
    status: Mapped[str] = mapped_column(word(), server_default="active", default="active")
    helpful: Mapped[bool | None]
    resolution_notes: Mapped[str | None] = mapped_column(Text)
    escalation_reason: Mapped[str | None] = mapped_column(Text)
    escalation_reason_category: Mapped[str | None] = mapped_column(word(50))
    claimed_by: Mapped[UUID | None]
    claimed_at: Mapped[datetime | None]
    analysis_status: Mapped[str] = mapped_column(word(), server_default="pending", default="pending")
    analysis_note: Mapped[str | None] = mapped_column(Text, comment="Why it was skipped or failed")
    started_at: Mapped[datetime]
    last_step_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None] = mapped_column(comment="When it ended, whichever way")
    carried: Mapped[bool] = mapped_column(
        Computed(CARRIED, persisted=True), comment="A flow or a draft led it, without being left, to an end that helped"
    )
    stuck_node_id: Mapped[str | None] = mapped_column(
        Text, Computed(STUCK_NODE_ID, persisted=True), comment="Where it stands in its flow, or where it left it"
    )
