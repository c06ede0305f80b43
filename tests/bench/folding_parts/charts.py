"""Labelled walks from a folder of charts and dialogues, and the ways in which they are disturbed."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from firstline.flows.rules import Condition, Edge, Graph, Node, NodeType
from firstline.flywheel.folding.evidence import Step, Walk

OTHER = {"yes": "no", "no": "yes"}


@dataclass(frozen=True)
class Labelled:
    """A walk, and for each of its steps the node it stands for: known to the score only."""

    walk: Walk
    gold: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    name: str
    nodes: dict[str, dict[str, Any]]
    edges: dict[str, dict[str, str]]
    walks: tuple[Labelled, ...]

    def without(self, gone: set[str]) -> Graph:
        nodes = [
            Node(key, NodeType.SOLUTION if node["terminal"] else NodeType.DECISION, node["utterance"])
            for key, node in self.nodes.items()
            if key not in gone
        ]
        edges = [
            Edge(source, target, Condition(answer, answer))
            for source, ways in self.edges.items()
            for answer, target in ways.items()
            if source not in gone and target not in gone
        ]
        return Graph("1", nodes, edges)

    def subtree(self, root: str) -> set[str]:
        found: set[str] = set()
        stack = [root]
        while stack:
            node = stack.pop()
            found.add(node)
            stack += self.edges.get(node, {}).values()
        return found


def read_charts(folder: Path) -> list[Chart]:
    """Return the charts that have dialogues; none where the folder lacks them."""
    dialogs = folder / "flodial" / "dialogs.json"
    if not dialogs.exists():
        return []
    by_chart: dict[str, list[tuple[str, list[dict[str, Any]]]]] = {}
    for key, dialog in json.loads(dialogs.read_text()).items():
        by_chart.setdefault(dialog["flowchart"], []).append((key, dialog["utterences"]))
    charts = []
    for path in sorted((folder / "flodial" / "charts").glob("*.json")):
        document = json.loads(path.read_text())
        if path.stem in by_chart:
            walks = [_walk(key, turns, document) for key, turns in by_chart[path.stem]]
            known = tuple(walk for walk in walks if walk is not None)
            charts.append(Chart(path.stem, document["nodes"], document["edges"], known))
    return charts


def _walk(key: str, turns: list[dict[str, Any]], document: dict[str, Any]) -> Labelled | None:
    path: list[str] = []
    for turn in turns:
        node = _node(turn)
        if node and node not in path:
            path.append(node)
    opening = next((turn["utterance"] for turn in turns if turn["speaker"] == "user"), "")
    steps = []
    for node, following in zip(path, [*path[1:], None], strict=True):
        ways = document["edges"].get(node, {})
        answer = next((answer for answer, target in ways.items() if target == following), None)
        kind = NodeType.SOLUTION if document["nodes"][node]["terminal"] else NodeType.DECISION
        steps.append(Step(_introduced(turns, node), kind, answer, answer))
    return Labelled(Walk(key, opening, tuple(steps)), tuple(path)) if steps else None


def _node(turn: dict[str, Any]) -> str | None:
    grounded = turn.get("grounded_doc_id") or ""
    return grounded.removeprefix("chart-") if grounded.startswith("chart-") and grounded != "chart-0" else None


def _introduced(turns: list[dict[str, Any]], node: str) -> str:
    """Return the agent's wording that introduced a node, or of the turn before the caller spoke of it first."""
    for turn in turns:
        if turn["speaker"] == "agent" and _node(turn) == node:
            return str(turn["utterance"])
    first = next(at for at, turn in enumerate(turns) if _node(turn) == node)
    spoken = [turn["utterance"] for turn in turns[:first] if turn["speaker"] == "agent"]
    return str(spoken[-1]) if spoken else str(turns[first]["utterance"])


def noisy(labelled: Labelled, rng: random.Random, share: float = 0.15) -> Labelled:
    """Leave steps out or exchange them with the next question, each at half the share; never the outcome."""
    count = left = len(labelled.gold)
    order: list[int] = []
    at = 0
    while at < count:
        lot = rng.random()
        if lot < share / 2 and at < count - 1 and left > 2:
            left -= 1
            at += 1
        elif share / 2 <= lot < share and at + 1 < count - 1:
            order += [at + 1, at]
            at += 2
        else:
            order.append(at)
            at += 1
    steps = tuple(labelled.walk.steps[index] for index in order)
    return Labelled(replace(labelled.walk, steps=steps), tuple(labelled.gold[index] for index in order))


def flipped(labelled: Labelled, rng: random.Random, share: float = 0.10) -> Labelled:
    steps = tuple(
        replace(step, answer=OTHER.get(step.answer, step.answer), label=None)
        if step.answer is not None and rng.random() < share
        else step
        for step in labelled.walk.steps
    )
    return replace(labelled, walk=replace(labelled.walk, steps=steps))


def resampled(walks: Sequence[Labelled], count: int, rng: random.Random) -> list[Labelled]:
    """Draw walks with replacement, each as a session of its own."""
    drawn = [rng.choice(walks) for _ in range(count)]
    return [
        replace(one, walk=replace(one.walk, session_id=f"{one.walk.session_id}/{at}")) for at, one in enumerate(drawn)
    ]
