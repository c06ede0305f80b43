"""The shapes a flow is written in: what a request, an import or a stored graph has to look like."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)

from firstline.flows.rules import MAX_ID, MAX_NODES, Graph, NodeType

MAX_EDGES = 10 * MAX_NODES


def _storable(text: str) -> str:
    """Refuse what PostgreSQL cannot store, so that it is a fault of the request and not of ours."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("holds a character that is not text")
    return text


Words = Annotated[str, AfterValidator(_storable)]
Line = Annotated[Words, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
Tag = Annotated[Words, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Tags = Annotated[list[Tag], Field(max_length=100)]
Slug = Annotated[Words, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
Domain = Literal[
    "active_directory",
    "networking",
    "m365",
    "hardware",
    "endpoint",
    "virtualization",
    "security",
    "backup",
    "email",
    "printing",
    "cloud",
    "other",
]
Description = Annotated[Words, StringConstraints(max_length=10_000)]
Note = Annotated[Words, StringConstraints(max_length=2_000)]
Id = Annotated[Words, StringConstraints(max_length=MAX_ID)]


class _Brief(BaseModel):
    """Written without its empty members, as graphs are stored."""

    @model_serializer(mode="wrap")
    def _without_empty(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in write(self).items() if value is not None and value is not False}


class ConditionDocument(BaseModel):
    key: Id
    label: Annotated[Words, StringConstraints(max_length=200)]


class NodeDocument(_Brief):
    id: Id
    type: NodeType
    text: Annotated[Words, StringConstraints(max_length=4_000)]
    help: Annotated[Words, StringConstraints(max_length=8_000)] | None = None
    reason_category: Slug | None = None
    needs_review: bool = False


class EdgeDocument(_Brief):
    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    source: Id = Field(alias="from")
    target: Id = Field(alias="to")
    condition: ConditionDocument | None = None


class GraphDocument(BaseModel):
    """A graph as authored; whether it is sound is another question."""

    root: Id = ""
    nodes: Annotated[list[NodeDocument], Field(max_length=MAX_NODES)] = []
    edges: Annotated[list[EdgeDocument], Field(max_length=MAX_EDGES)] = []

    def graph(self) -> Graph:
        return Graph.from_document(self.model_dump(by_alias=True, mode="json"))

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        return cls.model_validate(document)


class FlowDocument(BaseModel):
    """Our own format of a flow: what a JSON export writes and an import reads; other members are ignored."""

    name: Line
    description: Description = ""
    category: Slug | None = None
    problem_domain: Domain | None = None
    tags: Tags = []
    match_keywords: Tags = []
    graph: GraphDocument
