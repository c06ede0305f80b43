"""A published flow reworked by what walks did otherwise: new ways, detours, other cures, clearer words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from firstline.flows.rules import Condition, Edge, Graph, Node, NodeType
from firstline.flywheel import rules
from firstline.flywheel.folding.evidence import Walk
from firstline.flywheel.folding.following import Course, Departure
from firstline.flywheel.folding.similarity import content_words
from firstline.flywheel.folding.state import Folding, fold

_PARTS = UUID("0d6c2a55-3c1f-5f4e-9a35-8b6f4a0f6f1b")


@dataclass(frozen=True, slots=True)
class Rewording:
    """A step whose words callers got stuck on, in the words of walks that got past it."""

    node_id: str
    before: str
    after: str
    sessions: tuple[str, ...]


@dataclass(frozen=True)
class Reworked:
    """The flow as it would be; where its answer and a walk's cure contradict each other, both ways stand in it."""

    graph: Graph
    evidence: Sequence[Mapping[str, Any]]  # edges that walks took, with sessions and outcomes
    steps: Mapping[str, Sequence[Mapping[str, Any]]]  # node id -> the steps of walks that stand there
    beside: Mapping[str, Sequence[Mapping[str, Any]]]  # contradictions and what is set aside, as documents
    departures: Sequence[Mapping[str, Any]]
    rewordings: Sequence[Rewording]


def rework(published: Graph, courses: Sequence[Course], failing: frozenset[str]) -> Reworked:
    """Bring every departure and every clearer wording of a failing step into one graph; any order gives the same."""
    graph = published
    evidence: list[Mapping[str, Any]] = []
    steps: dict[str, list[dict[str, Any]]] = _standing(courses)
    beside: dict[str, list[dict[str, Any]]] = {name: [] for name in rules.BESIDE}
    told = []
    for (node_id, answer, back_at), members in _alike(_groups(courses)):
        departure = members[0][1]
        document = _renamed(_folded(members).to_document(), departure)
        graph, found, stood = _departed(graph, departure, members, document)
        evidence += found
        steps |= stood
        for name in beside:
            beside[name] += document[name]
        sessions = sorted(course.walk.session_id for course, _ in members)
        told.append(
            {"node_id": node_id, "answer": answer, "label": departure.label, "back_at": back_at}
            | {"contradicts": departure.contradicts, "sessions": sessions}
        )
    rewordings = list(find_rewordings(published, courses, failing))
    words = {one.node_id: one.after for one in rewordings}
    nodes = tuple(replace(node, text=words.get(node.id, node.text)) for node in graph.nodes)
    return Reworked(replace(graph, nodes=nodes), evidence, steps, beside, told, rewordings)


def find_rewordings(published: Graph, courses: Sequence[Course], failing: frozenset[str]) -> Iterator[Rewording]:
    """Yield for each failing step the wording most walks got past it with, where they asked it in other words."""
    asked: dict[str, dict[str, list[str]]] = {}
    for course in courses:
        for step, node_id in zip(course.walk.steps, course.nodes, strict=True):
            if node_id in failing and _says_otherwise(step.text, published.by_id[node_id].text):
                asked.setdefault(node_id, {}).setdefault(step.text, []).append(course.walk.session_id)
    for node_id, wordings in sorted(asked.items()):
        after = max(wordings, key=lambda text: (len(wordings[text]), text))
        sessions = tuple(sorted({session for found in wordings.values() for session in found}))
        yield Rewording(node_id, published.by_id[node_id].text, after, sessions)


def _says_otherwise(text: str, known: str) -> bool:
    return Counter(content_words(text)) != Counter(content_words(known))


def _standing(courses: Sequence[Course]) -> dict[str, list[dict[str, Any]]]:
    standing: dict[str, list[dict[str, Any]]] = {}
    for course in sorted(courses, key=lambda course: course.walk.session_id):
        for index, node_id in enumerate(course.nodes):
            if node_id is not None and _is_answered(course.walk, index):
                standing.setdefault(node_id, []).append({"session_id": course.walk.session_id, "index": index})
    return standing


def _is_answered(walk: Walk, index: int) -> bool:
    step = walk.steps[index]
    return not (step.type.is_end and step.answer is None)


_Key = tuple[str | None, str | None, str | None]
_Member = tuple[Course, Departure]


def _groups(courses: Sequence[Course]) -> dict[_Key, list[_Member]]:
    groups: dict[_Key, list[_Member]] = {}
    for course in sorted(courses, key=lambda course: course.walk.content_hash):
        for departure in course.departures:
            key = departure.node_id, departure.answer, departure.back_at
            groups.setdefault(key, []).append((course, departure))
    return groups


def _alike(groups: Mapping[_Key, Sequence[_Member]]) -> Iterator[tuple[_Key, Sequence[_Member]]]:
    """Yield departures from the same place that belong together: what has no question in common stands apart."""
    for key, group in sorted(groups.items(), key=lambda item: str(item[0])):
        rest = list(group)
        while rest:
            inside = _in_the_tree(_folded(rest))
            together = [member for member in rest if member[0].walk.session_id in inside] or rest
            yield key, together
            rest = [member for member in rest if member not in together]


def _folded(members: Sequence[_Member]) -> Folding:
    return fold([replace(course.walk, steps=course.walk.steps[d.first : d.last]) for course, d in members])


