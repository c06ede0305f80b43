"""How well what a caller says is read: edges and paths of told dialogues, how many may be taken, who asks for help.

Usage: python tests/bench/replies.py --data DIR [--json FILE]. DIR holds flodial/charts/*.json and flodial/dialogs.json;
what is absent is said and written as null. The weights shipped were fitted on authored texts alone, so every chart is
unseen; the row "other charts" refits them with the charts but one, to show what a chart's own texts would add.
"""

import argparse
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstline.flows.rules import Condition
from firstline.walks.replies.reading import ReadingKind, likelihoods, read_reply
from tests.bench.fit_replies import AUTHORED, CHECK, Example, fit, read_examples, signals

OPTIONS = (Condition("yes", "Yes"), Condition("no", "No"))
ACCURACY = 0.97
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nothing|neither|nor|without|cannot|\w+n['’]t|(?:do|does|did|is|was|wo|ca|have|has|are)nt)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(r"\W*(yes|yeah|yep|yup|no|nope|nah)\b", re.IGNORECASE)

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Decision:
    """One branch a dialogue took: the node's question, the caller's last reply to it, and the edge that followed."""

    dialogue: str
    chart: str
    question: str
    said: str
    answer: str


@dataclass(frozen=True)
class Turn:
    """What a caller said to a node before answering it; `about_asking` where the agent had asked "do you know how?"."""

    question: str
    said: str
    about_asking: bool


def read_folder(folder: Path) -> tuple[list[Decision], list[Turn]]:
    charts = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((folder / "charts").glob("*.json"))}
    charts |= {chart["name"]: chart for chart in charts.values() if "name" in chart}
    decisions, turns = [], []
    for name, dialogue in json.loads((folder / "dialogs.json").read_text("utf-8")).items():
        chart = charts.get(dialogue["flowchart"])
        if chart is not None:
            decisions += _decisions(name, dialogue, chart)
            turns += _help_turns(dialogue, chart)
    return decisions, turns


def _node(utterance: Mapping[str, Any]) -> str | None:
    document = utterance.get("grounded_doc_id") or ""
    return document.removeprefix("chart-") if document.startswith("chart-") and document != "chart-0" else None


def _decisions(name: str, dialogue: Mapping[str, Any], chart: Mapping[str, Any]) -> list[Decision]:
    utterances = dialogue["utterences"]
    path = list(dict.fromkeys(node for utterance in utterances if (node := _node(utterance))))
    found = []
    for node, following in pairwise(path):
        said = [one["utterance"] for one in utterances if one["speaker"] == "user" and _node(one) == node]
        edges = chart["edges"].get(node, {})
        answers = [answer for answer, target in edges.items() if target == following and answer in ("yes", "no")]
        if said and answers:
            found.append(Decision(name, dialogue["flowchart"], chart["nodes"][node]["utterance"], said[-1], answers[0]))
    return found


def _help_turns(dialogue: Mapping[str, Any], chart: Mapping[str, Any]) -> list[Turn]:
    """Return what was answered with a supporting question-and-answer page, and came before the answer to the node."""
    utterances = dialogue["utterences"]
    last = {_node(one): index for index, one in enumerate(utterances) if one["speaker"] == "user"}
    found = []
    for index, (one, following) in enumerate(pairwise(utterances)):
        node = _node(one)
        helped = (following.get("grounded_doc_id") or "").startswith("faq")
        if one["speaker"] == "user" and node in chart["nodes"] and index < last[node] and helped:
            before = utterances[index - 1]
            asked = (before.get("grounded_doc_id") or "").startswith("faq") and before["utterance"].rstrip().endswith(
                "?"
            )
            found.append(Turn(chart["nodes"][node]["utterance"], one["utterance"], asked))
    return found


def by_negation(decision: Decision) -> float:
    """Return the baseline's probability of yes: a leading yes or no, else whether there is any negation."""
    opening = _OPENING.match(decision.said)
    if opening:
        return 0.9 if opening[1].lower().startswith("y") else 0.1
    return 0.2 if _NEGATION.search(decision.said) else 0.8


def by_product(decision: Decision) -> float:
    return likelihoods(decision.said, question=decision.question, options=OPTIONS)["yes"]


def coverage(sure: Floats, right: Bools) -> float:
    """Return the largest share, surest first, of which at least 97 in 100 are right; equals are taken together."""
    order = np.argsort(-sure, kind="stable")
    accuracy = np.cumsum(right[order]) / np.arange(1, len(right) + 1)
    ends = np.append(np.diff(sure[order]) != 0, values=True)
    kept = np.flatnonzero((accuracy >= ACCURACY) & ends)
    return float((kept[-1] + 1) / len(right)) if len(kept) else 0.0


