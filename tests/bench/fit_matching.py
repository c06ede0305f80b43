"""Fit the constants of matching/calibration.py, say how sure they are task by task, and draw their reliability.

Usage: python -m tests.bench.fit_matching --data DIR [--embedder bundled|openai|bedrock] [--plot FILE.svg]. The model is
the one of the settings (`FIRSTLINE_EMBEDDER_MODEL`, `…_URL`, `…_KEY`); printed is the entry it needs in `BY_ENCODER`.

A multinomial logit by maximum likelihood: of every call, with its flow published and taken away, one flow is right or
none is. Then the offset is lowered until `matched` is right 95 times in 100 on each task that is reported (92 on
three thousand sisters), those of titles only apart: for them it is `undescribed`.
"""

import argparse
import dataclasses
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from firstline.matching.calibration import BUNDLED, BY_ENCODER, LEXICAL, MATCHED, Calibration, Evidence, scores
from firstline.matching.embedders import make_embedder
from firstline.matching.encoder import Embedder
from firstline.settings import settings
from tests.bench.matching_libraries import LARGE_NAME, fitted_libraries, large_library, small_libraries, titles_only
from tests.bench.matching_sets import UNKNOWN, Remembering, Scored, Task, evidence_of, load_tasks

WRONG = 0.8  # weight of a call whose flow is taken away beside 1 for the same call with its flow
FAR, MOST_FAR = 0.5, 200
SURE = 0.95  # of the calls answered "matched" are to be right
SURE_OF_SISTERS = 0.92  # where every flow has twenty sisters: more costs each other library five calls in a hundred
RIDGE = 1e-3
STEP = 0.1
PLOTTED = ("charts + distractors", "help desk", "three thousand flows")
UNKNOWN_CALL = 0.5
NAMES = ("coverage", "focus", "contrast", "likeness", "claimed", "told")
LEXICAL_FEATURES = (0, 1, 2, 4, 5)
FALLING = ("contrast",)
Floats = NDArray[np.float64]
Row = Sequence[Evidence | None]


@dataclass(frozen=True)
class Rows:
    """Features (calls, flows, 6) of each call, what is beyond them (calls, flows), -inf for no flow.

    `right` is the place of the right flow, or UNKNOWN.
    """

    features: Floats
    beyond: Floats
    right: NDArray[np.int64]
    weights: Floats


def features(evidence: Evidence) -> list[float]:
    return [
        evidence.coverage,
        evidence.focus,
        evidence.contrast,
        evidence.likeness,
        math.log(0.1 + evidence.claimed),
        math.log(1 + evidence.told),
    ]


def rows_of(scored: Iterable[Scored]) -> Rows:
    table: list[tuple[Row, int, float]] = []
    for each in scored:
        for row, right, weight in _rows(each):
            present = [place for place, evidence in enumerate(row) if evidence is not None]
            if present and (right == UNKNOWN or right in present):
                place = present.index(right) if right in present else UNKNOWN
                table.append(([row[n] for n in present], place, weight * each.task.weight))
    found = np.zeros((len(table), max(len(row) for row, *_ in table), len(NAMES)))
    beyond = np.full(found.shape[:2], -np.inf)
    bare = replace(LEXICAL, offset=0.0, **dict.fromkeys(NAMES, 0.0))
    for number, (row, *_) in enumerate(table):
        found[number, : len(row)] = [features(evidence) for evidence in row if evidence is not None]
        beyond[number, : len(row)] = [bare.log_odds(replace(evidence, learned=0.0)) for evidence in row if evidence]
    return Rows(found, beyond, np.array([right for _, right, _ in table]), np.array([w for *_, w in table]))


def stacked(one: Rows, other: Rows) -> Rows:
    """Return the calls of both."""
    most = max(one.features.shape[1], other.features.shape[1])

    def wide(rows: Rows) -> tuple[Floats, Floats]:
        missing = most - rows.features.shape[1]
        return (
            np.pad(rows.features, ((0, 0), (0, missing), (0, 0))),
            np.pad(rows.beyond, ((0, 0), (0, missing)), constant_values=-np.inf),
        )

    table, beyond = (np.concatenate(parts) for parts in zip(wide(one), wide(other), strict=True))
    return Rows(table, beyond, np.concatenate([one.right, other.right]), np.concatenate([one.weights, other.weights]))


