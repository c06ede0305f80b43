"""A flow outside the database: what an import reads and an export writes, and what reading may refuse."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from firstline.errors import Unprocessable
from firstline.flows.rules import Graph, GraphProblem


@dataclass(frozen=True, slots=True)
class PortableFlow:
    """A flow without an account; `notes` tell what the reader had to decide for itself."""

    graph: Graph
    name: str = ""
    description: str = ""
    category: str | None = None
    problem_domain: str | None = None
    tags: Sequence[str] = ()
    match_keywords: Sequence[str] = ()
    notes: Sequence[GraphProblem] = ()

    def about(self) -> dict[str, Any]:
        """Return what is known besides name and graph, without empty members."""
        members = {
            "description": self.description,
            "category": self.category,
            "problem_domain": self.problem_domain,
            "tags": list(self.tags),
            "match_keywords": list(self.match_keywords),
        }
        return {name: value for name, value in members.items() if value}


class About(BaseModel):
    """What a drawing cannot show of a flow, as an export writes it beside the drawing."""

    root: str | None = None
    name: str = ""
    description: str = ""
    category: str | None = None
    problem_domain: str | None = None
    tags: list[str] = []
    match_keywords: list[str] = []


class UnreadableDocument(Unprocessable):
    """The document is not of the format it was sent as; `errors` says where reading ended."""

    type = "unreadable-document"
    title = "The document cannot be read"


def unreadable(
    sentence: str, *, line: int | None = None, location: Sequence[str] = ("body", "document")
) -> Unprocessable:
    """Return the refusal of a document, with the line where reading ended if there is one."""
    fault = {"location": [*location, *([f"line {line}"] if line else [])], "message": sentence, "kind": "unreadable"}
    return UnreadableDocument(sentence + (f" (line {line})" if line else ""), errors=[fault])
