"""What goes over the wire about AI sessions."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from firstline.building.rules import SCRIPT_MARK
from firstline.categories.rules import Category
from firstline.db.models import AiSession, AiSessionStep
from firstline.db.models.ai_sessions import AiSessionStatus, ConfidenceTier, IntakeType
from firstline.db.models.walks import AnalysisStatus, TicketKind
from firstline.walks.nodes import ServedNode
from firstline.walks.rules import public
from firstline.walks.schemas import Key, Note, PathEntry, ReasonCategory, Sentence, Storable, UsageSummary, WalkNode

TicketId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), Storable]
ResolutionNotes = Annotated[str, StringConstraints(max_length=10_000), Storable]


class StartAiSession(BaseModel):
    """Without `category` the problem is classified; `ticket_id` is the ticket the engineer works on."""

    intake_type: IntakeType = IntakeType.FREE_TEXT
    problem_text: Sentence
    category: Category | None = None
    ticket_id: TicketId | None = None


class RespondAiSession(BaseModel):
    """An option's key, or free text; an instruction that was carried out needs neither."""

    step_id: UUID
    answer: Key | None = None
    free_text: Sentence | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> "RespondAiSession":
        if self.answer is not None and self.free_text is not None:
            raise ValueError("give answer or free_text, not both")
        return self


class ResolveAiSession(BaseModel):
    helpful: bool
    resolution_notes: ResolutionNotes | None = None


class EscalateAiSession(BaseModel):
    reason_category: ReasonCategory | None = None
    reason: Note | None = None


def _absent(value: object) -> bool:
    return value is None


class AiNode(WalkNode):
    """A step's node as served; `script` marks a suggestion to be read before anybody runs it."""

    script: bool | None = Field(default=None, exclude_if=_absent)

    @classmethod
    def of(cls, node: ServedNode) -> "AiNode":
        is_script = any(text.startswith(SCRIPT_MARK) for text in (node.text, node.help or ""))
        return cls.model_validate(public(node) | ({"script": True} if is_script else {}))


class AiStep(BaseModel):
    """A step: served, then answered."""

    id: UUID
    position: int
    node: AiNode
    answer: str | None
    answer_label: str | None
    free_text: str | None
    served_at: datetime
    answered_at: datetime | None

    @classmethod
    def of(cls, step: AiSessionStep) -> "AiStep":
        columns = {name: getattr(step, name) for name in cls.model_fields if name != "node"}
        return cls.model_validate(columns | {"node": AiNode.of(ServedNode.from_document(step.node))})


class AiSessionSummary(BaseModel):
    """An AI session as lists show it."""

    id: UUID
    account_id: UUID
    user_id: UUID
    intake_type: IntakeType
    problem_text: str
    problem_domain: str | None
    category: str | None
    ticket_id: str | None
    ticket_kind: TicketKind | None
    taken_over_walk_id: UUID | None
    flow_id: UUID | None
    flow_version_id: UUID | None
    stuck_node_id: str | None
    match_score: float | None
    confidence: float
    confidence_tier: ConfidenceTier
    status: AiSessionStatus
    helpful: bool | None
    resolution_notes: str | None
    escalation_reason_category: str | None
    escalation_reason: str | None
    analysis_status: AnalysisStatus
    started_at: datetime
    last_step_at: datetime
    resolved_at: datetime | None
    usage: UsageSummary

    @classmethod
    def of(cls, session: AiSession) -> "AiSessionSummary":
        return cls.model_validate(columns_of(session, cls))


class AiSessionDetail(AiSessionSummary):
    """An AI session with its steps in order, behind the path of the walk it took over, where it did."""

    taken_over_path: list[PathEntry]
    steps: list[AiStep]


class AiSessionProgress(BaseModel):
    """Where the session stands now; no step is pending only where the first one could not be built yet."""

    session: AiSessionDetail
    step: AiStep | None


def columns_of(session: AiSession, model: type[BaseModel]) -> dict[str, Any]:
    return {name: getattr(session, name) for name in model.model_fields if hasattr(session, name)}
