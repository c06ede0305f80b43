"""What goes over the wire about flows."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from firstline.db.models import Flow, FlowVersion
from firstline.flows.documents import Description, Domain, GraphDocument, Line, Note, Slug, Tags
from firstline.flows.formats.registry import ImportFormat
from firstline.flows.importing import Imported
from firstline.flows.merging import Change, ChangeKind
from firstline.flows.queries import FlowState, FlowStatus
from firstline.flows.rules import Graph, GraphProblem, problems
from firstline.flows.service import Draft
from firstline.flows.versions import Comparison


class Problem(BaseModel):
    code: str
    message: str
    node_id: str | None

    @classmethod
    def of(cls, problem: GraphProblem) -> Self:
        return cls.model_validate(problem.to_document())


class CreateFlow(BaseModel):
    name: Line
    description: Description = ""
    category: Slug | None = None
    problem_domain: Domain | None = None
    tags: Tags = []
    match_keywords: Tags = []
    team_id: UUID | None = None
    graph: GraphDocument = GraphDocument()

    def draft(self) -> Draft:
        return _draft_of(self)


class UpdateFlow(BaseModel):
    """What is left out stays as it is."""

    name: Line | None = None
    description: Description | None = None
    category: Slug | None = None
    problem_domain: Domain | None = None
    tags: Tags | None = None
    match_keywords: Tags | None = None
    team_id: UUID | None = None
    graph: GraphDocument | None = None
    draft_of: Annotated[int, Field(ge=1)] | None = None

    def draft(self) -> Draft:
        return _draft_of(self)


class ValidateFlow(BaseModel):
    graph: GraphDocument


class Validation(BaseModel):
    valid: bool
    problems: list[Problem]

    @classmethod
    def of(cls, graph: Graph) -> Self:
        found = [Problem.of(each) for each in problems(graph)]
        return cls(valid=not found, problems=found)


class PublishFlow(BaseModel):
    note: Note | None = None
    expected_live_version: Annotated[int, Field(ge=1)] | None = None


class RollBackFlow(BaseModel):
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    note: Note | None = None


class FlowSummary(BaseModel):
    """A flow in a list; `unpublished_changes` tells that the draft says more than the live version."""

    id: UUID
    name: str
    description: str
    status: FlowStatus
    category: str | None
    problem_domain: str | None
    tags: list[str]
    match_keywords: list[str]
    team_id: UUID | None
    live_version: int | None
    unpublished_changes: bool
    revision: int
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None

    @classmethod
    def of(cls, flow: Flow) -> Self:
        return cls.model_validate(_summary(flow))


class VersionSummary(BaseModel):
    id: UUID
    flow_id: UUID
    version: int
    name: str
    description: str
    note: str | None
    restored_from: int | None
    proposal_id: UUID | None
    published_by: UUID | None
    published_at: datetime

    @classmethod
    def of(cls, version: FlowVersion) -> Self:
        return cls.model_validate(_version(version))


class VersionDetail(VersionSummary):
    graph: GraphDocument

    @classmethod
    def of(cls, version: FlowVersion) -> Self:
        return cls.model_validate(_version(version) | {"graph": version.graph})


class DraftDetail(BaseModel):
    """The graph being edited, the version it was begun from, and what keeps it from being published."""

    graph: GraphDocument
    draft_of: int | None
    problems: list[Problem]


class FlowDetail(FlowSummary):
    """A flow with its live version; the draft is there for those who author."""

    live: VersionDetail | None
    draft: DraftDetail | None

    @classmethod
    def of_state(cls, state: FlowState) -> Self:
        live = VersionDetail.of(state.live) if state.live is not None else None
        draft = _draft(state.flow) if state.with_draft else None
        return cls.model_validate(_summary(state.flow) | {"live": live, "draft": draft})


class ChangeEntry(BaseModel):
    kind: ChangeKind
    node_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @classmethod
    def of(cls, change: Change) -> Self:
        return cls.model_validate(change.to_document())


class FlowDiff(BaseModel):
    """What leads from one version to the other, in the order root, nodes, edges; empty means they say the same."""

    before: str = Field(serialization_alias="from")
    after: str = Field(serialization_alias="to")
    changes: list[ChangeEntry]

    @classmethod
    def of(cls, comparison: Comparison) -> Self:
        entries = [ChangeEntry.of(each) for each in comparison.changes]
        return cls(before=comparison.before, after=comparison.after, changes=entries)


VersionName = Annotated[str, StringConstraints(pattern=r"^(draft|live|[1-9]\d{0,8})$")]


class ImportFlow(BaseModel):
    format: ImportFormat
    document: dict[str, Any] | str
    publish: bool = False
    name: Line | None = None
    team_id: UUID | None = None


class ImportedFlow(BaseModel):
    """`problems` keep the flow from being published; `notes` tell what the reader had to decide for itself."""

    flow_id: UUID
    name: str
    version: int | None
    problems: list[Problem]
    notes: list[Problem] = []

    @classmethod
    def of(cls, imported: Imported) -> Self:
        found = [Problem.of(each) for each in imported.problems]
        notes = [Problem.of(each) for each in imported.notes]
        return cls(flow_id=imported.flow_id, name=imported.name, version=imported.version, problems=found, notes=notes)


def _draft_of(body: CreateFlow | UpdateFlow) -> Draft:
    members = {name: getattr(body, name) for name in type(body).model_fields if name != "graph"}
    return Draft(**members, graph=body.graph.graph() if body.graph is not None else None)


def _summary(flow: Flow) -> dict[str, Any]:
    plain = {name: getattr(flow, name) for name in FlowSummary.model_fields if hasattr(flow, name)}
    waiting = flow.archived_at is None and flow.live_revision != flow.revision
    return plain | {"status": _status(flow), "unpublished_changes": waiting}


def _status(flow: Flow) -> FlowStatus:
    if flow.archived_at is not None:
        return "archived"
    return "draft" if flow.live_version is None else "published"


def _version(version: FlowVersion) -> dict[str, Any]:
    plain = {name: getattr(version, name) for name in VersionSummary.model_fields if hasattr(version, name)}
    return plain | {"flow_id": version.tree_id}


def _draft(flow: Flow) -> DraftDetail:
    graph = Graph.from_document(flow.draft)
    found = [Problem.of(each) for each in problems(graph)]
    return DraftDetail(graph=GraphDocument.of(flow.draft), draft_of=flow.draft_of, problems=found)
