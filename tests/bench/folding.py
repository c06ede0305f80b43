"""Folding, grouping and branch additions against labelled dialogues: `python tests/bench/folding.py --data DIR`."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from firstline.flows.rules import Graph
from tests.bench.folding_grouping import measure_grouping
from tests.bench.folding_parts.authored import playbooks, workflows
from tests.bench.folding_parts.charts import read_charts
from tests.bench.folding_parts.protocols import (
    PROTOCOLS,
    measure_branches,
    measure_cost,
    measure_curve,
    measure_folding,
    measure_joins,
)

KEYS = (
    "node_f1",
    "edge_precision",
    "edge_recall",
    "edge_f1",
    "predicted_nodes",
    "gold_nodes",
    "curve",
    "noisy_edge_f1",
    "noisy_few_edge_f1",
    "flipped_edge_f1",
    "joins",
    "workflows",
    "grouping",
    "branch",
    "ms_per_walk",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with flodial/charts and flodial/dialogs.json")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--quick", action="store_true", help="one seed, short curve, few subsets")
    options = parser.parse_args()
    figures = measure(options.data, quick=options.quick)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


def measure(folder: Path, *, quick: bool) -> dict[str, Any]:
    charts = read_charts(folder)
    if not charts:
        print(f"{folder}: no flodial/charts with dialogues; nothing to measure.")
        return dict.fromkeys(KEYS)
    print(f"{len(charts)} charts, {sum(len(chart.walks) for chart in charts)} dialogues\n")
    figures: dict[str, Any] = {"ms_per_walk": measure_cost(charts)}
    figures |= _folding(measure_folding(charts, seeds=1 if quick else 4))
    figures["joins"] = _joins("the ten playbooks", playbooks(), quick=quick)
    figures["workflows"] = _joins("drawn workflows", workflows(folder), quick=quick)
    figures["curve"] = measure_curve(charts, (10, 40, 160) if quick else (5, 10, 20, 40, 160, 400, 1000))
    _print_curve(figures["curve"])
    figures["branch"] = _branches(
        measure_branches(charts, noise=False), None if quick else measure_branches(charts, noise=True)
    )
    figures["grouping"] = measure_grouping(charts, shuffles=2 if quick else 5, subsets=3 if quick else 15)
    print("\ngrouping")
    print(json.dumps(figures["grouping"], indent=1))
    print(f"\n{figures['ms_per_walk']:.1f} processor ms per walk, whole fold")
    return {key: figures.get(key) for key in KEYS}


def _folding(scores: dict[str, Any]) -> dict[str, Any]:
    print(f"{'folding':36} {'walks':10} nodes      node F1  edge P   R     F1")
    for method, by_protocol in scores.items():
        for protocol, one in by_protocol.items():
            print(
                f"{method:36} {protocol:10} {one.predicted_nodes:5.2f}/{one.gold_nodes:5.2f} {one.node_f1:.3f}  "
                f"{one.edge_precision:.3f} {one.edge_recall:.3f} {one.edge_f1:.3f}"
            )
    ours = scores["firstline"]
    clean = ours["clean"]
    return {
        **{key: getattr(clean, key) for key in KEYS[:6]},
        **{f"{protocol}_edge_f1": ours[protocol].edge_f1 for protocol in PROTOCOLS if protocol != "clean"},
        **{f"{protocol}_node_f1": ours[protocol].node_f1 for protocol in PROTOCOLS if protocol != "clean"},
    }


def _joins(title: str, flows: Mapping[str, Graph], *, quick: bool) -> dict[str, dict[str, dict[str, float]]] | None:
    print(f"\nwalks through {title}: joins, many answers, instructions")
    if not flows:
        print("absent")
        return None
    scores = measure_joins(flows, (40, 120), seeds=1 if quick else 3)
    for size, by_protocol in scores.items():
        for protocol, one in by_protocol.items():
            print(
                f"{size:>4} walks, {protocol:10} {one.predicted_nodes:5.2f}/{one.gold_nodes:5.2f} {one.node_f1:.3f}  "
                f"{one.edge_precision:.3f} {one.edge_recall:.3f} {one.edge_f1:.3f}"
            )
    parts = ("node_f1", "edge_precision", "edge_recall", "edge_f1")
    return {
        size: {protocol: {part: getattr(one, part) for part in parts} for protocol, one in by_protocol.items()}
        for size, by_protocol in scores.items()
    }


def _print_curve(curve: dict[str, dict[str, float]]) -> None:
    print("\nedge precision by number of walks, 15 % of the steps disturbed")
    for name, points in curve.items():
        print(f"{name:30}", "  ".join(f"{size}: {value:.3f}" for size, value in points.items()))


def _branches(clean: dict[str, float], noisy: dict[str, float] | None) -> dict[str, float | None]:
    print("\nbranch additions", clean, "\n  with noise", noisy)
    return {
        "f1": clean["f1"],
        "parent": clean["parent"],
        "noisy_f1": noisy["f1"] if noisy else None,
        "noisy_parent": noisy["parent"] if noisy else None,
        "proposals_per_case": clean["proposals_per_case"],
    }


if __name__ == "__main__":
    main()
