"""Check the constants of matching/calibration.py by fitting them anew, and draw how reliable the probabilities are.

Printed are, per task, the highest offset that leaves `matched` right 95 times in 100, and a fit with all weights set
free; decision 0010 says why that one is not shipped.

Usage: python tests/bench/fit_matching.py --data DIR [--plot FILE.svg]. Logistic regression on the best flow of every
call, with the right flow published and taken away; the strongest wrong flow is found anew with each round's constants.
"""

import argparse
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from firstline.matching.calibration import BUNDLED, LEXICAL, Calibration, Evidence
from tests.bench.matching_libraries import large_library, small_libraries
from tests.bench.matching_sets import UNKNOWN, Remembering, Scored, evidence_of, load_tasks

ROUNDS = 4
WRONG = 0.8  # weight of a call's strongest wrong flow beside 1 for the right one
FAR = 0.1
MATCHED = 0.75
SURE = 0.95  # of the calls answered "matched" are to be right
PLOTTED = ("charts + distractors", "help desk")
UNKNOWN_CALL = 0.5
NAMES = ("coverage", "focus", "likeness", "claimed", "told")
LEXICAL_FEATURES = (0, 1, 3, 4)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Features (rows, 5) of the flows of each call, in `calls` as slices; `right` is a row's place, or UNKNOWN."""

    features: Floats
    calls: Sequence[slice]
    right: Sequence[int]
    weights: Sequence[float]


def features(evidence: Evidence) -> list[float]:
    return [
        evidence.coverage,
        evidence.focus,
        evidence.likeness,
        float(np.log(0.1 + evidence.claimed)),
        float(np.log(1 + evidence.told)),
    ]


def rows_of(scored: Scored) -> Rows:
    table: list[list[float]] = []
    calls, right, weights = [], [], []
    task = scored.task

    def put(row: Sequence[Evidence | None], gold: int, weight: float) -> None:
        start = len(table)
        places = [place for place, each in enumerate(row) if each is not None]
        table.extend(features(each) for each in row if each is not None)
        calls.append(slice(start, len(table)))
        right.append(start + places.index(gold) if gold in places else UNKNOWN)
        weights.append(weight * task.weight)

    for whole, gold in zip(scored.whole, task.gold, strict=True):
        put(whole, gold, UNKNOWN_CALL if gold == UNKNOWN else 1.0)
    for without in filter(None, scored.without):
        put(without, UNKNOWN, WRONG)
    for texts in scored.far.values():
        for strange in texts:
            put(strange, UNKNOWN, FAR * min(1.0, 400 / len(texts)))
    return Rows(np.array(table), calls, right, weights)


def fit(sets: Sequence[Rows], *, used: Sequence[int]) -> tuple[Floats, float]:
    """Return the weights of the features (0 for unused ones) and the offset."""
    weights = np.zeros(len(NAMES))
    weights[[0, 2 if 2 in used else 0]] = 1.0
    offset = 0.0
    for _ in range(ROUNDS):
        chosen: list[Floats] = []
        answers, shares = [], []
        for rows in sets:
            odds = rows.features @ weights
            for call, right, weight in zip(rows.calls, rows.right, rows.weights, strict=True):
                best = call.start + int(np.argmax(odds[call]))
                for place in {right, best} - {UNKNOWN}:
                    chosen.append(rows.features[place])
                    answers.append(place == right)
                    shares.append(weight)
        table = np.array(chosen)[:, used]
        model = LogisticRegression(C=100.0, max_iter=2000).fit(table, answers, sample_weight=shares)
        weights = np.zeros(len(NAMES))
        weights[list(used)] = model.coef_[0]
        offset = float(model.intercept_[0])
    return weights, offset


def cautious(scored: Sequence[Scored], calibration: Calibration) -> Calibration:
    """Return the calibration with its offset moved as far up as leaves `matched` right often enough in every task."""
    answers: dict[str, list[tuple[float, bool]]] = {}
    for each in scored:
        answers.setdefault(each.task.name, []).extend(answered(each, calibration))
    strictest = max(map(lowest_sure, answers.values()))
    return replace(calibration, offset=calibration.offset + math.log(MATCHED / (1 - MATCHED)) - strictest)


def answered(scored: Scored, calibration: Calibration) -> Iterator[tuple[float, bool]]:
    """Yield log-odds of the nearest flow, and whether it was the right one: right flow published, then taken away."""
    for whole, without, gold in zip(scored.whole, scored.without, scored.task.gold, strict=True):
        for row in (whole, without):
            odds = {place: calibration.log_odds(each) for place, each in enumerate(row) if each is not None}
            if odds and gold != UNKNOWN:
                best = max(odds, key=odds.__getitem__)
                yield odds[best], best == gold