def measure(decisions: Sequence[Decision], yes: Floats) -> dict[str, float]:
    right = (yes > 0.5) == np.array([decision.answer == "yes" for decision in decisions])
    paths: dict[str, bool] = {}
    for decision, hit in zip(decisions, right, strict=True):
        paths[decision.dialogue] = paths.get(decision.dialogue, True) and bool(hit)
    return {
        "edge_accuracy": float(right.mean()),
        "path_exact": sum(paths.values()) / len(paths),
        "coverage_at_97": coverage(np.abs(yes - 0.5), right),
    }


def other_charts(decisions: Sequence[Decision]) -> Floats:
    """Return the probability of yes under weights fitted on the authored texts and all charts but the one decided."""
    authored = signals(list(read_examples(AUTHORED)))
    rows, meant = signals([Example(one.question, one.said, one.answer == "yes") for one in decisions])
    charts = np.array([one.chart for one in decisions])
    yes = np.zeros(len(decisions))
    for chart in sorted(set(charts)):
        held = charts == chart
        weights = fit(np.vstack([authored[0], rows[~held]]), np.concatenate([authored[1], meant[~held]]))
        yes[held] = 1 / (1 + np.exp(-(rows[held] @ weights)))
    return yes


def taken(decisions: Sequence[Decision]) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Return the share the product takes without asking back and how much of it is right, over all and by chart."""
    readings = [read_reply(one.said, question=one.question, options=OPTIONS, help=None) for one in decisions]
    answered = np.array([one.kind is ReadingKind.ANSWER for one in readings])
    right = np.array([one.answer == decision.answer for one, decision in zip(readings, decisions, strict=True)])
    asked = np.array([one.kind is ReadingKind.HELP_REQUEST for one in readings])
    charts = np.array([one.chart for one in decisions])
    by_chart = {
        str(chart): [float(answered[charts == chart].mean()), float(right[(charts == chart) & answered].mean())]
        for chart in sorted(set(charts))
    }
    return {
        "answered": float(answered.mean()),
        "answered_right": float(right[answered].mean()),
        "help_false_alarms": float(asked.mean()),
    }, by_chart


def caught(turns: Sequence[Turn]) -> float | None:
    kinds = [read_reply(turn.said, question=turn.question, options=OPTIONS, help=None).kind for turn in turns]
    return sum(kind is ReadingKind.HELP_REQUEST for kind in kinds) / len(kinds) if kinds else None


def authored_row(path: Path) -> dict[str, float]:
    examples = list(read_examples(path))
    decisions = [Decision(e.question, path.stem, e.question, e.said, "yes" if e.yes else "no") for e in examples]
    return measure(decisions, np.array([by_product(one) for one in decisions])) | taken(decisions)[0]


def measured(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(("edge_accuracy", "path_exact", "coverage_at_97", "help_requests_caught"))
    if not (folder / "dialogs.json").is_file() or not (folder / "charts").is_dir():
        print(f"absent: {folder}/dialogs.json or charts; nothing measured on dialogues")
        return found
    decisions, turns = read_folder(folder)
    print(f"{len(decisions)} decisions, {len(turns)} turns before an answer that were answered with help")
    if decisions:
        readers: Mapping[str, Callable[[Decision], float]] = {"negation rule": by_negation, "ours": by_product}
        rows = {
            name: measure(decisions, np.array([reader(one) for one in decisions])) for name, reader in readers.items()
        }
        rows["ours, refitted on other charts"] = measure(decisions, other_charts(decisions))
        for name, row in rows.items():
            print(f"{name:32}", "  ".join(f"{key} {value:.3f}" for key, value in row.items()))
        totals, by_chart = taken(decisions)
        print("taken by the product:", "  ".join(f"{key} {value:.3f}" for key, value in totals.items()))
        for chart, (share, right) in by_chart.items():
            print(f"  {chart:30} answered {share:.3f}, right {right:.3f}")
        found |= rows["ours"] | totals | {"baseline": rows["negation rule"]}
    requests = [turn for turn in turns if not turn.about_asking]
    found["help_requests_caught"], every = caught(requests), caught(turns)
    if every is not None:
        print(f"help requests caught: {found['help_requests_caught']} of {len(requests)}; with replies to", end=" ")
        print(f"'do you know how?' too: {every:.3f} of {len(turns)}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = measured(arguments.data / "flodial")
    for name, path in (("authored, fitted on", AUTHORED), ("check, never fitted", CHECK)):
        row = authored_row(path)
        print(f"{name:32}", "  ".join(f"{key} {value:.3f}" for key, value in row.items() if key != "path_exact"))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
