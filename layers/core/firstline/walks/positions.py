"""Between a walk's row and the step engine: where it stands, and what an answered step changes in the row."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from firstline.building.provider import Usage
from firstline.db.models import Walk
from firstline.errors import Conflict
from firstline.flows import queries as flows
from firstline.flows.rules import Graph
from firstline.walks.nodes import ServedNode, Step
from firstline.walks.rules import Position, Tail


class NotesOnly(Conflict):
    type = "notes-only"
    title = "An ad-hoc walk has no steps"


def position_of(db: Session, walk: Walk) -> Position:
    """Return where a walk stands; raises NotesOnly for an ad-hoc walk."""
    if walk.pending_node is None:
        raise NotesOnly("This is a walk with notes only. Write notes, then resolve or escalate it.")
    return Position(
        graph=_graph_of(db, walk),
        pending=ServedNode.from_document(walk.pending_node),
        path=tuple(Step.from_document(entry) for entry in walk.walked_path),
        abandoned=tuple(_tail(document) for document in walk.path_history),
    )


def keep_pending(walk: Walk, node: ServedNode | None, *, at: datetime) -> None:
    walk.pending_node = node.to_document() if node else None
    walk.current_node_id = node.id if node else None
    walk.last_step_at = at


def keep_step(walk: Walk, position: Position, step: Step, node: ServedNode, *, at: datetime) -> None:
    """Append an answered step and make the node that follows pending."""
    walk.walked_path = [*walk.walked_path, step.to_document()]
    walk.left_flow = _left_flow(position.after(step, node))
    keep_pending(walk, node, at=at)


def keep_tail(walk: Walk, position: Position, tail: Tail, *, at: datetime) -> None:
    """Set a tail aside and make its first node pending again."""
    steps = [step.to_document() for step in tail.steps]
    walk.path_history = [
        *walk.path_history,
        {"steps": steps, "pending": tail.pending.to_document(), "set_aside_at": at.isoformat()},
    ]
    walk.walked_path = walk.walked_path[: len(position.path)]
    walk.left_flow = _left_flow(position)
    keep_pending(walk, position.pending, at=at)


def add_usage(walk: Walk, usage: Usage) -> None:
    walk.usage = asdict(Usage(**walk.usage) + usage)


def _graph_of(db: Session, walk: Walk) -> Graph | None:
    if walk.flow_version_id is not None:
        return Graph.from_document(flows.get_version(db, walk.account_id, walk.flow_version_id).graph)
    return Graph.from_document(walk.draft_graph) if walk.draft_graph is not None else None


def _tail(document: dict[str, Any]) -> Tail:
    return Tail(
        steps=tuple(Step.from_document(entry) for entry in document["steps"]),
        pending=ServedNode.from_document(document["pending"]),
    )


def _left_flow(position: Position) -> dict[str, Any] | None:
    if position.left_at is None:
        return None
    left = position.path[position.left_at]
    return {"node_id": left.node.id, "answer": left.answer, "note": left.note, "steps": position.left_at}
