"""Measure matching beside plain baselines, on the public data of a folder; see its README for the protocols.

Usage: python tests/bench/matching.py --data DIR [--json FILE] [--markdown FILE] [--lexical]
"""

import argparse
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, roc_auc_score

from firstline.matching.calibration import BUNDLED, LEXICAL, MATCHED, SUGGEST, Calibration, Evidence
from firstline.matching.documents import LibraryStatistics, describe_flow
from firstline.matching.encoder import BundledEncoder, Embedder
from firstline.matching.reading import read_intake
from firstline.matching.scoring import score
from tests.bench.fit_matching import LEXICAL_FEATURES, NAMES, Rows, cautious, fit, judged, rows_of, stacked
from tests.bench.matching_libraries import fitted_libraries, large_library, small_libraries
from tests.bench.matching_sets import UNKNOWN, Remembering, Scored, Task, evidence_of, load_tasks, missing_parts

SEEDS = 2
LEARNED = (1, 3, 10)
FAR_WHEN_LEARNED = 100
APART = 0.5  # mean cosine distance from which problem texts are two problems
Scores = NDArray[np.float64]
Row = dict[str, float | None]
Kind = tuple[str, Embedder | None, Calibration, Sequence[int]]


@dataclass(frozen=True)
class Outcome:
    """Scores (calls, flows); `without` the same with the right flow taken away, -1 in its place; `far` by set."""

    gold: Sequence[int]
    whole: Scores
    without: Scores
    far: Mapping[str, Scores]


def outcome(scored: Scored, calibration: Calibration) -> Outcome:
    known = [n for n, gold in enumerate(scored.task.gold) if gold != UNKNOWN]

    def chances(rows: Iterable[Sequence[Evidence | None]]) -> Scores:
        return np.array([judged(row, calibration) for row in rows])

    far = {name: chances(rows) for name, rows in scored.far.items()}
    unknown = [row for row, gold in zip(scored.whole, scored.task.gold, strict=True) if gold == UNKNOWN]
    if unknown:
        far["unknown calls"] = chances(unknown)
    gold = [scored.task.gold[n] for n in known]
    return Outcome(gold, chances(scored.whole[n] for n in known), chances(scored.without[n] for n in known), far)


def ranks(found: Outcome) -> NDArray[np.int64]:
    right = found.whole[np.arange(len(found.gold)), found.gold]
    return np.asarray((found.whole > right[:, None]).sum(axis=1))


def ranking(found: Outcome) -> Row:
    place = ranks(found)
    best, without = found.whole.max(axis=1), found.without.max(axis=1)
    far = {f"far {name}": separation(best, rows.max(axis=1)) for name, rows in found.far.items()}
    return {
        "r1": float((place < 1).mean()),
        "r3": float((place < 3).mean()),
        "mrr": float((1 / (1 + place)).mean()),
        "unpublished": separation(best, without),
        **far,
    }


def decisions(found: Outcome) -> Row:
    """Return what the product's own thresholds do on a 1:1 mix of published and unpublished problems."""
    place, best, without = ranks(found), found.whole.max(axis=1), found.without.max(axis=1)
    matched, wrongly = best >= MATCHED, without >= MATCHED
    hinted, misled = (best >= SUGGEST) & ~matched, (without >= SUGGEST) & ~wrongly
    chances, answers = np.concatenate([best, without]), np.concatenate([place == 0, np.zeros(len(without))])
    return {
        "precision_matched": share((matched & (place == 0)).sum(), matched.sum() + wrongly.sum()),
        "share_matched": float(matched.mean()),
        "unpublished_matched": float(wrongly.mean()),
        "precision_suggest": share((hinted & (place < 3)).sum(), hinted.sum()),
        "precision_suggest_mix": share((hinted & (place < 3)).sum(), hinted.sum() + misled.sum()),
        "suggested": float(hinted.sum()),
        "ece": expected_error(chances, answers),
    }


def share(part: Any, whole: Any) -> float | None:
    return float(part / whole) if whole else None


def separation(known: Scores, unknown: Scores) -> float:
    answers = np.concatenate([np.ones(len(known)), np.zeros(len(unknown))])
    return float(roc_auc_score(answers, np.concatenate([known, unknown])))


