"""From a picture of boxes and arrows to a flow's graph: what shape, labels and place say of each node.

Both diagram formats read into a Drawing. Where a picture leaves something open (a question with one answer, an end that
says neither cured nor handed over) the choice made is told in a note.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count

from firstline.flows.rules import MAX_ID, MAX_NODES, Condition, Edge, Graph, GraphProblem, Node, NodeType

MAX_LABEL = 80
MAX_ARROWS = 10 * MAX_NODES

_ESCALATES = re.compile(
    r"\b(?:escalat\w*|transfer(?:red)?\b.*\b(?:to|human|agent|team)|hand(?:ed)? over|hand-?off|tier ?[23]|level ?[23]|"
    r"(?:second|third) line|l[23] (?:team|support)|human agent|open a ticket|raise a ticket|"
    r"(?:contact|call|ask|send to|pass to|forward to|refer to) .*\b(?:engineer|specialist|support|admin\w*|vendor|"
    r"manufacturer|isp|provider|technician|team|it)\b)",
    re.IGNORECASE,
)
_CURED = re.compile(
    r"\b(?:resolved|solved|fixed|repaired|cured|done|success\w*|works|working|restored|completed?|closed?|end|finish\w*)\b",
    re.IGNORECASE,
)
_STARTS = re.compile(r"^(?:start|begin|root|entry)\b", re.IGNORECASE)
_YES_NO = re.compile(r"^(yes|no)(?![\w'])", re.IGNORECASE)
_OPPOSITE = {"yes": Condition("no", "No"), "no": Condition("yes", "Yes")}
_MISSING_TEXT = "The drawing has no way on for this answer. Pass the call on with what was found so far."
_MISSING_REASON = "uncharted"


class Shape(StrEnum):
    """What the outline of a box says."""

    QUESTION = "question"  # a diamond
    STEP = "step"  # a rectangle, or nothing said
    END = "end"  # an oval, a stadium, a circle
    HANDOVER = "handover"  # a box with double sides


@dataclass(frozen=True, slots=True)
class Box:
    """A drawn node; `node_type`, `help` and `reason_category` are there only where our own export wrote them."""

    id: str
    text: str
    shape: Shape = Shape.STEP
    node_type: NodeType | None = None
    help: str | None = None
    reason_category: str | None = None
    needs_review: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """A drawn way; `key` is there only where our own export wrote it."""

    source: str
    target: str
    label: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Drawing:
    """Boxes and arrows in the order drawn; `root` is there only where our own export wrote it."""

    boxes: Sequence[Box] = ()
    arrows: Sequence[Arrow] = ()
    root: str | None = None

    def outgoing(self) -> Mapping[str, Sequence[Arrow]]:
        found: dict[str, list[Arrow]] = {}
        for arrow in self.arrows:
            found.setdefault(arrow.source, []).append(arrow)
        return found


def to_graph(drawing: Drawing) -> tuple[Graph, list[GraphProblem]]:
    """Return the graph a drawing means, sound or not, and notes on what had to be decided for it."""
    drawing = _with_short_ids(drawing)
    outgoing = drawing.outgoing()
    texts = {box.id: box.text for box in drawing.boxes}
    taken = set(texts)
    nodes: list[Node] = []
    added: list[Node] = []
    edges: list[Edge] = []
    notes: list[GraphProblem] = []
    for box in drawing.boxes:
        arrows = outgoing.get(box.id, ())
        node = _node(box, box.node_type or _node_type(box, arrows))
        if box.node_type is None and node.type is NodeType.DECISION and not all(arrow.label for arrow in arrows):
            arrows = _labelled(arrows, texts)
            notes.append(GraphProblem("answer_named", "Not every way from here says which answer it is for.", box.id))
        ways = list(_ways(node.type, arrows))
        if box.node_type is None and node.type is NodeType.DECISION and len(ways) == 1:
            end, way, note = with_missing_answer(node, ways[0], taken)
            taken.add(end.id)
            added.append(end)
            ways.append(way)
            notes.append(note)
        nodes.append(node)
        edges += ways
        notes += _end_notes(box, node.type)
    return Graph(_root(drawing), (*nodes, *added), tuple(edges)), notes


def with_missing_answer(node: Node, given: Edge, taken: AbstractSet[str]) -> tuple[Node, Edge, GraphProblem]:
    """Return the escalation that stands in for the answer a one-answer question lacks, the way to it, and a note."""
    condition = given.condition or Condition("yes", "Yes")
    missing = _OPPOSITE.get(condition.key, Condition("something_else", "Something else"))
    end_id = _free(short_id(f"{node.id}-{missing.key}"), taken)
    end = Node(end_id, NodeType.ESCALATE, _MISSING_TEXT, reason_category=_MISSING_REASON)
    message = f"The question had one answer only; '{missing.label}' now leads to an escalation."
    return end, Edge(node.id, end_id, missing), GraphProblem("answer_added", message, node.id)


def conditions(labels: Sequence[str], keys: Sequence[str | None] = ()) -> list[Condition]:
    """Return one answer per label, with keys made from the labels where none are given; equal keys are told apart."""
    keys = keys or [None] * len(labels)
    decided = [_decided(label) for label in labels]
    counts = Counter(decided)
    taken: set[str] = {key for key in keys if key}
    found = []
    for label, key, word in zip(labels, keys, decided, strict=True):
        wanted = key or (word if word and counts[word] == 1 else slug(label) or "answer")
        if key is None:
            wanted = _free(wanted, taken)
            taken.add(wanted)
        found.append(Condition(wanted, label))
    return found


def with_keys(graph: Graph) -> Iterator[tuple[Edge, str | None]]:
    """Yield each edge, with its key where reading would not make the same one from the labels."""
    told: dict[int, str] = {}
    for node in graph.nodes:
        named = [edge for edge in graph.ways_from(node.id) if edge.condition]
        given = [edge.condition for edge in named if edge.condition]
        derived = conditions([each.label for each in given])
        for edge, own, made in zip(named, given, derived, strict=True):
            if own != made or node.type is not NodeType.DECISION:
                told[id(edge)] = own.key
    for edge in graph.edges:
        yield edge, told.get(id(edge))


def aliases_of(graph: Graph, readable: Callable[[str], bool]) -> Mapping[str, str]:
    """Return a name that a diagram's language can read for each node: its own id where that is one."""
    own = {node.id for node in graph.nodes}
    spare = (name for name in (f"n{number}" for number in count(1)) if name not in own)
    return {node.id: node.id if readable(node.id) else next(spare) for node in graph.nodes}


