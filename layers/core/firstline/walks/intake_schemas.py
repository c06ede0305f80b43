"""What goes over the wire at intake: one question, six outcomes, each with its own fields and no other."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from firstline.categories.rules import Category
from firstline.db.models.walks import TicketKind
from firstline.walks.schemas import Sentence, Storable, WalkNode


class Intake(BaseModel):
    """A caller's problem; at most one of the four ways to choose what is walked."""

    problem_statement: Sentence
    customer_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), Storable] | None = None
    customer_contact: Annotated[str, StringConstraints(strip_whitespace=True, max_length=320), Storable] | None = None
    flow_id: UUID | None = None
    flow_proposal_id: UUID | None = None
    adhoc: bool = False
    force_build: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> "Intake":
        if sum((self.flow_id is not None, self.flow_proposal_id is not None, self.adhoc, self.force_build)) > 1:
            raise ValueError("give at most one of flow_id, flow_proposal_id, adhoc and force_build")
        return self


class Why(BaseModel):
    """What spoke for a match: words of the caller, and tickets of past calls the flow resolved."""

    words: list[str] = Field(default_factory=list)
    past_tickets: list[str] = Field(default_factory=list)


class FlowName(BaseModel):
    id: UUID
    name: str
    version: int


class DraftName(BaseModel):
    id: UUID
    title: str


class NearMiss(BaseModel):
    flow_id: UUID
    flow_name: str
    score: float
    why: Why


class Begun(BaseModel):
    """A session and its ticket."""

    session_id: UUID
    ticket_id: str
    ticket_kind: TicketKind


class Matched(Begun):
    """A published flow fits, or was asked for."""

    outcome: Literal["matched"] = "matched"
    session_kind: Literal["flow"] = "flow"
    flow: FlowName
    score: float
    why: Why
    node: WalkNode


class Suggested(BaseModel):
    """Flows that may be meant; nothing is begun."""

    outcome: Literal["suggest"] = "suggest"
    near_misses: list[NearMiss]
    can_build: bool
    category: Category | None


class OutOfScope(BaseModel):
    """Nothing fits and nothing is built; `reason` only where the day's budget is what is missing."""

    outcome: Literal["out_of_scope"] = "out_of_scope"
    category: Category | None
    can_adhoc: bool = True
    can_escalate: bool = True
    reason: Literal["budget_spent"] | None = Field(default=None, exclude_if=lambda value: value is None)


class BuildBegun(Begun):
    outcome: Literal["build"] = "build"
    session_kind: Literal["ai_build"] = "ai_build"
    category: Category
    node: WalkNode


class DraftBegun(Begun):
    """A pending proposal is walked; `score` and `why` where it was found by matching."""

    outcome: Literal["draft"] = "draft"
    session_kind: Literal["proposal"] = "proposal"
    proposal: DraftName
    score: float | None = Field(default=None, exclude_if=lambda value: value is None)
    why: Why | None = Field(default=None, exclude_if=lambda value: value is None)
    node: WalkNode


class AdhocBegun(Begun):
    outcome: Literal["adhoc"] = "adhoc"
    session_kind: Literal["adhoc"] = "adhoc"


IntakeOutcome = Annotated[
    Matched | Suggested | OutOfScope | BuildBegun | DraftBegun | AdhocBegun, Field(discriminator="outcome")
]