def lowest_sure(answers: Iterable[tuple[float, bool]]) -> float:
    """Return the lowest log-odds such that of all answers at or above it enough were right."""
    right, lowest = 0, math.inf
    for count, (odds, is_right) in enumerate(sorted(answers, reverse=True), 1):
        right += is_right
        if right >= SURE * count:
            lowest = odds
    return lowest


def reliability(chances: Floats, answers: Floats, bins: int = 10) -> list[tuple[float, float, int]]:
    """Return mean probability, share of right ones and count of each bin of equal width."""
    place = np.minimum((chances * bins).astype(int), bins - 1)
    found = []
    for each in range(bins):
        inside = place == each
        if inside.any():
            found.append((float(chances[inside].mean()), float(answers[inside].mean()), int(inside.sum())))
    return found


def plotted(curves: Sequence[tuple[str, Sequence[tuple[float, float, int]]]]) -> str:
    """Return an SVG: probability across, share of right ones up, area by count; the diagonal is perfect."""
    side, colours = 400, ("#1f77b4", "#d62728", "#2ca02c", "#9467bd")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-50 -20 {side + 220} {side + 70}" font-family="sans-serif">',
        f'<rect width="{side}" height="{side}" fill="none" stroke="#888"/>',
        f'<path d="M0 {side}L{side} 0" stroke="#bbb" stroke-dasharray="4"/>',
        f'<text x="{side / 2}" y="{side + 35}" text-anchor="middle" font-size="13">score answered</text>',
        f'<text x="-35" y="{side / 2}" text-anchor="middle" font-size="13">right</text>',
    ]
    for at in (0.0, 0.6, 0.75, 1.0):
        parts.append(f'<text x="{at * side}" y="{side + 16}" text-anchor="middle" font-size="11">{at:g}</text>')
        parts.append(f'<text x="-6" y="{side - at * side + 4}" text-anchor="end" font-size="11">{at:g}</text>')
    for (label, points), colour in zip(curves, colours, strict=False):
        line = " ".join(f"{x * side:.1f},{side - y * side:.1f}" for x, y, _ in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}"/>')
        parts += [
            f'<circle cx="{x * side:.1f}" cy="{side - y * side:.1f}" r="{1.5 + count**0.5 / 3:.1f}" fill="{colour}"'
            ' fill-opacity=".6"/>'
            for x, y, count in points
        ]
        y = 20 + 18 * colours.index(colour)
        parts.append(f'<text x="{side + 10}" y="{y}" font-size="12" fill="{colour}">{label}</text>')
    return "\n".join([*parts, "</svg>", ""])


def run() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--plot", type=Path)
    asked = parser.parse_args()
    tasks = list(load_tasks(asked.data))
    tasks = [*tasks, *small_libraries(tasks[-1]), large_library()]
    curves = []
    for label, embedder, used, shipped in (
        ("words alone", None, LEXICAL_FEATURES, LEXICAL),
        ("with the encoder", Remembering(), (0, 1, 2, 3, 4), BUNDLED),
    ):
        scored = [evidence_of(task, embedder) for task in tasks]
        weights, offset = fit([rows_of(each) for each in scored if each.task.weight], used=used)
        print(
            f"{label}, offset {shipped.offset};",
            f"all refitted: offset={offset:.2f}",
            *(f"{n}={w:.2f}" for n, w in zip(NAMES, weights, strict=True)),
        )
        for name in dict.fromkeys(task.name for task in tasks):
            answers = [pair for each in scored if each.task.name == name for pair in answered(each, shipped)]
            chances = 1 / (1 + np.exp(-np.array([odds for odds, _ in answers])))
            points = reliability(chances, np.array([float(is_right) for _, is_right in answers]))
            sure = shipped.offset + math.log(MATCHED / (1 - MATCHED)) - lowest_sure(answers)
            print("   ", name, f"sure up to {sure:.2f};", *(f"{x:.2f}:{y:.2f}({n})" for x, y, n in points))
            curves.append((f"{name}, {label}", points))
    if asked.plot:
        shown = [curve for curve in curves if curve[0].startswith(PLOTTED)]
        asked.plot.write_text(plotted(shown), "utf-8")


if __name__ == "__main__":
    run()