def _in_the_tree(folding: Folding) -> set[str]:
    """Return the sessions with a step in a node that the root leads to."""
    ways: dict[str, list[str]] = {}
    for edge in folding.edges:
        ways.setdefault(edge.source, []).append(edge.target)
    reached, waiting = {folding.root}, [folding.root]
    while waiting:
        fresh = set(ways.get(waiting.pop() or "", ())) - reached
        reached |= fresh
        waiting += fresh
    return {session for node in folding.nodes if node.id in reached for session, _ in node.steps}


def _departed(
    graph: Graph, departure: Departure, members: Sequence[_Member], document: Mapping[str, Any]
) -> tuple[Graph, list[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """Return the graph with one departure drawn, the evidence of its new edges, and the steps in its new nodes.

    `document` is the fold of the departure's own steps.
    """
    sessions = sorted(course.walk.session_id for course, _ in members)
    if document["root"] is None:
        if departure.back_at is None:
            return graph, [], {}
        grown = _entered(graph, departure, departure.back_at)
        return grown, [_walked(departure.node_id, departure.back_at, sessions)], {}
    branch = Graph.from_document(document)
    if departure.back_at is not None:
        branch = _leading_back(branch, departure.back_at, members)
    whole = replace(graph, nodes=(*graph.nodes, *branch.nodes), edges=(*graph.edges, *branch.edges))
    node = graph.by_id.get(departure.node_id or "")
    if node is not None and node.type.is_end:
        attachment = rules.attachment_of(graph, node.id, departure.answer or rules.NOT_FIXED, departure.label)
        grown = rules.graft(graph, attachment, branch) if attachment else whole
    else:
        grown = _entered(whole, departure, branch.root)
    first = {course.walk.session_id: d.first for course, d in members}
    walks = {course.walk.session_id: course.walk for course, _ in members}
    stood = {
        node["id"]: [
            {"session_id": step["session_id"], "index": step["index"] + first[step["session_id"]]}
            for step in node["steps"]
            if _is_answered(walks[step["session_id"]], step["index"] + first[step["session_id"]])
        ]
        for node in document["nodes"]
    }
    return grown, [*document["edges"], _walked(departure.node_id, branch.root, sessions)], stood


def _renamed(document: dict[str, Any], departure: Departure) -> dict[str, Any]:
    """Return a folded part with ids of its own: a walk that departs twice may name a node in both parts alike."""
    place = f"{departure.node_id}\x1f{departure.answer}\x1f{departure.back_at}"
    named = {node["id"]: str(uuid5(_PARTS, f"{place}\x1f{node['id']}")) for node in document["nodes"]}
    away = {"node_id": departure.node_id, "answer": departure.answer}  # of a walk none of whose steps is drawn
    told = {
        name: [each | ({"node_id": named[each["node_id"]]} if each["node_id"] else away) for each in found]
        for name, found in ((name, document.get(name, ())) for name in rules.BESIDE)
    }
    return told | {
        "root": named.get(document["root"]),
        "nodes": [{**node, "id": named[node["id"]]} for node in document["nodes"]],
        "edges": [{**edge, "from": named[edge["from"]], "to": named[edge["to"]]} for edge in document["edges"]],
    }


def _walked(source: str | None, target: str, sessions: Sequence[str]) -> dict[str, Any]:
    return {"from": source, "to": target, "sessions": list(sessions), "resolved": len(sessions), "failed": 0}


def _entered(graph: Graph, departure: Departure, target: str) -> Graph:
    """Return the graph with the departure's answer leading to `target`.

    Questions put in between two others replace the way they stand on; anything else stands beside what is known.
    """
    if departure.node_id is None:
        return replace(graph, root=target)
    known = graph.way(departure.node_id, departure.answer)
    answer = departure.answer
    condition = known.condition if known else Condition(answer, departure.label or answer) if answer else None
    entrance = Edge(departure.node_id, target, condition)
    if known is not None and known.target == departure.back_at:
        return replace(graph, edges=tuple(entrance if edge == known else edge for edge in graph.edges))
    return replace(graph, edges=(*graph.edges, entrance))


def _leading_back(branch: Graph, back_at: str, members: Sequence[_Member]) -> Graph:
    """Return the questions put in between with every answer that nobody took going on as the flow does."""
    stubs = {node.id for node in branch.nodes if node.needs_review}
    edges = [replace(edge, target=back_at) if edge.target in stubs else edge for edge in branch.edges]
    last = {course.walk.steps[departure.last - 1] for course, departure in members}
    led = {edge.source for edge in edges}
    for node in branch.nodes:
        if node.id not in stubs | led and not node.type.is_end:
            edges += _ways_on(node, back_at, {(step.answer, step.label) for step in last if step.type is node.type})
    return Graph(branch.root, tuple(node for node in branch.nodes if node.id not in stubs), tuple(edges))


def _ways_on(node: Node, back_at: str, answers: set[tuple[str | None, str | None]]) -> Iterator[Edge]:
    if node.type is NodeType.ACTION:
        yield Edge(node.id, back_at)
        return
    for answer, label in sorted(answers, key=str):
        if answer is not None:
            yield Edge(node.id, back_at, Condition(answer, label or answer))