def _rows(scored: Scored) -> Iterator[tuple[Row, int, float]]:
    for row, gold in zip(scored.whole, scored.task.gold, strict=True):
        yield row, gold, UNKNOWN_CALL if gold == UNKNOWN else 1.0
    for row in filter(None, scored.without):
        yield row, UNKNOWN, WRONG
    for texts in scored.far.values():
        for row in texts[:MOST_FAR]:
            yield row, UNKNOWN, FAR * min(400, len(texts)) / min(MOST_FAR, len(texts))


def fit(rows: Rows, calibration: Calibration, *, used: Sequence[int]) -> Calibration:
    """Return the calibration with its weights fitted, each kept to the sign that makes it evidence."""
    signs = [(None, 0) if NAMES[n] in FALLING else (0, None) for n in used]
    table = rows.features[:, :, list(used)]
    known = rows.right != UNKNOWN
    at = np.flatnonzero(known)

    def loss(point: Floats) -> tuple[float, Floats]:
        odds = table @ point[:-1] + point[-1] + rows.beyond
        highest = np.maximum(odds.max(axis=1), 0.0)
        masses = np.exp(odds - highest[:, None])
        whole = masses.sum(axis=1) + np.exp(-highest)
        told = np.where(known, odds[np.arange(len(odds)), np.maximum(rows.right, 0)], 0.0)
        surprise = rows.weights @ (np.log(whole) + highest - told) + RIDGE * float(point[:-1] @ point[:-1])
        excess = rows.weights[:, None] * masses / whole[:, None]
        excess[at, rows.right[at]] -= rows.weights[at]
        slope = np.append(np.einsum("cf,cfn->n", excess, table) + 2 * RIDGE * point[:-1], excess.sum())
        return float(surprise), slope

    start = np.array([-0.1 if NAMES[n] in FALLING else 0.5 for n in used] + [-5.0])
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*signs, (None, None)]).x
    return replace(
        calibration, offset=float(best[-1]), **{NAMES[n]: float(w) for n, w in zip(used, best, strict=False)}
    )


def cautious(scored: Sequence[Scored], calibration: Calibration, *, what: str = "offset") -> Calibration:
    """Return the calibration with one constant lowered as far as makes `matched` right often enough in every task.

    `what` has to count for all flows of these tasks alike: the offset, or `undescribed` where none is described.
    """
    calls: dict[str, list[tuple[list[float], int]]] = {}
    for each in scored:
        calls.setdefault(each.task.name, []).extend(_odds(each, calibration))
    lower = 0.0
    while any(_sure(told, lower) < wanted(name) for name, told in calls.items()):
        lower += STEP
    return replace(calibration, **{what: getattr(calibration, what) - lower})


def _odds(scored: Scored, calibration: Calibration) -> Iterator[tuple[list[float], int]]:
    """Yield the log-odds of a call's flows, and the place among them of the right one: published, then taken away."""
    for whole, without, gold in zip(scored.whole, scored.without, scored.task.gold, strict=True):
        for row in (whole, without) if gold != UNKNOWN else ():
            places = [place for place, each in enumerate(row) if each is not None]
            odds = [calibration.log_odds(each) for each in row if each is not None]
            if odds:
                yield odds, places.index(gold) if gold in places else UNKNOWN


def _sure(calls: Iterable[tuple[list[float], int]], lower: float) -> float:
    right = []
    for odds, place in calls:
        best = max(range(len(odds)), key=odds.__getitem__)
        if scores([each - lower for each in odds])[best] >= MATCHED:
            right.append(best == place)
    return sum(right) / len(right) if right else 1.0


def wanted(name: str) -> float:
    return SURE_OF_SISTERS if name == LARGE_NAME else SURE


def sure(scored: Sequence[Scored], name: str, calibration: Calibration) -> float:
    """Return how often `matched` is right in a task, 1 where nothing is matched."""
    answers = [pair for each in scored if each.task.name == name for pair in answered(each, calibration)]
    matched = [is_right for score, is_right in answers if score >= MATCHED]
    return sum(matched) / len(matched) if matched else 1.0