def expected_error(chances: Scores, answers: Scores, bins: int = 10) -> float:
    place = np.minimum((chances * bins).astype(int), bins - 1)
    inside = [place == each for each in range(bins)]
    return float(sum(each.mean() * abs(chances[each].mean() - answers[each].mean()) for each in inside if each.any()))


@dataclass(frozen=True)
class Basis:
    """What constants are fitted to beside the charts: rows for the weights, calls for the offset."""

    rows: Rows
    offset: Sequence[Scored]


def basis_of(tasks: Sequence[Task], embedder: Embedder | None) -> Basis:
    others = [task for task in tasks if task.weight and not task.name.startswith("charts")]
    spoken = [evidence_of(task, embedder) for task in (*others, *small_libraries(tasks[-1]))]
    authored = [evidence_of(task, embedder) for task in fitted_libraries()]
    return Basis(rows_of([*spoken, *authored]), [*spoken, evidence_of(large_library(), embedder)])


def left_out(scored: Scored, refit: Callable[[Scored], Calibration]) -> Outcome:
    """Score each flow's calls with constants fitted without them."""
    parts: list[Outcome] = []
    for gold in sorted({each for each in scored.task.gold if each != UNKNOWN}):
        rest = [n for n, each in enumerate(scored.task.gold) if each != gold]
        own = [n for n, each in enumerate(scored.task.gold) if each == gold]
        parts.append(outcome(picked(scored, own), refit(picked(scored, rest))))
    return replace(joined(parts), far={})


def refitted(basis: Basis, calibration: Calibration, used: Sequence[int]) -> Callable[[Scored], Calibration]:
    """Return what finds weights and offset without the calls of one flow; `undescribed` does not matter to charts."""

    def refit(rest: Scored) -> Calibration:
        found = fit(stacked(rows_of([rest]), basis.rows), calibration, used=used)
        return cautious([rest, *basis.offset], found)

    return refit


def picked(scored: Scored, calls: Sequence[int]) -> Scored:
    task = replace(scored.task, calls=[scored.task.calls[n] for n in calls], gold=[scored.task.gold[n] for n in calls])
    return Scored(task, [scored.whole[n] for n in calls], [scored.without[n] for n in calls], scored.far)


def baselines(task: Task, encoder: Remembering | None) -> dict[str, Outcome]:
    """Return cosine or BM25 of title and description, as anyone would first try."""
    texts = [f"{flow.name}. {flow.description}".strip() for flow in task.flows]
    far = [text for group in task.far.values() for text in group]
    asked = [*task.calls, *far]
    index = BM25Okapi([text.lower().split() for text in texts])
    found = {"BM25": np.array([index.get_scores(text.lower().split()) for text in asked])}
    words = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit(texts)
    found["TF-IDF"] = (words.transform(asked) @ words.transform(texts).T).toarray()
    if encoder is not None:
        rows, columns = (np.stack([each.whole for each in encoder.encode(group)]) for group in (asked, texts))
        found["MiniLM"] = rows @ columns.T
    return {name: plain(task, scores) for name, scores in found.items()}


def plain(task: Task, scores: Scores) -> Outcome:
    known = [n for n, gold in enumerate(task.gold) if gold != UNKNOWN]
    gold = [task.gold[n] for n in known]
    without = scores[known].copy()
    without[np.arange(len(known)), gold] = -np.inf
    far, at = {}, len(task.calls)
    for name, texts in task.far.items():
        far[name] = scores[at : at + len(texts)]
        at += len(texts)
    return Outcome(gold, scores[known], without, far)


