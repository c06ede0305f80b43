"""What goes over the wire about proposals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field, computed_field

from firstline.db.models import Proposal
from firstline.db.models.proposals import ProposalSource, ProposalStatus, ProposalType
from firstline.proposals.rules import ReviewAction


class EditedFlow(BaseModel, extra="forbid"):
    """What a reviewer changed; whatever is left out stays as proposed."""

    name: str | None = Field(default=None, min_length=1, max_length=255)
    description: str | None = Field(default=None, max_length=4000)
    match_keywords: list[str] | None = Field(default=None, max_length=64)
    graph: dict[str, Any] | None = Field(default=None, description="root, nodes, edges")


class ReviewProposal(BaseModel, extra="forbid"):
    action: ReviewAction
    reviewer_notes: str | None = Field(default=None, max_length=4000)
    edited: EditedFlow | None = None
    base_version: int | None = Field(default=None, ge=1, description="The live version the edit was made on")


class ProposalSummary(BaseModel):
    id: UUID
    proposal_type: ProposalType
    status: ProposalStatus
    title: str
    description: str | None
    category: str | None
    problem_domain: str | None
    team_id: UUID | None
    target_flow_id: UUID | None
    published_flow_id: UUID | None
    confidence_score: float
    impact: float
    supporting_session_count: int
    validated_by_outcome: bool
    source: ProposalSource
    created_at: datetime
    supported_at: datetime
    reviewed_at: datetime | None

    @classmethod
    def of(cls, row: Proposal) -> "ProposalSummary":
        return cls.model_validate(row, from_attributes=True)


class EvidenceStep(BaseModel):
    node_id: str
    text: str
    answer: str | None
    answer_label: str | None
    built: bool


class EvidenceSession(BaseModel):
    """One session behind the proposal, readable as it stands."""

    session_id: UUID
    session_type: str
    problem: str | None
    status: str
    outcome: str = Field(description="resolved, failed, reopened, escalated or abandoned, as evidence counts it")
    helpful: bool | None
    reopened: bool
    technician: str | None
    ticket_id: str | None
    minutes: float
    ended_at: datetime | None
    resolution_notes: str | None
    path: list[EvidenceStep]
    ended_with: str | None = Field(description="The cure or escalation it was served last")

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated property
    @property
    def path_in_words(self) -> str:
        steps = [f"{step.text} {step.answer_label or ''}".strip() for step in self.path]
        return " → ".join([*steps, *([self.ended_with] if self.ended_with else [])])


class EdgeWalk(BaseModel):
    """One session that took an edge, with its path in words."""

    session_id: UUID
    problem: str | None
    outcome: str
    ticket_id: str | None
    ended_at: datetime | None
    path_in_words: str


class EdgeEvidence(BaseModel):
    """An edge in words, and the newest sessions that took it."""

    from_id: str
    from_text: str
    answer: str | None
    answer_label: str | None
    to_id: str
    to_text: str
    resolved: int
    failed: int
    inferred: bool = Field(description="No session went straight this way: the order follows from those that left some")
    walks: list[EdgeWalk]


class StuckNode(BaseModel):
    """How many walks came to a node, and how many could not tell, gave up there, or ended without help."""

    node_id: str
    text: str
    walks: int
    unsure: int
    given_up: int = Field(description="Escalated or abandoned at this very node")
    failed: int
    escalated: int
    abandoned: int
    is_failing: bool = Field(description="More callers get stuck here than may be")


class SetAside(BaseModel):
    """Sessions the graph does not follow to their end: from which node on, and what they did there."""

    node_id: str | None
    answer: str | None
    asked: str
    ended: str
    sessions: list[UUID]


class Contradiction(BaseModel):
    """After the same answer at one node sessions went on to different places."""

    node_id: str
    text: str
    answer: str | None
    ways: list[dict[str, Any]]


class ProposalDetail(ProposalSummary):
    source_session_id: UUID | None
    l1_session_id: UUID | None
    target_version: int | None
    match_keywords: list[str]
    proposed_flow_data: dict[str, Any]
    proposed_diff: dict[str, Any] | None
    supporting_session_ids: list[UUID]
    reviewed_by: UUID | None
    reviewer_notes: str | None
    linked_ticket_id: str | None
    linked_ticket_kind: str | None
    problems: list[dict[str, Any]] = Field(description="What keeps the graph from being published, each with its node")
    suggested_edit: dict[str, Any] | None = Field(
        description="The nearest publishable graph: send it, or what you make of it, as `edited.graph`"
    )
    figures: dict[str, float | None] | None = Field(description="What confidence and impact are made of")
    edges: list[EdgeEvidence] = Field(description="The edges in words, each with the newest sessions that took it")
    stuck: list[StuckNode] = Field(description="Nodes at which callers got stuck, with plain numbers")
    contradictions: list[Contradiction]
    set_aside: list[SetAside]
    evidence: list[EvidenceSession]


class ProposalStats(BaseModel):
    by_status: dict[str, int]
    pending_by_type: dict[str, int]
    pending_validated: int
    oldest_pending_at: datetime | None
    median_hours_to_review: float | None
