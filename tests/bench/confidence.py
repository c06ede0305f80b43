"""How far a proposal's confidence can be banked on: seeded proposals with known success rates, told by their outcomes.

`python -m tests.bench.confidence` prints the table and writes docs/decisions/0014-confidence-reliability.svg.
"""

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from firstline.proposals.rules import Outcomes, confidence

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "decisions" / "0014-confidence-reliability.svg"
PROPOSALS = 20_000
CALLS_AFTER = 20  # on which the success a proposal really has is observed
REOPENED = 0.08  # of the calls that seemed resolved
BINS = 10
# What success rates proposals have is not known: each mix is told apart, so that none is taken for the truth.
MIXES = {"as the prior (1, 2)": (1.0, 2.0), "even": (1.0, 1.0), "mostly good": (4.0, 2.0), "mostly bad": (2.0, 6.0)}


@dataclass(frozen=True)
class Told:
    """One proposal: its confidence, the plain share of its evidence, and how many calls it resolved afterwards."""

    confidence: float
    share: float
    walks: int
    resolved_after: int


def simulate(mix: tuple[float, float], seed: int = 1, proposals: int = PROPOSALS) -> Iterator[Told]:
    """Draw proposals: a true rate from a Beta distribution, 1 to 40 calls before review, CALLS_AFTER calls after it."""
    rng = random.Random(seed)
    for _ in range(proposals):
        rate = rng.betavariate(*mix)
        walks = round(40 ** rng.random())
        seemed = sum(rng.random() < min(rate / (1 - REOPENED), 1.0) for _ in range(walks))
        if not seemed:
            continue  # a proposal begins with a call that was resolved
        reopened = sum(rng.random() < REOPENED for _ in range(seemed))
        outcomes = Outcomes(resolved=seemed, failed=walks - seemed, reopened=reopened)
        after = sum(rng.random() < rate for _ in range(CALLS_AFTER))
        yield Told(confidence(outcomes), seemed / walks, walks, after)


def reliability(told: Sequence[Told], score: str) -> list[tuple[float, float, int]]:
    """Return per tenth of the score: its mean, the share of calls resolved afterwards, and the proposals in it."""
    bins: list[list[Told]] = [[] for _ in range(BINS)]
    for one in told:
        bins[min(int(getattr(one, score) * BINS), BINS - 1)].append(one)
    return [
        (
            sum(getattr(one, score) for one in found) / len(found),
            sum(one.resolved_after for one in found) / (CALLS_AFTER * len(found)),
            len(found),
        )
        for found in bins
        if found
    ]


def calibration_error(rows: Sequence[tuple[float, float, int]]) -> float:
    """Return the expected calibration error: the mean distance of score and outcome, weighed by proposals."""
    total = sum(count for _, _, count in rows)
    return sum(abs(mean - seen) * count for mean, seen, count in rows) / total


def draw(curves: dict[str, list[tuple[float, float, int]]]) -> str:
    """Return an SVG: confidence across, share of calls resolved afterwards upwards, the diagonal as it should be."""
    colours = ("#1b6ca8", "#2a9d54", "#b8860b", "#a83232")
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 440 330" font-family="sans-serif" font-size="11">',
        '<rect x="50" y="20" width="260" height="260" fill="none" stroke="#888"/>',
        '<line x1="50" y1="280" x2="310" y2="20" stroke="#bbb" stroke-dasharray="4 3"/>',
        '<text x="180" y="312" text-anchor="middle">confidence</text>',
        '<text x="18" y="150" text-anchor="middle" transform="rotate(-90 18 150)">resolved afterwards</text>',
    ]
    for tenth in (0, 5, 10):
        at = tenth * 26
        lines.append(f'<text x="{50 + at}" y="295" text-anchor="middle">{tenth / 10:.1f}</text>')
        lines.append(f'<text x="44" y="{284 - at}" text-anchor="end">{tenth / 10:.1f}</text>')
    for number, (name, rows) in enumerate(curves.items()):
        colour = colours[number]
        points = " ".join(f"{50 + 260 * mean:.1f},{280 - 260 * seen:.1f}" for mean, seen, _ in rows)
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        lines.append(f'<text x="320" y="{40 + 16 * number}" fill="{colour}">{name}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    curves, figures = {}, {}
    print(f"{'true rates':22}{'error':>8}{'of the plain share':>20}{'1 to 3 walks':>14}{'20 and more':>13}")
    for name, mix in MIXES.items():
        told = list(simulate(mix, options.seed))
        curves[name] = reliability(told, "confidence")
        few = [one for one in told if one.walks <= 3]
        many = [one for one in told if one.walks >= 20]
        figures[name] = {
            "error": calibration_error(curves[name]),
            "plain_share_error": calibration_error(reliability(told, "share")),
            "few": calibration_error(reliability(few, "confidence")),
            "many": calibration_error(reliability(many, "confidence")),
        }
        error, plain, few_error, many_error = figures[name].values()
        print(f"{name:22}{error:8.3f}{plain:20.3f}{few_error:14.3f}{many_error:13.3f}")
    PICTURE.write_text(draw(curves), encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
