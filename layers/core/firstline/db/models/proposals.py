"""Flow proposals: flows, or changes to flows, that wait for review, and the evidence they stand on."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from firstline.db.models.tables import Identified, Table, Tenant, allowed, reference, word


class ProposalType(StrEnum):
    """What a proposal would do to the library; never changes."""

    NEW_FLOW = "new_flow"
    ENHANCEMENT = "enhancement"
    BRANCH_ADDITION = "branch_addition"
    AUTO_REINFORCED = "auto_reinforced"


class ProposalStatus(StrEnum):
    """pending → approved | modified | rejected | dismissed; dismissed may be reviewed again; auto_reinforced stays."""

    PENDING = "pending"
    APPROVED = "approved"
    MODIFIED = "modified"
    REJECTED = "rejected"
    DISMISSED = "dismissed"
    AUTO_REINFORCED = "auto_reinforced"


class ProposalSource(StrEnum):
    """Where a proposal comes from."""

    AI_REALTIME_L1 = "ai_realtime_l1"
    KB_ACCELERATOR = "kb_accelerator"
    MANUAL_DRAFT = "manual_draft"
    AI_PROMOTED = "ai_promoted"


class Proposal(Identified, Table):
    """A flow, or a change to one, with the sessions that speak for it."""

    __tablename__ = "flow_proposals"
    __table_args__ = (
        reference("team_id", "teams", gone="SET NULL"),
        reference("source_session_id", "ai_sessions", gone="CASCADE"),
        reference("l1_session_id", "l1_walk_sessions", gone="CASCADE", name="fk_flow_proposals_l1_session"),
        reference("target_flow_id", "trees", gone="SET NULL"),
        reference("published_flow_id", "trees", gone="SET NULL"),
        reference("reviewed_by", "users", gone="SET NULL"),
        allowed("proposal_type", ProposalType),
        allowed("status", ProposalStatus),
        allowed("source", ProposalSource),
        CheckConstraint("num_nonnulls(source_session_id, l1_session_id) = 1", name="one_source"),
        CheckConstraint("confidence_score BETWEEN 0 AND 1", name="confidence_is_a_share"),
        CheckConstraint(
            "supporting_session_count = jsonb_array_length(supporting_session_ids)", name="count_follows_ids"
        ),
        Index("ix_flow_proposals_queue", "account_id", "status", "validated_by_outcome", "impact", "created_at", "id"),
        Index("ix_flow_proposals_target", "account_id", "target_flow_id", "status"),
        Index("ix_flow_proposals_l1_session", "account_id", "l1_session_id"),
        Index("ix_flow_proposals_made", "account_id", "created_at"),
        Index(
            "ix_flow_proposals_published",
            "account_id",
            "reviewed_at",
            postgresql_where="published_flow_id IS NOT NULL",
        ),
        Index(
            "ix_flow_proposals_source_session",
            "account_id",
            "source_session_id",
            postgresql_where="source_session_id IS NOT NULL",
        ),
        {"comment": "Proposals waiting for review, reviewed ones, and tracking rows of reinforced walks."},
    )

    team_id: Mapped[UUID | None]
    source_session_id: Mapped[UUID | None]
    l1_session_id: Mapped[UUID | None]
    proposal_type: Mapped[str] = mapped_column(word())
    target_flow_id: Mapped[UUID | None]
    target_version: Mapped[int | None] = mapped_column(comment="The live version the change was made against")
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    match_keywords: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"), default=list)
    category: Mapped[str | None] = mapped_column(word(50))
    proposed_flow_data: Mapped[dict[str, Any]]
    proposed_diff: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    confidence_score: Mapped[float] = mapped_column(server_default=text("0"), default=0.0)
    impact: Mapped[float] = mapped_column(
        server_default=text("0"), default=0.0, comment="Minutes saved per week by the observed frequency"
    )
    figures: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="What confidence and impact are made of, as plain numbers"
    )
    supporting_session_count: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    supporting_session_ids: Mapped[list[str]]
    problem_domain: Mapped[str | None] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(word(), server_default="pending", default="pending")
    reviewed_by: Mapped[UUID | None]
    reviewer_notes: Mapped[str | None] = mapped_column(Text)
    published_flow_id: Mapped[UUID | None]
    source: Mapped[str] = mapped_column(word(), server_default="manual_draft", default="manual_draft")
    linked_ticket_id: Mapped[str | None] = mapped_column(String(64))
    linked_ticket_kind: Mapped[str | None] = mapped_column(word())
    validated_by_outcome: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    revision: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    created_at: Mapped[datetime]
    supported_at: Mapped[datetime] = mapped_column(comment="When the last session came in; expiry counts from here")
    reviewed_at: Mapped[datetime | None]


class ProposalEvidence(Tenant, Table):
    """The state from which the next walk is folded in, and the signature that tells whose walk it is."""

    __tablename__ = "flow_proposal_evidence"
    __table_args__ = (
        reference("proposal_id", "flow_proposals", gone="CASCADE"),
        {"comment": "Folding state and grouping signature per proposal."},
    )

    proposal_id: Mapped[UUID] = mapped_column(primary_key=True)
    fold: Mapped[str] = mapped_column(Text, comment="The fold so far; its walks stand apart")
    signature: Mapped[dict[str, Any]] = mapped_column(comment="What the walks of the problem say and ask, summed")
    terms: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="Telling words, for the candidate query")
    place: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="Of a branch: attachment, flow_name, offsets of its first step per session"
    )
    later_sessions: Mapped[list[str]] = mapped_column(
        server_default=text("'[]'::jsonb"), default=list, comment="Sessions of the problem since it was rejected"
    )
    updated_at: Mapped[datetime]


class ProposalWalk(Tenant, Table):
    """A walk behind a proposal as the fold read it; added to as walks come, read when they are folded anew."""

    __tablename__ = "flow_proposal_walks"
    __table_args__ = (
        reference("proposal_id", "flow_proposals", gone="CASCADE"),
        Index("ix_flow_proposal_walks_session", "account_id", "session_id"),
        {"comment": "The walks folded into a proposal, redacted; deleted with the session's evidence."},
    )

    proposal_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(String(36), primary_key=True, comment="A walk or an AI session")
    walk: Mapped[str] = mapped_column(Text, comment="Opening, steps and outcome")


class ProposalTerm(Tenant, Table):
    """A word that the walks behind a pending or rejected proposal use; triggers keep these rows with both tables."""

    __tablename__ = "flow_proposal_terms"
    __table_args__ = (
        {"comment": "Which proposals' walks use a word; kept by triggers of flow_proposal_evidence, flow_proposals."},
    )

    status: Mapped[str] = mapped_column(word(), primary_key=True, comment="Of the proposal: pending or rejected")
    term: Mapped[str] = mapped_column(Text, primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(primary_key=True)
