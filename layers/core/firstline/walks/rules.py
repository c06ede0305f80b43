"""The step engine: what an answer does to a walk, decided without a clock, a database or a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from firstline.building.rules import BuiltNode, Leaving, ServedType
from firstline.errors import Conflict, Unprocessable
from firstline.flows.rules import Graph, Node
from firstline.walks.nodes import NewId, ServedNode, Step

DEPTH_CAP = 12  # answered steps that were built; a flow itself is walked as long as it is

UNSURE = "unsure"  # the caller cannot tell: always allowed
OTHER = "other"  # none of the options: leaves a flow, with a note of what the caller sees
NOT_FIXED = "not_fixed"  # the solution did not help: leaves a flow
DONE = "done"  # what an instruction waits for; kept as a null answer

_LABELS = {UNSURE: "Not sure", OTHER: "Something else", NOT_FIXED: "That did not fix it"}

_OFFERS = {
    "depth_cap": "Twelve built steps did not settle this. Escalate: everything done so far goes along.",
    "unsure": "The caller cannot tell, and nothing else can be asked here. Escalate, or step back.",
    "building_off": "The flow ends here, and building is off for this kind of problem. Escalate, or step back.",
    "budget_spent": "Today's budget for building is spent. Escalate, or step back and try another answer.",
}


class StepConflict(Conflict):
    """The answer is to a node that is not pending; carries the pending node."""

    type = "step-conflict"
    title = "Another step is pending"


class AnswerUnknown(Unprocessable):
    type = "answer-unknown"
    title = "That is no answer to this step"


class NothingToStepBackTo(Conflict):
    type = "nothing-to-step-back-to"
    title = "There is no such step to go back to"


@dataclass(frozen=True, slots=True)
class Given:
    """What a technician sends; without `node_id` they only look."""

    node_id: str | None = None
    answer: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Tail:
    """What stepping back set aside: the steps from the re-opened one on, and the node that was pending."""

    steps: tuple[Step, ...]
    pending: ServedNode


@dataclass(frozen=True)
class Position:
    """Where a walk stands; `graph` is what it follows, None where every step is built."""

    graph: Graph | None
    pending: ServedNode
    path: tuple[Step, ...] = ()
    abandoned: tuple[Tail, ...] = ()

    @cached_property
    def left_at(self) -> int | None:
        """Return the index of the step at which the flow was left, None while on it (or without one)."""
        if self.graph is None:
            return None
        return next((index for index, step in enumerate(self.path) if _leaves(self.graph, step)), None)

    @property
    def is_building(self) -> bool:
        return self.graph is None or self.left_at is not None

    @cached_property
    def remembered(self) -> Mapping[tuple[str, str | None, str | None], ServedNode]:
        """Return what followed each answer of the tails set aside; the last one wins."""
        found: dict[tuple[str, str | None, str | None], ServedNode] = {}
        for tail in self.abandoned:
            following = [*(step.node for step in tail.steps[1:]), tail.pending]
            found |= {_way_of(step): node for step, node in zip(tail.steps, following, strict=True)}
        return found

    def after(self, step: Step, node: ServedNode) -> "Position":
        return replace(self, path=(*self.path, step), pending=node)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The pending node is served as it is: a look, a replay, or an end that waits for resolve or escalate."""

    node: ServedNode


@dataclass(frozen=True, slots=True)
class HelpServed:
    """The caller could not tell; the same node, with its help and the mark that it was given."""

    node: ServedNode


@dataclass(frozen=True, slots=True)
class Moved:
    """The step is answered, and what follows is known without a model."""

    step: Step
    node: ServedNode


@dataclass(frozen=True, slots=True)
class Building:
    """The step is answered, and what follows has to be built; `leaving` where a flow was left."""

    step: Step
    leaving: Leaving | None


Decision = Unchanged | HelpServed | Moved | Building


def decide(position: Position, given: Given, *, arrived_at: datetime, at: datetime, new_id: NewId) -> Decision:
    """Say what a technician's request does; `arrived_at` is when it came in, `at` when its turn came.

    Raises StepConflict where it answers neither the pending node nor, in the same way, the one before; AnswerUnknown
    where the pending node has no such answer.
    """
    if given.node_id is None or _is_replay(position, given):
        return Unchanged(position.pending)
    if given.node_id != position.pending.id:
        raise StepConflict("Another step is pending by now. Go on from it.", node=public(position.pending))
    if given.answer == UNSURE and (decision := _first_unsure(position.pending, arrived_at, at)):
        return decision
    if position.pending.node_type in (ServedType.RESOLVED, ServedType.ESCALATE) and given.answer is None:
        return Unchanged(position.pending)
    return _follow(position, _answered(position, given, at), new_id)