def learned(task: Task, embedder: Embedder | None, calibration: Calibration, count: int) -> tuple[Row, Row]:
    """Return the means over seeds with `count` helpful openings of each flow learned, and with none, on other calls."""
    found: tuple[list[Row], list[Row]] = [], []
    for seed in range(SEEDS):
        chance = np.random.default_rng(seed)
        known: dict[int, list[str]] = {}
        for gold in sorted({each for each in task.gold if each != UNKNOWN}):
            own = [call for call, each in zip(task.calls, task.gold, strict=True) if each == gold]
            known[gold] = [own[n] for n in chance.permutation(len(own))[: min(count, len(own) - 1)]]
        taught = {call for calls in known.values() for call in calls}
        asked = [(call, gold) for call, gold in zip(task.calls, task.gold, strict=True) if call not in taught]
        far = {name: texts[:FAR_WHEN_LEARNED] for name, texts in task.far.items()}
        held = replace(task, calls=[call for call, _ in asked], gold=[gold for _, gold in asked], far=far)
        for rows, openings in zip(found, (known, {}), strict=True):
            result = outcome(evidence_of(held, embedder, openings), calibration)
            rows.append({**ranking(result), **decisions(result)})
    with_them, without = ({name: mean(row[name] for row in rows) for name in rows[0]} for rows in found)
    return with_them, without


def mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def clusters(task: Task, encoder: Remembering) -> Row:
    """Group the problem texts alone, their number unknown, by the encoder's vectors and average linkage."""
    vectors = np.stack([each.whole for each in encoder.encode(task.calls)])
    model = AgglomerativeClustering(n_clusters=None, distance_threshold=APART, metric="cosine", linkage="average")
    labels = model.fit_predict(vectors)
    table = np.zeros((labels.max() + 1, max(task.gold) + 1))
    for label, gold in zip(labels, task.gold, strict=True):
        table[label, gold] += 1
    rows, columns = linear_sum_assignment(-table)
    return {
        "acc": float(table[rows, columns].sum() / len(labels)),
        "nmi": float(normalized_mutual_info_score(task.gold, labels)),
        "ari": float(adjusted_rand_score(task.gold, labels)),
        "clusters": float(labels.max() + 1),
    }


