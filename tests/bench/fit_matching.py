"""Check the constants of matching/calibration.py by fitting them anew, and draw how reliable the probabilities are.

Two fits are printed: the shipped weights scaled and moved (two parameters), and all weights set free; decision 0010
says why the first is shipped.

Usage: python tests/bench/fit_matching.py --data DIR [--plot FILE.svg]. Logistic regression on the best flow of every
call, with the right flow published and taken away; the strongest wrong flow is found anew with each round's constants.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from firstline.matching.calibration import BUNDLED, LEXICAL, Calibration, Evidence
from tests.bench.matching_sets import UNKNOWN, Remembering, Scored, evidence_of, load_tasks

ROUNDS = 4
WRONG = 0.8  # weight of a call's strongest wrong flow beside 1 for the right one
FAR = 0.1
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
        table.extend(features(each) for each in row if each is not None)
        calls.append(slice(start, len(table)))
        right.append(gold if gold == UNKNOWN else start + gold)
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


def sharpened(scored: Sequence[Scored], calibration: Calibration) -> Calibration:
    """Return the calibration with all its weights scaled and its offset moved (Platt), the order of flows kept."""
    odds, answers = [], []
    for each in scored:
        for whole, without, gold in zip(each.whole, each.without, each.task.gold, strict=True):
            if without:
                chances = [calibration.log_odds(flow) for flow in whole]
                odds += [max(chances), max(calibration.log_odds(flow) for flow in without if flow is not None)]
                answers += [int(np.argmax(chances)) == gold, False]
    model = LogisticRegression(C=100.0).fit(np.array(odds)[:, None], answers)
    scale = float(model.coef_[0, 0])
    weights = {name: scale * getattr(calibration, name) for name in (*NAMES, "undescribed", "learned")}
    return replace(calibration, offset=scale * calibration.offset + float(model.intercept_[0]), **weights)


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
    curves = []
    for label, embedder, used, shipped in (
        ("words alone", None, LEXICAL_FEATURES, LEXICAL),
        ("with the encoder", Remembering(), (0, 1, 2, 3, 4), BUNDLED),
    ):
        scored = [evidence_of(task, embedder) for task in tasks]
        sets = [rows_of(each) for each in scored]
        weights, offset = fit([rows for rows in sets if sum(rows.weights)], used=used)
        trusted = [each for each in scored if each.task.weight]
        print(label, "shipped, scaled and moved:", sharpened(trusted, shipped))
        print(
            label, f"all refitted: offset={offset:.2f}", *(f"{n}={w:.2f}" for n, w in zip(NAMES, weights, strict=True))
        )
        for each in scored:
            best, answers = [], []
            for row, without, gold in zip(each.whole, each.without, each.task.gold, strict=True):
                chances = [shipped.probability(flow) for flow in row]
                best.append(max(chances))
                answers.append(float(int(np.argmax(chances)) == gold))
                if without:
                    best.append(max(shipped.probability(flow) for flow in without if flow is not None))
                    answers.append(0.0)
            points = reliability(np.array(best), np.array(answers))
            print("   ", each.task.name, *(f"{x:.2f}:{y:.2f}({n})" for x, y, n in points))
            if each.task.name in {"charts + distractors", "help desk"}:
                curves.append((f"{each.task.name}, {label}", points))
    if asked.plot:
        asked.plot.write_text(plotted(curves), "utf-8")


if __name__ == "__main__":
    run()
