"""What a further walk costs a proposal of many: `python -m tests.bench.folding_cost [--data DIR] [--json FILE]`.

Walks are drawn with a seed through two playbooks (about a hundred nodes) behind one first question. Every step is
worded anew (words left out, exchanged and added), 15 % of the steps are left out or exchanged, and one walk in ten ends
without help.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, TypeVar
from uuid import UUID

from firstline.building.playbook import playbook
from firstline.categories.rules import Category
from firstline.flows.rules import Condition, Graph, NodeType
from firstline.flywheel.folding.evidence import Outcome, Step, Walk
from firstline.flywheel.folding.shelf import line_of
from firstline.flywheel.folding.skeleton import founders
from firstline.flywheel.folding.state import FoldState
from firstline.flywheel.folding.storing import from_json, to_json
from tests.bench.folding_parts.charts import Labelled, noisy, read_charts, resampled

Result = TypeVar("Result")
FILLERS = ("please", "just", "now", "first", "again", "maybe")
WORDS_LEFT_OUT, WITHOUT_HELP = 0.2, 0.1
BEGAN, APART = 1_700_000_000.0, 600.0  # seconds


@dataclass(frozen=True)
class Cost:
    """Milliseconds of processor time, medians; bytes; shares of added walks that made the whole fold anew."""

    walks: int
    places: int
    load: float
    stand: float
    draw: float
    store: float
    fold: float
    state_bytes: int
    walk_bytes: int
    refolds_in_order: float
    refolds_late: float

    @property
    def add(self) -> float:
        return self.load + self.stand + self.draw + self.store

    @property
    def amortised(self) -> float:
        return self.add + self.refolds_in_order * self.fold


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--adds", type=int, default=40, help="walks added, each to the same state")
    parser.add_argument("--data", type=Path, help="folder with flodial: fold its charts instead, walks resampled")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    found: dict[str, list[Cost]] = {}
    for name, draw in _sources(options.data).items():
        print(f"\n{name}\n{'walks':>6} places |   load  stand   draw  store =   add ms | amortised  whole fold", end="")
        print(" | state + walks bytes | refolds in order, late")
        for size in options.sizes:
            cost = measure(draw(size + options.adds), size)
            found.setdefault(name, []).append(cost)
            _print(cost)
    if options.json:
        options.json.write_text(json.dumps({name: [asdict(cost) for cost in costs] for name, costs in found.items()}))


def _print(cost: Cost) -> None:
    print(
        f"{cost.walks:6} {cost.places:6} | {cost.load:6.1f} {cost.stand:6.1f} {cost.draw:6.1f} {cost.store:6.1f}"
        f" = {cost.add:8.1f} | {cost.amortised:9.1f} {cost.fold:11.0f} | {cost.state_bytes:9} {cost.walk_bytes:9}"
        f" | {cost.refolds_in_order:.3f} {cost.refolds_late:.3f}"
    )


def measure(walks: Sequence[Walk], size: int) -> Cost:
    """Fold the first walks, then add each of the others to that state as the product does."""
    folding, state = _timed(lambda: FoldState.of(walks[:size]))
    text, lines = to_json(state), [line_of(walk) for walk in state.walks.values()]
    parts: list[tuple[float, float, float, float]] = []
    for walk in walks[size:]:
        load, stored = _timed(partial(from_json, text, partial(iter, lines)))
        if not _refolds(stored, walk):
            stand, grown = _timed(partial(stored.add, walk))
            draw, _ = _timed(partial(_drawn, grown))
            store, _ = _timed(partial(to_json, grown))
            parts.append((load, stand, draw, store))
    load, stand, draw, store = (median(times) for times in zip(*parts, strict=True)) if parts else [float("nan")] * 4
    late = random.Random(size)
    refolds = [_refolds(state, replace(walk, ended_at=BEGAN + late.random() * size * APART)) for walk in walks[size:]]
    return Cost(
        walks=size,
        places=len(state.skeleton.levels[-1].places),
        load=load,
        stand=stand,
        draw=draw,
        store=store,
        fold=folding,
        state_bytes=len(text.encode()),
        walk_bytes=sum(len(line.encode()) for line in lines),
        refolds_in_order=_refolds_in_order(state),
        refolds_late=sum(refolds) / len(refolds),
    )


def _drawn(state: FoldState) -> dict[str, Any]:
    return state.folding().to_document()


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    began = time.process_time()
    result = work()
    return 1000 * (time.process_time() - began), result


def _refolds(state: FoldState, walk: Walk) -> bool:
    resolved = state.register.ended(Outcome.RESOLVED)
    return walk.outcome is Outcome.RESOLVED and state.skeleton.changes_with(walk, resolved)


def _refolds_in_order(state: FoldState) -> float:
    """Return the share of further walks, ended after all the others, that fold the whole anew."""
    ended = state.register.ended(Outcome.RESOLVED)
    founding, waiting = len(founders(ended)), 1
    while len(founders([*ended, *((float("inf"), str(at), str(at)) for at in range(waiting))])) == founding:
        waiting += 1
    return (1 - WITHOUT_HELP) / (waiting + len(ended) - founding)


def _sources(data: Path | None) -> dict[str, Callable[[int], Sequence[Walk]]]:
    if data is None:
        return {"playbooks": from_playbooks}
    return {chart.name: partial(_from_walks, chart.walks) for chart in read_charts(data)}


def from_playbooks(count: int) -> list[Walk]:
    graphs = [playbook(category).graph for category in (Category.PRINTER, Category.WIFI_NETWORK_BASICS)]
    return [_disturbed(_walked(graphs, number), number) for number in range(count)]


def _from_walks(known: Sequence[Labelled], count: int) -> list[Walk]:
    drawn = resampled(known, count, random.Random(count))
    return [_disturbed(one.walk, number) for number, one in enumerate(drawn)]


def _walked(graphs: Sequence[Graph], number: int) -> Walk:
    """Walk from the first question through one of the graphs, the first answers likelier than the last."""
    rng = random.Random(f"walk {number}")
    which = rng.randrange(len(graphs))
    areas = tuple(Condition(f"area_{at}", f"Area {at + 1}") for at in range(len(graphs)))
    text = "In which area of the office equipment does the caller see the trouble?"
    steps = [Step(_reworded(text, rng), NodeType.DECISION, areas[which].key, areas[which].label, areas)]
    node_id: str | None = graphs[which].root
    while node_id is not None:
        node, ways = graphs[which].by_id[node_id], list(graphs[which].ways_from(node_id))
        way = ways[min(int(rng.expovariate(1.0)), len(ways) - 1)] if ways else None
        taken = way.condition if way else None
        answer, label = (taken.key, taken.label) if taken else (None, None)
        options = tuple(each.condition for each in ways if each.condition)
        steps.append(Step(_reworded(node.text, rng), node.type, answer, label, options, node.help))
        node_id = way.target if way else None
    return Walk(
        str(UUID(int=rng.getrandbits(128))), _reworded("Nothing works here since this morning", rng), tuple(steps)
    )


def _reworded(text: str, rng: random.Random) -> str:
    words = [word for word in text.split() if rng.random() >= WORDS_LEFT_OUT] or text.split()
    at = rng.randrange(len(words))
    words[at - 1], words[at] = words[at], words[at - 1]
    words.insert(rng.randrange(len(words) + 1), rng.choice(FILLERS))
    return " ".join(words)


def _disturbed(walk: Walk, number: int) -> Walk:
    rng = random.Random(f"noise {number}")
    labelled = noisy(Labelled(walk, tuple(str(at) for at in range(len(walk.steps)))), rng)
    outcome = Outcome.FAILED if rng.random() < WITHOUT_HELP else Outcome.RESOLVED
    return replace(labelled.walk, outcome=outcome, ended_at=BEGAN + number * APART)


if __name__ == "__main__":
    main()