class Report:
    """Collects tables as markdown and prints them as they come."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str = "") -> None:
        self.lines.append(line)
        print(line, flush=True)

    def table(self, title: str, rows: Mapping[str, Row]) -> None:
        columns = list(dict.fromkeys(name for row in rows.values() for name in row))
        self.say(f"\n### {title}\n")
        self.say("| | " + " | ".join(column.replace("_", " ") for column in columns) + " |")
        self.say("|---" * (len(columns) + 1) + "|")
        for name, row in rows.items():
            cells = ("–" if (value := row.get(column)) is None else f"{value:.3f}" for column in columns)
            self.say(f"| {name} | " + " | ".join(cells) + " |")


def measure(report: Report, tasks: Sequence[Task], encoder: Remembering | None) -> dict[str, Any]:
    kinds: list[Kind] = [("words alone", None, LEXICAL, LEXICAL_FEATURES)]
    if encoder is not None:
        kinds.append(("with the encoder", encoder, BUNDLED, range(len(NAMES))))
    scored = {(task.name, kind): evidence_of(task, embedder) for kind, embedder, _, _ in kinds for task in tasks}
    figures: dict[str, dict[str, Row]] = {}
    for task in tasks:
        plains = baselines(task, encoder)
        order = {name: ranking(result) for name, result in plains.items()}
        choice: dict[str, Row] = {}
        for kind, embedder, calibration, used in kinds:
            result = outcome(scored[task.name, kind], calibration)
            order[kind], choice[kind] = ranking(result), decisions(result)
            if task.name.startswith("charts +"):
                label = f"{kind}, one flow left out"
                held = left_out(scored[task.name, kind], refitted(basis_of(tasks, embedder), calibration, used))
                order[label], choice[label] = ranking(held), decisions(held)
        report.table(f"{task.name}: {len(task.flows)} flows, {len(task.calls)} calls", order)
        report.table(f"{task.name}: at {MATCHED} and {SUGGEST}", choice)
        figures[task.name] = {kind: {**order[kind], **choice[kind]} for kind, *_ in kinds}
    sized = libraries(tasks, kinds)
    report.table("libraries of three flows, and of three thousand", sized)
    figures["libraries"] = sized
    figures["learned"] = {}
    charts = next((task for task in tasks if task.name.startswith("charts +")), None)
    if charts is None:
        return figures
    for kind, embedder, calibration, _ in kinds:
        rows: dict[str, Row] = {}
        for count in LEARNED:
            rows[f"k = {count}"], rows[f"the same calls without these {count}"] = learned(
                charts, embedder, calibration, count
            )
        report.table(f"past openings learned, {kind} (mean of {SEEDS} seeds)", rows)
        figures["learned"].update({f"{kind} {name}": row for name, row in rows.items()})
    return figures


def libraries(tasks: Sequence[Task], kinds: Sequence[Kind]) -> dict[str, Row]:
    """Return the decisions for libraries as small and as large as accounts have them; made of our own calls."""
    sized: dict[str, Row] = {}
    for kind, embedder, calibration, _ in kinds:
        small = [outcome(evidence_of(task, embedder), calibration) for task in small_libraries(tasks[-1])]
        large = outcome(evidence_of(large_library(), embedder), calibration)
        for label, found in (("three flows", joined(small)), ("three thousand flows", large)):
            sized[f"{label}, {kind}"] = {**ranking(found), **decisions(found)}
    return sized


def joined(parts: Sequence[Outcome]) -> Outcome:
    far = {name: np.concatenate([part.far[name] for part in parts]) for name in parts[0].far}
    return Outcome(
        [gold for part in parts for gold in part.gold],
        np.concatenate([part.whole for part in parts]),
        np.concatenate([part.without for part in parts]),
        far,
    )


def timed(report: Report, task: Task, embedder: Embedder | None, label: str) -> None:
    documents = [
        describe_flow(flow_id=str(n), name=flow.name, description=flow.description, embedder=embedder)
        for n, flow in enumerate(task.flows[:50])
    ]
    library = LibraryStatistics.of(documents)
    steps: dict[str, list[float]] = {"read": [], "score": []}
    for call in task.calls[:60]:
        start = time.perf_counter()
        intake = read_intake(call, embedder)
        middle = time.perf_counter()
        score(intake, [(document, ()) for document in documents], library)
        steps["read"].append(middle - start)
        steps["score"].append(time.perf_counter() - middle)
    told = ", ".join(f"{name} {np.median(spent) * 1e3:.2f} ms" for name, spent in steps.items())
    report.say(f"\n{label}, {len(documents)} candidates, median: {told}")


def headline(figures: Mapping[str, Mapping[str, Row]], kind: str, groups: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys the data's README asks for; null for what the folder lacks."""
    row = figures.get("charts + distractors", figures.get("charts", {}))
    ours, words = row.get(kind, {}), row.get("words alone", {})
    names = ("r1", "r3", "mrr", "precision_matched", "precision_suggest", "share_matched", "ece")
    taught = {str(k): figures["learned"].get(f"{kind} k = {k}", {}).get("r1") for k in LEARNED}
    return {
        **{name: ours.get(name) for name in names},
        "auroc_unpublished": ours.get("unpublished"),
        "auroc_far": {name.removeprefix("far "): ours[name] for name in ours if name.startswith("far ")} or None,
        "lexical": {name: words.get(name) for name in ("r1", "precision_matched", "share_matched")},
        "learned": {"0": ours.get("r1"), **taught},
        "intents": dict(groups) or None,
        "detail": figures,
    }


def run() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--lexical", action="store_true", help="leave the encoder out")
    asked = parser.parse_args()
    report = Report()
    for part in missing_parts(asked.data):
        report.say(f"absent from the folder: {part}")
    encoder = None if asked.lexical else Remembering()
    tasks = list(load_tasks(asked.data))
    figures = measure(report, tasks, encoder)
    groups: dict[str, Row] = {}
    if encoder is not None:
        groups = {task.name.split()[-1]: clusters(task, encoder) for task in tasks if task.name.startswith("intents")}
        report.table("problem texts grouped, number of groups unknown", groups)
    largest = max(tasks, key=lambda task: len(task.flows))
    timed(report, largest, None, "words alone")
    if encoder is not None:
        timed(report, largest, BundledEncoder(), "with the encoder")
    kind = "words alone" if encoder is None else "with the encoder"
    if asked.json:
        asked.json.write_text(json.dumps(headline(figures, kind, groups), indent=1), "utf-8")
    if asked.markdown:
        asked.markdown.write_text("\n".join(report.lines) + "\n", "utf-8")


if __name__ == "__main__":
    run()
