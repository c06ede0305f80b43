"""The protocols of the folding bench: what is fed, what is measured."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from firstline.flows.rules import Graph
from firstline.flywheel.folding.branching import fold_onto
from firstline.flywheel.folding.evidence import Outcome
from firstline.flywheel.folding.state import fold
from tests.bench.folding_parts.authored import authored_walks
from tests.bench.folding_parts.charts import Chart, Labelled, flipped, noisy, resampled
from tests.bench.folding_parts.scores import (
    Drawn,
    GraphScore,
    drawn,
    flat_linkage,
    gold_given,
    mean_score,
    score_graph,
)

Method = Callable[[Sequence[Labelled]], Drawn]
METHODS: dict[str, Method] = {
    "firstline": lambda fed: drawn(fold([one.walk for one in fed])),
    "TF-IDF average linkage, support 1": lambda fed: flat_linkage(fed, 1),
    "TF-IDF average linkage, support 4": lambda fed: flat_linkage(fed, 4),
    "gold nodes given, order by vote": gold_given,
}
PROTOCOLS = ("clean", "noisy", "noisy_few", "flipped")


def feed(chart: Chart, protocol: str, seed: int) -> tuple[list[Labelled], list[Labelled]]:
    """Return the walks as disturbed, and as they were."""
    rng = random.Random(f"{chart.name} {protocol} {seed}")
    walks = list(chart.walks)
    if protocol == "noisy_few":
        walks = rng.sample(walks, min(10, len(walks)))
    if protocol in ("noisy", "noisy_few"):
        return [noisy(one, rng) for one in walks], walks
    return ([flipped(one, rng) for one in walks] if protocol == "flipped" else walks), walks


def measure_folding(charts: Sequence[Chart], seeds: int) -> dict[str, dict[str, GraphScore]]:
    found: dict[str, dict[str, GraphScore]] = {}
    for name, method in METHODS.items():
        for protocol in PROTOCOLS:
            fed = [
                feed(chart, protocol, seed) for chart in charts for seed in range(1 if protocol == "clean" else seeds)
            ]
            scores = [score_graph(method(disturbed), disturbed, walks) for disturbed, walks in fed]
            found.setdefault(name, {})[protocol] = mean_score(scores)
    return found


def measure_joins(flows: Mapping[str, Graph], sizes: Sequence[int], seeds: int) -> dict[str, dict[str, GraphScore]]:
    """Fold walks through flows whose questions are reached by several ways; clean, and 15 % of the steps disturbed.

    Walks that did not help are fed, but shape nothing: the score is that of the ways the resolved ones took.
    """
    found: dict[str, dict[str, GraphScore]] = {}
    for size in sizes:
        for protocol in ("clean", "noisy"):
            scores = []
            for walks in (each for seed in range(seeds) for each in authored_walks(flows, size, seed)):
                rng = random.Random(f"noise {walks[0].walk.content_hash}")
                fed = [noisy(one, rng) for one in walks] if protocol == "noisy" else walks
                nodes, edges = drawn(fold([one.walk for one in fed]))
                resolved = [at for at, one in enumerate(fed) if one.walk.outcome is Outcome.RESOLVED]
                sessions = {fed[at].walk.session_id for at in resolved}
                nodes = {node: {ref for ref in steps if ref[0] in sessions} for node, steps in nodes.items()}
                graph = nodes, edges
                scores.append(score_graph(graph, [fed[at] for at in resolved], [walks[at] for at in resolved]))
            found.setdefault(str(size), {})[protocol] = mean_score(scores)
    return found


def measure_curve(charts: Sequence[Chart], sizes: Sequence[int]) -> dict[str, dict[str, float]]:
    """Return per chart the edge precision by number of walks, drawn with replacement, 15 % of the steps disturbed."""
    curve: dict[str, dict[str, float]] = {}
    for chart in charts:
        for size in sizes:
            rng = random.Random(f"{chart.name} {size}")
            walks = resampled(chart.walks, size, rng)
            fed = [noisy(one, rng) for one in walks]
            score = score_graph(METHODS["firstline"](fed), fed, walks)
            curve.setdefault(chart.name, {})[str(size)] = score.edge_precision
    return curve


def measure_cost(charts: Sequence[Chart]) -> float:
    """Return processor milliseconds per walk of a whole fold."""
    began = time.process_time()
    for chart in charts:
        fold([one.walk for one in chart.walks])
    return 1000 * (time.process_time() - began) / sum(len(chart.walks) for chart in charts)


def measure_branches(charts: Sequence[Chart], *, noise: bool, seed: int = 0) -> dict[str, float]:
    """Publish each chart without a sub-tree, feed its dialogues, and look where branches are found."""
    f1, parents, proposals, exact = [], [], [], []
    for chart in charts:
        parent = {target: (source, key) for source, ways in chart.edges.items() for key, target in ways.items()}
        for node in _removable(chart, parent):
            gone = chart.subtree(node)
            rng = random.Random(f"{chart.name} {node} {seed}")
            fed = [noisy(one, rng) if noise else one for one in chart.walks]
            branches = fold_onto(chart.without(gone), [one.walk for one in fed])
            found = {session: (one.node_id, one.answer) for one in branches.branches for session in one.sessions}
            entered = {one.walk.session_id for one in fed if gone & set(one.gold)}
            right = entered & found.keys()
            f1.append(2 * len(right) / (len(entered) + len(found)) if entered or found else 1.0)
            parents += [found[session] == parent[node] for session in right]
            worth = branches.worth_proposing()
            proposals.append(len(worth))
            exact.append(len(worth) == 1 and (worth[0].node_id, worth[0].answer) == parent[node])
    return {
        "cases": len(f1),
        "f1": fmean(f1) if f1 else 0.0,
        "parent": fmean(parents) if parents else 0.0,
        "proposals_per_case": fmean(proposals) if proposals else 0.0,
        "exact": sum(exact),
    }


def _removable(chart: Chart, parent: dict[str, tuple[str, str]]) -> list[str]:
    shares = {node: fmean(node in one.gold for one in chart.walks) for node in chart.nodes}
    return [
        node for node, at in chart.nodes.items() if node in parent and not at["terminal"] and 0.1 <= shares[node] <= 0.6
    ]