def step_back(position: Position, to_node_id: str | None) -> tuple[Position, Tail] | None:
    """Re-open the last or the named step; None where it is open already. Raises NothingToStepBackTo."""
    if to_node_id is not None and to_node_id == position.pending.id:
        return None
    ids = [step.node.id for step in position.path]
    if not ids or (to_node_id is not None and to_node_id not in ids):
        what = "This step was not answered on the path so far." if to_node_id else "No step is answered yet."
        raise NothingToStepBackTo(f"{what} Go on from the pending one.", node=public(position.pending))
    index = len(ids) - 1 if to_node_id is None else len(ids) - 1 - ids[::-1].index(to_node_id)
    tail = Tail(position.path[index:], position.pending)
    reopened = replace(
        position, path=position.path[:index], pending=tail.steps[0].node, abandoned=(*position.abandoned, tail)
    )
    return reopened, tail


def offer_escalation(reason: str, *, node_id: str) -> ServedNode:
    """Return the escalate node for a reason the engine knows: depth_cap, unsure, building_off, budget_spent."""
    return ServedNode.of_built(BuiltNode(ServedType.ESCALATE, _OFFERS[reason], reason_category=reason), node_id=node_id)


def first_node(graph: Graph) -> ServedNode:
    return ServedNode.of_flow(graph, graph.by_id[graph.root])


def public(node: ServedNode) -> dict[str, object]:
    """Return a node as clients see it, without what only the engine and the flywheel need."""
    return replace(node, built=False, unsure_at=None).to_document()


def choices(node: ServedNode) -> Sequence[str]:
    """Return every answer a node takes, `unsure` apart."""
    keys = [option.key for option in node.options]
    if node.node_type is ServedType.QUESTION:
        return [*keys, OTHER] if OTHER not in keys else keys
    return {ServedType.INSTRUCTION: [DONE], ServedType.RESOLVED: [NOT_FIXED]}.get(node.node_type, [])


def _is_replay(position: Position, given: Given) -> bool:
    if not position.path or given.node_id == position.pending.id:
        return False
    last = position.path[-1]
    return given.node_id == last.node.id and _kept(last.node, given.answer) == last.answer


def _kept(node: ServedNode, answer: str | None) -> str | None:
    return None if node.node_type is ServedType.INSTRUCTION and answer == DONE else answer


def _first_unsure(pending: ServedNode, arrived_at: datetime, at: datetime) -> Decision | None:
    """Serve the help first; a request that came in before the help was served is the same click once more."""
    if pending.unsure_at is None:
        return HelpServed(pending.with_help(at=at))
    if arrived_at <= pending.unsure_at or pending.node_type is ServedType.ESCALATE:
        return Unchanged(pending)
    return None


def _answered(position: Position, given: Given, at: datetime) -> Step:
    node = replace(position.pending, unsure_at=None)
    answer = _kept(node, given.answer)
    known = answer in (UNSURE, *choices(node)) or (answer is None and node.node_type is ServedType.INSTRUCTION)
    if not known:
        raise AnswerUnknown(
            "Choose one of the options.", errors=[_fault("answer", "not an option of this step")], options=choices(node)
        )
    label = node.label_of(answer)
    if answer == OTHER and label is None and not (given.note or "").strip():
        raise AnswerUnknown("Say in a note what the caller sees.", errors=[_fault("note", "needed with 'other'")])
    label = label or _LABELS.get(answer or "")
    return Step(node, answer, label, at, note=given.note)


def _fault(field: str, message: str) -> dict[str, object]:
    return {"location": ["body", field], "message": message, "kind": "answer"}


def _follow(position: Position, step: Step, new_id: NewId) -> Decision:
    if position.graph is not None and not position.is_building:
        target = _target(position.graph, step)
        if target is not None:
            return Moved(step, ServedNode.of_flow(position.graph, target))
    if (node := position.remembered.get(_way_of(step))) is not None:
        return Moved(step, node)
    if step.answer == UNSURE:
        return Moved(step, offer_escalation(UNSURE, node_id=new_id()))
    if sum(entry.built for entry in (*position.path, step)) >= DEPTH_CAP:
        return Moved(step, offer_escalation("depth_cap", node_id=new_id()))
    return Building(step, _leaving(position, step))


def _target(graph: Graph, step: Step) -> Node | None:
    """Return the node an answer leads to; None for a way nobody has authored, a draft's unwalked stub included."""
    way = graph.way(step.node.id, step.answer)
    node = graph.by_id.get(way.target) if way else None
    return node if node is not None and not node.needs_review else None


def _leaves(graph: Graph, step: Step) -> bool:
    return not step.built and step.answer != UNSURE and _target(graph, step) is None


def _leaving(position: Position, step: Step) -> Leaving | None:
    if position.graph is None:
        return None
    left = step if position.left_at is None else position.path[position.left_at]
    return Leaving(left.node.text, left.note)


def _way_of(step: Step) -> tuple[str, str | None, str | None]:
    """Return what makes an answer the same again; "something else" is the same only with the same note."""
    return step.node.id, step.answer, step.note if step.answer == OTHER else None
