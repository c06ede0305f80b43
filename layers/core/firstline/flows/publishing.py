"""Putting a graph in front of technicians, and taking it back: each time a new, immutable version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.audit import service as audit
from firstline.db.models import Flow, FlowVersion
from firstline.errors import Conflict, Unprocessable
from firstline.flows import queries
from firstline.flows.indexing import Index
from firstline.flows.merging import same, three_way_merge
from firstline.flows.queries import LiveFlow
from firstline.flows.rules import Graph, GraphProblem, problems
from firstline.flows.service import require_publisher, require_revision, require_unarchived, touch
from firstline.outbox import service as outbox
from firstline.outbox.messages import EventHappened


class UnsoundGraph(Unprocessable):
    """The graph would leave a technician stuck; `problems` lists every fault with its node."""

    type = "unsound-graph"
    title = "The flow is not sound"

    def __init__(self, found: list[GraphProblem]) -> None:
        errors = [
            {"location": ["graph", "nodes", each.node_id or ""], "message": each.message, "kind": each.code}
            for each in found
        ]
        super().__init__(
            f"The flow cannot be published before {_counted(len(found), 'problem')} in it is repaired.",
            errors=errors,
            problems=[each.to_document() for each in found],
        )


class AlreadyPublished(Conflict):
    type = "already-published"
    title = "There is nothing new to publish"


class LiveVersionMoved(Conflict):
    type = "live-version-moved"
    title = "Somebody published meanwhile"


class ChangesConflict(Conflict):
    """The draft and the live version changed the same things; `conflicts` names the nodes."""

    type = "changes-conflict"
    title = "Two changes contradict each other"


@dataclass(frozen=True, slots=True)
class _Publication:
    """What one publication is, whichever way it came about."""

    graph: Graph
    name: str
    description: str
    by: Caller
    at: datetime
    note: str | None = None
    restored_from: int | None = None
    proposal_id: UUID | None = None

    @property
    def deed(self) -> str:
        return "flow.published" if self.restored_from is None else "flow.rolled_back"


def publish_flow(
    db: Session,
    *,
    flow_id: UUID,
    by: Caller,
    at: datetime,
    index: Index,
    graph: Graph | None = None,
    note: str | None = None,
    proposal_id: UUID | None = None,
    expected_live_version: int | None = None,
    expected_revision: int | None = None,
) -> FlowVersion:
    """Publish a graph, or the draft when none is given, as the next version.

    A draft begun from an older version is merged with the live one first. Raises UnsoundGraph, ChangesConflict,
    AlreadyPublished, LiveVersionMoved (whoever comes second learns who was first), FlowArchived, StaleRevision, and
    Forbidden to a team's admin for a flow of another team.
    """
    flow = queries.lock_flow(db, by.account_id, flow_id)
    require_publisher(by, flow)
    require_revision(flow, expected_revision)
    require_unarchived(flow)
    _require_live_version(db, flow, expected_live_version)
    if graph is None:
        graph = _draft_to_publish(db, flow)
        flow.draft, flow.draft_of = graph.to_document(), _next_number(flow)
    else:
        _carry_into_draft(db, flow, graph)
    publication = _Publication(graph, flow.name, flow.description, by, at, note, proposal_id=proposal_id)
    return _publish(db, flow, publication, index)


def roll_back_flow(
    db: Session,
    *,
    flow_id: UUID,
    version: int,
    by: Caller,
    at: datetime,
    index: Index,
    note: str | None = None,
    expected_revision: int | None = None,
) -> FlowVersion:
    """Publish an old version again as the newest; an archived flow comes back by it."""
    flow = queries.lock_flow(db, by.account_id, flow_id)
    require_publisher(by, flow)
    require_revision(flow, expected_revision)
    old = queries.get_numbered(db, by.account_id, flow_id, version)
    if flow.live_version == version and flow.archived_at is None:
        raise _already_published(db, flow)
    flow.archived_at = None
    graph = Graph.from_document(old.graph)
    _carry_into_draft(db, flow, graph)
    return _publish(db, flow, _Publication(graph, old.name, old.description, by, at, note, version), index)


def require_sound(graph: Graph) -> None:
    """Raise UnsoundGraph with everything that keeps a graph from being published."""
    found = problems(graph)
    if found:
        raise UnsoundGraph(found)


def _publish(db: Session, flow: Flow, publication: _Publication, index: Index) -> FlowVersion:
    require_sound(publication.graph)
    version = FlowVersion(
        account_id=flow.account_id,
        tree_id=flow.id,
        version=_next_number(flow),
        name=publication.name,
        description=publication.description,
        graph=publication.graph.to_document(),
        note=publication.note,
        restored_from=publication.restored_from,
        proposal_id=publication.proposal_id,
        published_by=publication.by.user_id,
        published_at=publication.at,
    )
    db.add(version)
    flow.live_version = version.version
    touch(flow, publication.at)
    says_the_same = same(Graph.from_document(flow.draft), publication.graph)
    flow.live_revision = flow.revision if says_the_same else None
    db.flush()
    index(db, LiveFlow.of(flow, version), at=publication.at)
    _tell(db, version, publication)
    return version


def _draft_to_publish(db: Session, flow: Flow) -> Graph:
    """Return the draft, brought together with what was published since it was begun."""
    if flow.live_revision == flow.revision:
        raise _already_published(db, flow)
    draft = Graph.from_document(flow.draft)
    if flow.draft_of == flow.live_version:
        return draft
    live = queries.get_numbered(db, flow.account_id, flow.id, flow.live_version or 0)
    merged = three_way_merge(_begun_from(db, flow), draft, Graph.from_document(live.graph))
    if merged.conflicts:
        raise ChangesConflict(
            f"The draft was begun before version {live.version} and contradicts it. Look at both, change the draft and"
            f" save it with draft_of {live.version}.",
            conflicts=[{"node_id": each.node_id, "what": each.what} for each in merged.conflicts],
            **_who(db, live),
        )
    return merged.graph


def _carry_into_draft(db: Session, flow: Flow, graph: Graph) -> None:
    """Bring what is about to go live into the draft; one that contradicts it stays as its author left it."""
    merged = three_way_merge(_begun_from(db, flow), Graph.from_document(flow.draft), graph)
    if not merged.conflicts:
        flow.draft, flow.draft_of = merged.graph.to_document(), _next_number(flow)


def _begun_from(db: Session, flow: Flow) -> Graph:
    base = queries.find_numbered(db, flow.account_id, flow.id, flow.draft_of)
    return Graph.from_document(base.graph) if base else Graph(root="")


def _next_number(flow: Flow) -> int:
    return (flow.live_version or 0) + 1


def _require_live_version(db: Session, flow: Flow, expected: int | None) -> None:
    if expected is None or expected == flow.live_version:
        return
    live = queries.find_numbered(db, flow.account_id, flow.id, flow.live_version)
    raise LiveVersionMoved(
        f"Your change was made against version {expected}. Look at the live version and decide again.",
        **(_who(db, live) if live else {"live_version": None}),
    )


def _already_published(db: Session, flow: Flow) -> AlreadyPublished:
    live = queries.get_numbered(db, flow.account_id, flow.id, flow.live_version or 0)
    return AlreadyPublished(f"Version {live.version} is live and says the same already.", **_who(db, live))


def _who(db: Session, live: FlowVersion) -> dict[str, Any]:
    publisher = queries.find_user(db, live.account_id, live.published_by)
    return {
        "live_version": live.version,
        "published_by": {"id": publisher.id, "name": publisher.display_name} if publisher else None,
        "published_at": live.published_at,
        "note": live.note,
    }


def _tell(db: Session, version: FlowVersion, publication: _Publication) -> None:
    details = {"name": version.name, "version": version.version, "note": version.note}
    given = {"restored_from": version.restored_from, "proposal_id": version.proposal_id and str(version.proposal_id)}
    audit.record(
        db,
        account_id=version.account_id,
        user_id=version.published_by,
        action=publication.deed,
        resource_type="flow",
        resource_id=version.tree_id,
        at=publication.at,
        details=details | {name: value for name, value in given.items() if value is not None},
    )
    facts = {"name": version.name, "version": str(version.version)}
    outbox.put(
        db,
        EventHappened(account_id=version.account_id, event="flow.published", subject_id=version.tree_id, facts=facts),
        at=publication.at,
    )


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
