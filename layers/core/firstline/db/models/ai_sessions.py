"""AI sessions: an engineer's own assisted troubleshooting."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from firstline.db.models.tables import Identified, Table, allowed, reference, word
from firstline.db.models.walks import AnalysisStatus


class AiSessionStatus(StrEnum):
    """active → resolved | escalated | abandoned, all three terminal."""

    ACTIVE = "active"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    ABANDONED = "abandoned"


class ConfidenceTier(StrEnum):
    """discovery below 0.4, exploring below 0.8, guided from there on."""

    DISCOVERY = "discovery"
    EXPLORING = "exploring"
    GUIDED = "guided"


class IntakeType(StrEnum):
    """How an engineer came to the problem."""

    FREE_TEXT = "free_text"
    TICKET = "ticket"
    ESCALATION = "escalation"
    ALERT = "alert"


class AiSession(Identified, Table):
    """One engineer's session; taken over from an escalated walk, or begun on its own."""

    __tablename__ = "ai_sessions"
    __table_args__ = (
        reference("user_id", "users", gone="CASCADE"),
        reference("taken_over_walk_id", "l1_walk_sessions", gone="SET NULL", name="fk_ai_sessions_walk"),
        reference("flow_id", "trees", gone="SET NULL"),
        reference("flow_version_id", "tree_versions", gone="SET NULL"),
        allowed("status", AiSessionStatus),
        allowed("confidence_tier", ConfidenceTier),
        allowed("intake_type", IntakeType),
        allowed("analysis_status", AnalysisStatus),
        Index("ix_ai_sessions_mine", "account_id", "user_id", "last_step_at", "id"),
        Index("ix_ai_sessions_recent", "account_id", "last_step_at", "id"),
        Index(
            "ix_ai_sessions_ended",
            "account_id",
            "resolved_at",
            postgresql_include=["status", "started_at", "taken_over_walk_id"],
            postgresql_where="status <> 'active'",
        ),
        Index("ix_ai_sessions_idle", "account_id", "last_step_at", postgresql_where="status = 'active'"),
        Index(
            "uq_ai_sessions_taken_over_walk",  # taking over twice gives the same session, until it was abandoned
            "account_id",
            "taken_over_walk_id",
            unique=True,
            postgresql_where="taken_over_walk_id IS NOT NULL AND status <> 'abandoned'",
        ),
        {"comment": "Engineers' assisted sessions."},
    )

    user_id: Mapped[UUID]
    intake_type: Mapped[str] = mapped_column(word())
    problem_text: Mapped[str] = mapped_column(Text)
    problem_domain: Mapped[str | None] = mapped_column(String(100))
    category: Mapped[str | None] = mapped_column(word(50))
    ticket_id: Mapped[str | None] = mapped_column(String(64))
    ticket_kind: Mapped[str | None] = mapped_column(word())
    taken_over_walk_id: Mapped[UUID | None]
    flow_id: Mapped[UUID | None] = mapped_column(comment="The flow whose stuck node was taken over")
    flow_version_id: Mapped[UUID | None]
    stuck_node_id: Mapped[str | None] = mapped_column(String(64))
    match_score: Mapped[float | None] = mapped_column(comment="How well a published flow fits the problem")
    confidence: Mapped[float] = mapped_column(server_default=text("0"), default=0.0)
    confidence_tier: Mapped[str] = mapped_column(word(), server_default="discovery", default="discovery")
    building: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    usage: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"), default=dict)
    status: Mapped[str] = mapped_column(word(), server_default="active", default="active")
    helpful: Mapped[bool | None]
    resolution_notes: Mapped[str | None] = mapped_column(Text)
    escalation_reason: Mapped[str | None] = mapped_column(Text)
    escalation_reason_category: Mapped[str | None] = mapped_column(word(50))
    analysis_status: Mapped[str] = mapped_column(word(), server_default="pending", default="pending")
    analysis_note: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime]
    last_step_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class AiSessionStep(Identified, Table):
    """One step of an AI session: served, then answered."""

    __tablename__ = "ai_session_steps"
    __table_args__ = (
        reference("ai_session_id", "ai_sessions", gone="CASCADE"),
        UniqueConstraint("account_id", "ai_session_id", "position"),
        {"comment": "Steps of AI sessions in order."},
    )

    ai_session_id: Mapped[UUID]
    position: Mapped[int]
    node: Mapped[dict[str, Any]] = mapped_column(comment="As served: node_type, text, help, options, script")
    answer: Mapped[str | None] = mapped_column(String(64))
    answer_label: Mapped[str | None] = mapped_column(String(200))
    free_text: Mapped[str | None] = mapped_column(Text)
    served_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
