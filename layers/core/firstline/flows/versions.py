"""A version of a flow as a reader names it: a number, `live`, or `draft`."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.db.models import FlowVersion
from firstline.errors import NotFound
from firstline.flows import queries
from firstline.flows.formats.portable import PortableFlow
from firstline.flows.formats.registry import ExportFormat, write_flow
from firstline.flows.merging import Change, diff
from firstline.flows.queries import FlowState
from firstline.flows.rules import Graph

DRAFT = "draft"
LIVE = "live"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A change list, and the two versions it leads from and to."""

    before: str
    after: str
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Export:
    """A file: its name and what is in it."""

    filename: str
    text: str


def get_version(db: Session, *, caller: Caller, flow_id: UUID, number: int) -> FlowVersion:
    """Return a published version; raises NotFound."""
    queries.get_readable(db, caller=caller, flow_id=flow_id)
    return queries.get_numbered(db, caller.account_id, flow_id, number)


def compare(db: Session, *, caller: Caller, flow_id: UUID, before: str, after: str) -> Comparison:
    """List what leads from one version to another; raises NotFound, and Forbidden for a draft."""
    state = queries.get_readable(db, caller=caller, flow_id=flow_id)
    old, new = (_named(db, caller, state, name).graph for name in (before, after))
    return Comparison(before, after, diff(old, new))


def export_flow(
    db: Session, *, caller: Caller, flow_id: UUID, format_: ExportFormat, version: str | None = None
) -> Export:
    """Write a version as a document, the live one unless another is named; of a flow without one, the draft."""
    state = queries.get_readable(db, caller=caller, flow_id=flow_id)
    flow = _named(db, caller, state, version or (LIVE if state.live is not None else DRAFT))
    return Export(f"{flow_id}.{_SUFFIXES[format_]}", write_flow(flow, format_))


_SUFFIXES: dict[ExportFormat, str] = {"json": "json", "mermaid": "mmd", "dot": "dot", "markdown": "md"}


def _named(db: Session, caller: Caller, state: FlowState, name: str) -> PortableFlow:
    flow = state.flow
    about = PortableFlow(
        graph=Graph(root=""),
        name=flow.name,
        description=flow.description,
        category=flow.category,
        problem_domain=flow.problem_domain,
        tags=flow.tags,
        match_keywords=flow.match_keywords,
    )
    if name == DRAFT:
        queries.require_drafts(caller)
        return replace(about, graph=Graph.from_document(flow.draft))
    version = state.live if name == LIVE else queries.get_numbered(db, flow.account_id, flow.id, int(name))
    if version is None:
        raise NotFound("The flow was never published.")
    graph = Graph.from_document(version.graph)
    return replace(about, graph=graph, name=version.name, description=version.description)
