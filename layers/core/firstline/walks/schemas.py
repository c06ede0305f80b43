"""What goes over the wire about walks."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints, model_validator

from firstline.building.rules import ServedType
from firstline.db.models import Walk
from firstline.db.models.walks import ActingAs, AnalysisStatus, TicketKind, WalkKind, WalkStatus
from firstline.tickets.schemas import TicketSummary

LONG = 4000


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the character NUL")
    return text


def _absent(value: object) -> bool:
    return value is None


Storable = AfterValidator(_storable)
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONG), Storable]
Note = Annotated[str, StringConstraints(max_length=LONG), Storable]
Key = Annotated[str, StringConstraints(min_length=1, max_length=64), Storable]
ReasonCategory = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), Storable]


class AdvanceSession(BaseModel, frozen=True):
    """Without `node_id` one only looks; `said` is what the caller said, instead of `answer`."""

    node_id: Key | None = None
    answer: Key | None = None
    said: Sentence | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> "AdvanceSession":
        if self.answer is not None and self.said is not None:
            raise ValueError("give answer or said, not both")
        return self


class StepBack(BaseModel, frozen=True):
    to_node_id: Key | None = None


class ReplaceNotes(BaseModel):
    notes: list[dict[str, Any]]


class ResolveSession(BaseModel):
    helpful: bool
    resolution_notes: Annotated[str, StringConstraints(max_length=10_000), Storable] | None = None


class EscalateSession(BaseModel):
    reason_category: ReasonCategory
    reason: Note | None = None


class Option(BaseModel):
    key: str
    label: str


class WalkNode(BaseModel):
    """A node as served: questions have options, an escalation its reason."""

    id: str
    node_type: ServedType
    text: str
    help: str | None = Field(default=None, exclude_if=_absent)
    options: list[Option] | None = Field(default=None, exclude_if=_absent)
    reason_category: str | None = Field(default=None, exclude_if=_absent)


class PathEntry(BaseModel):
    """An answered step; `built` marks one that no flow had."""

    node_id: str
    node_type: ServedType
    text: str
    answer: str | None
    answer_label: str | None
    options: list[Option]
    help: str | None = Field(default=None, exclude_if=_absent)
    note: str | None = Field(default=None, exclude_if=_absent)
    built: bool | None = Field(default=None, exclude_if=_absent)
    answered_at: datetime


class UsageSummary(BaseModel):
    """What building this walk cost: tokens as the provider counts them, US dollars, milliseconds."""

    model_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    latency_ms: int = 0
    provider: Annotated[str | None, BeforeValidator(lambda name: name or None)] = None


class WalkSummary(BaseModel):
    """A walk as lists show it."""

    id: UUID
    account_id: UUID
    created_by_user_id: UUID
    acting_as: ActingAs | None
    ticket_id: str
    ticket_kind: TicketKind
    session_kind: WalkKind
    flow_id: UUID | None
    flow_version_id: UUID | None
    flow_proposal_id: UUID | None
    category: str | None
    problem_text: str | None
    pending_node: WalkNode | None
    current_node_id: str | None
    answered_steps: int
    status: WalkStatus
    helpful: bool | None
    started_at: datetime
    last_step_at: datetime
    resolved_at: datetime | None

    @classmethod
    def of(cls, walk: Walk) -> "WalkSummary":
        return cls.model_validate(_columns(walk, cls))


class WalkDetail(WalkSummary):
    """A walk with its path, notes, ticket and cost."""

    walked_path: list[PathEntry]
    walk_notes: list[dict[str, Any]]
    resolution_notes: str | None
    escalation_reason: str | None
    escalation_reason_category: str | None
    claimed_by: UUID | None
    claimed_at: datetime | None
    analysis_status: AnalysisStatus
    usage: UsageSummary
    ticket: TicketSummary

    @classmethod
    def of_ticket(cls, walk: Walk, ticket: TicketSummary) -> "WalkDetail":
        return cls.model_validate(_columns(walk, cls) | {"ticket": ticket})


class AskBack(BaseModel):
    """What the caller said could mean more than one thing: ask again with these, likeliest first."""

    options: list[str]


class Advanced(BaseModel):
    """Where the walk stands now; `said_as` tells how free text was read."""

    session: WalkDetail
    node: WalkNode
    said_as: Literal["answer", "help", "unsure", "unclear"] | None = Field(default=None, exclude_if=_absent)
    ask_back: AskBack | None = Field(default=None, exclude_if=_absent)


def _columns(walk: Walk, model: type[BaseModel]) -> dict[str, Any]:
    columns = {name: getattr(walk, name) for name in model.model_fields if hasattr(walk, name)}
    return columns | {"answered_steps": len(walk.walked_path)}
