"""Fit the weights of the reader of replies on the authored questions and answers beside this file.

Usage: python tests/bench/fit_replies.py [--write]; prints the weights and how they do on questions left out, and with
--write stores them in walks/replies/weights.json. No evaluation data is read.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firstline.walks import replies
from firstline.walks.replies.polarity import evidence
from firstline.walks.replies.questions import read_question
from firstline.walks.replies.reading import ANSWERED

HERE = Path(__file__).parent
AUTHORED, CHECK = HERE / "replies_authored.txt", HERE / "replies_check.txt"
WEIGHTS = Path(replies.__path__[0]) / "weights.json"

# Where the fit starts and what it is drawn to: log-odds of how sure each ground is by itself. Every signal speaks for
# the side its sign says, so no weight may turn negative: more evidence never makes an answer less likely.
PRIOR: Mapping[str, float] = {
    "lead": 4.0, "short": 4.0, "phrase": 1.5, "only_told": 3.5, "number": 3.5, "after": 0.5, "denial": 4.0,
    "opposite": 3.0, "rejected": 3.0, "valence": 3.0, "unchanged": 3.0, "mirror": 2.5, "echo": 3.5, "echo_part": 2.3,
    "echo_subject": 1.0, "well": 1.5, "limited": 1.0, "trouble": 1.5, "without": 1.5, "first": 0.5,
    "only_inferred": 1.0, "even": 3.0, "bare": 1.2,
}  # fmt: skip
NAMES = tuple(PRIOR)
PULL = 3.0  # of the prior, in examples
STEPS = 3000
FOLDS = 10

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """A reply to a yes-or-no question; `yes` is what its author meant."""

    question: str
    said: str
    yes: bool


def read_examples(path: Path) -> Iterator[Example]:
    """Yield the examples of a text file: `? question`, then `+ reply` that means yes and `- reply` that means no."""
    question = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("? "):
            question = line[2:]
        elif line.startswith(("+ ", "- ")):
            yield Example(question, line[2:], line.startswith("+"))


def signals(examples: Sequence[Example]) -> tuple[Floats, Floats]:
    """Return one row of signals for each example, and 1 for yes or -1 for no."""
    found = [evidence(example.said, read_question(example.question)) for example in examples]
    rows = np.array([[one.get(name, 0.0) for name in NAMES] for one in found])
    return rows, np.where([example.yes for example in examples], 1.0, -1.0)


def fit(rows: Floats, meant: Floats) -> Floats:
    """Return the weights of least logistic loss, never negative, drawn to the prior (projected gradient)."""
    prior = np.array([PRIOR[name] for name in NAMES])
    weights = prior.copy()
    step = 1 / (np.linalg.norm(rows.T @ rows, 2) / 4 + PULL)
    for _ in range(STEPS):
        miss = meant / (1 + np.exp(np.clip(meant * (rows @ weights), -30, 30)))
        weights = np.maximum(weights + step * (rows.T @ miss - PULL * (weights - prior)), 0.0)
    return weights


def left_out(examples: Sequence[Example], groups: Sequence[object]) -> Floats:
    """Return the margin of each example under weights that saw no example of its group."""
    rows, meant = signals(examples)
    margins = np.zeros(len(rows))
    names = np.array([str(group) for group in groups])
    for name in sorted(set(names)):
        held = names == name
        margins[held] = rows[held] @ fit(rows[~held], meant[~held])
    return margins


def report(name: str, margins: Floats, examples: Sequence[Example]) -> None:
    right = np.where([example.yes for example in examples], margins > 0, margins < 0)
    answered = 1 / (1 + np.exp(-np.abs(margins))) >= ANSWERED
    print(
        f"{name:34} {len(examples):5} replies  right {right.mean():.3f}  "
        f"answered {answered.mean():.3f}  of those right {right[answered].mean():.3f}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    authored, check = list(read_examples(AUTHORED)), list(read_examples(CHECK))
    weights = fit(*signals(authored))
    for name, weight in sorted(zip(NAMES, weights, strict=True), key=lambda pair: -pair[1]):
        print(f"{name:16} {weight:5.2f}")
    questions = list(dict.fromkeys(example.question for example in authored))
    groups = [questions.index(example.question) % FOLDS for example in authored]
    report("authored, tenths of questions out", left_out(authored, groups), authored)
    report("check, never fitted", signals(check)[0] @ weights, check)
    if arguments.write:
        document = {name: round(float(weight), 3) for name, weight in zip(NAMES, weights, strict=True)}
        WEIGHTS.write_text(json.dumps(document, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
