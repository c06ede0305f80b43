"""Labelled walks through authored flows: joins, many answers, instructions, and walks that do not help."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from firstline.building.playbook import playbook
from firstline.categories.rules import Category
from firstline.flows.formats import dot
from firstline.flows.rules import Graph, NodeType
from firstline.flywheel.folding.evidence import UNSURE, Outcome, Step, Walk
from tests.bench.folding_parts.charts import Labelled

UNSURE_SHARE = 0.05
BROKEN_OFF = 0.10  # of the walks: given up, or handed on, before their end
LEAST_STEPS = 2
KEPT_WORDS = 0.8


def playbooks() -> dict[str, Graph]:
    return {category.value: playbook(category).graph for category in Category}


def workflows(folder: Path) -> dict[str, Graph]:
    """Return the flows a folder has as drawings, by name; none where it has none."""
    paths = sorted((folder / "graphs").glob("*.dot"))
    return {path.stem: dot.read(path.read_text()).graph for path in paths}


def authored_walks(flows: Mapping[str, Graph], count: int, seed: int = 0) -> Iterator[list[Labelled]]:
    """Yield for each flow its walks, every wording with a fifth of its words left out."""
    for name, graph in flows.items():
        rng = random.Random(f"{name} {count} {seed}")
        found: list[Labelled] = []
        while len(found) < count:
            one = _walk(graph, f"{name}/{len(found)}", rng)
            if len(one.gold) >= LEAST_STEPS and len(set(one.gold)) == len(one.gold):
                found.append(one)
        yield found


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