def slug(label: str) -> str:
    return re.sub(r"[\W_]+", "_", label.casefold()).strip("_")[:40].strip("_")


def short_id(node_id: str) -> str:
    """Return an id as it is where it fits, else its beginning and a digest that keeps it apart from others."""
    if len(node_id) <= MAX_ID:
        return node_id
    return f"{node_id[: MAX_ID - 11]}-{hashlib.sha256(node_id.encode()).hexdigest()[:10]}"


def _with_short_ids(drawing: Drawing) -> Drawing:
    return replace(
        drawing,
        boxes=[replace(box, id=short_id(box.id)) for box in drawing.boxes],
        arrows=[
            replace(arrow, source=short_id(arrow.source), target=short_id(arrow.target)) for arrow in drawing.arrows
        ],
        root=short_id(drawing.root) if drawing.root is not None else None,
    )


def _node_type(box: Box, arrows: Sequence[Arrow]) -> NodeType:
    if len(arrows) > 1 or (box.shape is Shape.QUESTION and (not arrows or arrows[0].label)):
        return NodeType.DECISION
    if arrows:
        return NodeType.ACTION
    hands_over = box.shape is Shape.HANDOVER or _ESCALATES.search(box.text)
    return NodeType.ESCALATE if hands_over else NodeType.SOLUTION


def _end_notes(box: Box, node_type: NodeType) -> Iterator[GraphProblem]:
    guessed = box.node_type is None and box.shape is Shape.STEP and not _CURED.search(box.text)
    if guessed and node_type is NodeType.SOLUTION:
        yield GraphProblem("end_guessed", "Nothing leads on from here, so it was taken for a solution.", box.id)


def _node(box: Box, node_type: NodeType) -> Node:
    reason = box.reason_category
    if reason is None and box.node_type is None and node_type is NodeType.ESCALATE:
        reason = "needs_engineer"
    return Node(box.id, node_type, box.text, box.help, reason, box.needs_review)


def _ways(node_type: NodeType, arrows: Sequence[Arrow]) -> Iterator[Edge]:
    if node_type is not NodeType.DECISION:
        for arrow in arrows:
            yield Edge(arrow.source, arrow.target, Condition(arrow.key, arrow.label or "") if arrow.key else None)
        return
    named = [arrow for arrow in arrows if arrow.label]
    answers = iter(conditions([arrow.label or "" for arrow in named], [arrow.key for arrow in named]))
    for arrow in arrows:
        yield Edge(arrow.source, arrow.target, next(answers) if arrow.label else None)


def _labelled(arrows: Sequence[Arrow], texts: Mapping[str, str]) -> list[Arrow]:
    """Name the unnamed ways of a question: No beside a Yes and the other way round, else by where they lead."""
    decided = {word for arrow in arrows if (word := _decided(arrow.label or ""))}
    spare = [_OPPOSITE[word].label for word in decided if _OPPOSITE[word].key not in decided]
    nameless = [arrow for arrow in arrows if not arrow.label]
    if len(nameless) == 1 and len(arrows) == 2 and spare:  # noqa: PLR2004  the two answers of a yes/no question
        return [arrow if arrow.label else replace(arrow, label=spare[0]) for arrow in arrows]
    return [arrow if arrow.label else replace(arrow, label=texts[arrow.target][:MAX_LABEL]) for arrow in arrows]


def _root(drawing: Drawing) -> str:
    """Return the box no arrow leads to; of several the one that says start, else the first drawn."""
    if drawing.root is not None:
        return drawing.root
    reached = {arrow.target for arrow in drawing.arrows if arrow.target != arrow.source}
    first = [box for box in drawing.boxes if box.id not in reached] or list(drawing.boxes)
    started = [box for box in first if _STARTS.match(box.text) or _STARTS.match(box.id)]
    return next((box.id for box in (*started, *first)), "")


def _decided(label: str) -> str | None:
    found = _YES_NO.match(label.strip())
    return found[1].casefold() if found else None


def _free(wanted: str, taken: AbstractSet[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted[: MAX_ID - 5]}_{number}"
    return name
