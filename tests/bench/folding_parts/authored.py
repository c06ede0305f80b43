"""Labelled walks through the ten playbooks: joins, many answers, instructions, and walks that do not help."""

import random
from collections.abc import Iterator
from dataclasses import replace

from firstline.building.playbook import playbook
from firstline.categories.rules import Category
from firstline.flows.rules import Graph, NodeType
from firstline.flywheel.evidence import UNSURE, Outcome, Step, Walk
from tests.bench.folding_parts.charts import Labelled

UNSURE_SHARE = 0.05
BROKEN_OFF = 0.10  # of the walks: given up, or handed on, before their end
LEAST_STEPS = 2
KEPT_WORDS = 0.8


def authored_walks(count: int, seed: int = 0) -> Iterator[tuple[str, list[Labelled]]]:
    """Yield for each playbook its walks, every wording with a fifth of its words left out."""
    for category in Category:
        rng = random.Random(f"{category} {count} {seed}")
        graph = playbook(category).graph
        found: list[Labelled] = []
        while len(found) < count:
            one = _walk(graph, f"{category}/{len(found)}", rng)
            if len(one.gold) >= LEAST_STEPS:
                found.append(one)
        yield category.value, found


def _walk(graph: Graph, session: str, rng: random.Random) -> Labelled:
    node, steps, gold = graph.by_id[graph.root], [], []
    while not node.type.is_end:
        ways = graph.ways_from(node.id)
        way = rng.choice(ways)
        options = tuple(each.condition for each in ways if each.condition)
        key, label = (way.condition.key, way.condition.label) if way.condition else (None, None)
        step = Step(_worded(node.text, rng), node.type, key, label, options, node.help, built=True)
        steps.append(replace(step, answer=UNSURE, label="Not sure") if key and rng.random() < UNSURE_SHARE else step)
        gold.append(node.id)
        node = graph.by_id[way.target]
    broken_off = len(steps) > LEAST_STEPS and rng.random() < BROKEN_OFF
    if broken_off:
        return Labelled(Walk(session, "", tuple(steps[:-1]), rng.choice(_NOT_HELPED)), tuple(gold[:-1]))
    outcome = Outcome.ESCALATED if node.type is NodeType.ESCALATE else Outcome.RESOLVED
    steps.append(Step(_worded(node.text, rng), node.type, built=True))
    return Labelled(Walk(session, "", tuple(steps), outcome), (*gold, node.id))


_NOT_HELPED = (Outcome.FAILED, Outcome.ABANDONED, Outcome.ESCALATED)


def _worded(text: str, rng: random.Random) -> str:
    return " ".join(word for word in text.split() if rng.random() < KEPT_WORDS) or text
