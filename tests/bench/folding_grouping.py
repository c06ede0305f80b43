"""Grouping sessions into problems as they come: the part of the folding bench about groups."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from statistics import fmean
from typing import Any

from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, v_measure_score

from firstline.categories.rules import Category
from firstline.flywheel.folding.evidence import Walk
from firstline.flywheel.grouping.groups import group_walks
from tests.bench.folding_parts.charts import Chart, Labelled
from tests.unit.flywheel.playbook_walks import playbook_walks, problem_of, shuffled

FEW, SOME, MANY = 6, 12, 20  # walks of a playbook
DISTURBED = 0.1


@dataclass(frozen=True)
class GroupScore:
    v: float
    ari: float
    proposals_per_problem: float
    contaminated: float
    lost: float


def score_groups(groups: Iterable[Sequence[str]], problem: Mapping[str, str]) -> GroupScore:
    """Score groups of session ids; contaminated: under 90 % of one problem; lost: no group mostly of it."""
    parts = [[problem[session] for session in group] for group in groups]
    gold = [label for part in parts for label in part]
    found = [at for at, part in enumerate(parts) for _ in part]
    main = [Counter(part).most_common(1)[0] for part in parts]
    problems = set(problem.values())
    return GroupScore(
        v=float(v_measure_score(gold, found)),
        ari=float(adjusted_rand_score(gold, found)),
        proposals_per_problem=len(parts) / len(problems),
        contaminated=sum(count < 0.9 * len(part) for (_, count), part in zip(main, parts, strict=True)),
        lost=len(problems - {label for label, _ in main}),
    )


def linkage_groups(texts: Sequence[str], sessions: Sequence[str], cut: float) -> list[list[str]]:
    """Group sessions by TF-IDF of all their words and average linkage at a fixed cut."""
    vectors = TfidfVectorizer(min_df=2, max_df=0.5, sublinear_tf=True).fit_transform(texts).toarray()
    model = AgglomerativeClustering(None, metric="cosine", linkage="average", distance_threshold=1 - cut)
    groups: dict[int, list[str]] = {}
    for session, label in zip(sessions, model.fit_predict(vectors), strict=True):
        groups.setdefault(int(label), []).append(session)
    return list(groups.values())


def measure_grouping(charts: Sequence[Chart], shuffles: int, subsets: int) -> dict[str, Any]:
    """Feed the sessions in several orders; the figures at the top are of the first order, with every session twice."""
    orders = [_grouped(charts, seed, times=1 + (seed == 0)) for seed in range(shuffles)]
    size = min(4, max(1, len(charts) - 1))
    chosen = list(combinations(charts, size))
    chosen = random.Random(4).sample(chosen, min(subsets, len(chosen)))
    return {
        **asdict(orders[0]),
        "order_spread": max(one.ari for one in orders) - min(one.ari for one in orders),
        "orders": _summary(orders),
        "subsets": {"charts": size, **_summary([_grouped(list(part), seed) for seed, part in enumerate(chosen)])},
        "one_problem": _summary([_grouped([chart], seed=0) for chart in charts]),
        "playbooks": measure_playbooks(seeds=max(1, shuffles - 2)),
        "linkage": {str(cut): asdict(_linkage(charts, cut)) for cut in (0.06, 0.08, 0.10)},
    }


def measure_playbooks(seeds: int) -> dict[str, Any]:
    """Group walks of the ten playbooks in libraries of one to ten problems, with nothing told of their categories."""
    found: dict[str, Any] = {}
    for name, disturbed in (("as authored", 0.0), ("words left out and exchanged", DISTURBED)):
        pairs = list(combinations(Category, 2))
        found[name] = {
            "every pair": _summary([_of_playbooks(pair, FEW, 1, disturbed) for pair in pairs]),
            "alone": _summary([_of_playbooks([one], SOME, 1, disturbed) for one in Category]),
        }
        for size in (3, 5, 10):
            parts = [random.Random(seed).sample(list(Category), size) for seed in range(seeds)]
            scores = [_of_playbooks(part, MANY, seed, disturbed) for seed, part in enumerate(parts)]
            found[name][f"{size} together"] = _summary(scores)
    return found


def _of_playbooks(categories: Iterable[Category], count: int, seed: int, disturbed: float) -> GroupScore:
    walks = [walk for one in categories for walk in playbook_walks(one, count, seed, disturbed)]
    return _score(shuffled(walks, seed), {walk.session_id: problem_of(walk.session_id) for walk in walks})


def _summary(scores: Sequence[GroupScore]) -> dict[str, float]:
    proposals = [one.proposals_per_problem for one in scores]
    return {
        "count": len(scores),
        "ari_mean": fmean(one.ari for one in scores),
        "ari_worst": min(one.ari for one in scores),
        "proposals_mean": fmean(proposals),
        "proposals_least": min(proposals),
        "proposals_most": max(proposals),
        "contaminated": sum(one.contaminated for one in scores),
        "lost": sum(one.lost for one in scores),
    }


def _sessions(charts: Sequence[Chart]) -> tuple[list[Labelled], dict[str, str]]:
    walks = [one for chart in charts for one in chart.walks]
    return walks, {one.walk.session_id: chart.name for chart in charts for one in chart.walks}


def _grouped(charts: Sequence[Chart], seed: int, times: int = 1) -> GroupScore:
    walks, problem = _sessions(charts)
    return _score(shuffled([one.walk for one in walks], seed) * times, problem)


def _score(walks: Sequence[Walk], problem: Mapping[str, str]) -> GroupScore:
    return score_groups([group.sessions for group in group_walks(walks)], problem)


def _linkage(charts: Sequence[Chart], cut: float) -> GroupScore:
    walks, problem = _sessions(charts)
    texts = [" ".join([one.walk.opening, *(step.text for step in one.walk.steps)]) for one in walks]
    return score_groups(linkage_groups(texts, [one.walk.session_id for one in walks], cut), problem)
