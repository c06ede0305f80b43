"""What goes over the wire about analytics: every figure a JSON number, every rate a share of 1."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from firstline.analytics.rules import Period
from firstline.db.models.analytics import GapKind, Severity


class Span(BaseModel):
    period: Period
    since: datetime
    until: datetime


class Outcomes(BaseModel):
    """Ended walks by how they ended; `helped` are the resolved ones that the technician called helpful.

    A rate is null where nothing ended.
    """

    sessions: int
    resolved: int
    helped: int
    escalated: int
    abandoned: int
    resolution_rate: float | None
    escalation_rate: float | None
    mean_seconds_to_resolve: float | None


class DayOutcomes(BaseModel):
    day: date
    resolved: int
    escalated: int
    abandoned: int


class AiSessionOutcomes(BaseModel):
    sessions: int
    resolved: int
    escalated: int
    taken_over: int
    resolution_rate: float | None
    mean_seconds_to_resolve: float | None


class KnowledgeMeasures(BaseModel):
    """The measures of Knowledge-Centered Service: helped by what was known, or found anew; and how soon it is shared.

    `reuse_rate` is known / (known + new); `mean_hours_to_publish` from the proposal to its publication.
    """

    known: int
    new: int
    reuse_rate: float | None
    flows_reused: int
    new_flows_published: int
    flows_improved: int
    mean_hours_to_publish: float | None


class Overview(Span):
    sessions: Outcomes
    active: int
    by_kind: dict[str, Outcomes]
    by_day: list[DayOutcomes]
    ai_sessions: AiSessionOutcomes
    knowledge: KnowledgeMeasures


class DomainCoverage(Outcomes):
    """`carried` sessions were led by a flow, without leaving it, to an end that helped; coverage is their share."""

    domain: str
    on_flow: int
    built: int
    notes_only: int
    carried: int
    coverage: float | None
    live_flows: int


class Coverage(Span):
    coverage: float | None
    domains: list[DomainCoverage]


class EdgeQuality(BaseModel):
    """A way of the flow; `answer` is null for an action's way on, texts are null where the live version lacks them."""

    node_id: str
    text: str | None
    answer: str | None
    label: str | None
    taken: int
    resolved: int
    failed: int
    escalated: int
    abandoned: int
    success_rate: float | None
    mean_seconds: float | None


class StuckNode(BaseModel):
    """Where walks did not go on: escalated or abandoned there, or the caller could not tell."""

    node_id: str
    text: str | None
    escalated: int
    abandoned: int
    unsure: int


class OrderAdvice(BaseModel):
    """Questions of a row that are better asked in another order; expected questions are from the root to an end."""

    order: list[str]
    better_order: list[str]
    expected_questions_now: float
    expected_questions_then: float
    saving: float
    walks: int


class FlowQuality(Outcomes):
    flow_id: UUID
    name: str | None
    version: int | None
    expected_questions: float | None
    edges: list[EdgeQuality]
    stuck_nodes: list[StuckNode]
    advice: OrderAdvice | None


class KnowledgeGap(BaseModel):
    """`subject` names where it is; `evidence` holds plain numbers."""

    kind: GapKind
    severity: Severity
    subject: Mapping[str, str | None]
    evidence: Mapping[str, int | float]
    suggested_action: str


class KnowledgeGaps(Span):
    items: list[KnowledgeGap]
    next_cursor: None = None