def judged(row: Row, calibration: Calibration) -> list[float]:
    """Return the score of each flow of a call, -1 for one that was not scored."""
    chances = iter(scores([calibration.log_odds(each) for each in row if each is not None]))
    return [-1.0 if each is None else next(chances) for each in row]


def answered(scored: Scored, calibration: Calibration) -> Iterator[tuple[float, bool]]:
    """Yield the best score, and whether it was the right flow's: the right flow published, then taken away."""
    for whole, without, gold in zip(scored.whole, scored.without, scored.task.gold, strict=True):
        for row in (whole, without):
            chances = judged(row, calibration)
            if gold != UNKNOWN and max(chances, default=-1.0) >= 0:
                best = max(range(len(chances)), key=chances.__getitem__)
                yield chances[best], best == gold


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
    side, colours = 400, ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf")
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


@dataclass(frozen=True)
class Fitted:
    """Tasks for the weights, for the offset, and for `undescribed`."""

    weights: Sequence[Task]
    offset: Sequence[Task]
    titles: Sequence[Task]


def fitted_tasks(tasks: Sequence[Task]) -> Fitted:
    spoken = [*(task for task in tasks if task.weight), *small_libraries(tasks[-1])]
    return Fitted(
        [*spoken, *fitted_libraries()],
        [*spoken, large_library()],
        [*(task for task in tasks if task.name.startswith("intents")), *map(titles_only, spoken)],
    )


def fitted(tasks: Fitted, embedder: Embedder | None, start: Calibration, used: Sequence[int]) -> Calibration:
    """Return all constants found anew but `learned` and `unmet`."""
    found = fit(rows_of([evidence_of(task, embedder) for task in tasks.weights]), start, used=used)
    found = cautious([evidence_of(task, embedder) for task in tasks.offset], found)
    titles = [evidence_of(task, embedder) for task in tasks.titles]
    return cautious(titles, replace(found, undescribed=0.0), what="undescribed")


def chosen_embedder(kind: str) -> Remembering:
    if kind == "bundled":
        return Remembering()
    embedder = make_embedder(settings().model_copy(update={"firstline_embedder": kind}))
    if embedder is None:
        raise SystemExit("No such encoder.")
    fitting = cast("dict[str, Calibration]", BY_ENCODER)
    fitting.setdefault(embedder.name, BUNDLED)  # without an entry of its own its vectors would not be looked at
    return Remembering(embedder)


def told(label: str, calibration: Calibration) -> None:
    constants = ", ".join(
        f"{each.name}={getattr(calibration, each.name):.2f}" for each in dataclasses.fields(calibration)
    )
    print(f"{label}: Calibration({constants})", flush=True)


def run() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--embedder", default="bundled", choices=("bundled", "openai", "bedrock"))
    parser.add_argument("--plot", type=Path)
    asked = parser.parse_args()
    tasks = list(load_tasks(asked.data))
    basis = fitted_tasks(tasks)
    shown = [*tasks, *small_libraries(tasks[-1]), large_library()]
    has_entry = set(BY_ENCODER)
    encoder = chosen_embedder(asked.embedder)
    curves = []
    for label, embedder, used, shipped in (
        ("words alone", None, LEXICAL_FEATURES, LEXICAL),
        (encoder.name, encoder, range(len(NAMES)), BY_ENCODER[encoder.name]),
    ):
        told(f"{label}, shipped", shipped)
        found = fitted(basis, embedder, shipped, used)
        told(f"{label}, fitted", found)
        judging = shipped if embedder is None or encoder.name in has_entry else found
        scored = [evidence_of(task, embedder) for task in shown]
        for name in dict.fromkeys(task.name for task in shown):
            answers = [pair for each in scored if each.task.name == name for pair in answered(each, judging)]
            chances, right = (np.array(column, dtype=float) for column in zip(*answers, strict=True))
            points = reliability(chances, right)
            bins = " ".join(f"{x:.2f}:{y:.2f}({n})" for x, y, n in points)
            print(f"    {name}: matched is right {sure(scored, name, judging):.3f}; {bins}")
            curves.append((f"{name}, {label}", points))
    if asked.plot:
        asked.plot.write_text(plotted([curve for curve in curves if curve[0].startswith(PLOTTED)]), "utf-8")


if __name__ == "__main__":
    run()
