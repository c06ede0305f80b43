"""How near a graph is to the one the walks were made from, how near groups are to the problems, and the baselines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from statistics import fmean

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer

from firstline.flywheel.folding.drawn import Folding
from firstline.flywheel.folding.evidence import UNSURE
from tests.bench.folding_parts.charts import Labelled

StepRef = tuple[str, int]
Edges = set[tuple[str, str | None, str]]
Drawn = tuple[Mapping[str, set[StepRef]], Edges]


@dataclass(frozen=True)
class GraphScore:
    node_f1: float
    edge_precision: float
    edge_recall: float
    edge_f1: float
    predicted_nodes: float
    gold_nodes: float


def mean_score(scores: Sequence[GraphScore]) -> GraphScore:
    return GraphScore(
        **{part.name: fmean(getattr(score, part.name) for score in scores) for part in fields(GraphScore)}
    )


def drawn(folding: Folding) -> Drawn:
    """Return the nodes with their steps, and the ways between them; what nobody has walked claims nothing."""
    nodes = {node.id: set(node.steps) for node in folding.nodes if not node.needs_review}
    edges = {
        (edge.source, edge.condition.key if edge.condition else None, edge.target)
        for edge in folding.edges
        if edge.target in nodes
    }
    return nodes, edges


def score_graph(graph: Drawn, fed: Sequence[Labelled], undisturbed: Sequence[Labelled]) -> GraphScore:
    nodes, edges = graph
    gold: dict[str, set[StepRef]] = {}
    for one in fed:
        for index, node in enumerate(one.gold):
            gold.setdefault(node, set()).add((one.walk.session_id, index))
    match = _matching(nodes, gold)
    walked = {
        (one.gold[at], one.walk.steps[at].answer, one.gold[at + 1])
        for one in undisturbed
        for at in range(len(one.gold) - 1)
        if one.walk.steps[at].answer != UNSURE
    }
    right = {
        (match[source], key, match[target]) for source, key, target in edges if source in match and target in match
    }
    right &= walked
    precision = len(right) / len(edges) if edges else 0.0
    recall = len(right) / len(walked) if walked else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    node_f1 = 2 * len(match) / (len(nodes) + len(gold))
    return GraphScore(node_f1, precision, recall, f1, len(nodes), len(gold))


def _matching(nodes: Mapping[str, set[StepRef]], gold: Mapping[str, set[StepRef]]) -> dict[str, str]:
    rows, columns = sorted(nodes), sorted(gold)
    shared = np.zeros((len(rows), len(columns)))
    for at, node in enumerate(rows):
        for other, label in enumerate(columns):
            common = len(nodes[node] & gold[label])
            if common:
                shared[at, other] = common / len(nodes[node] | gold[label])
    pairs = zip(*linear_sum_assignment(-shared), strict=True)
    return {rows[at]: columns[other] for at, other in pairs if shared[at, other] >= 0.5}


def flat_linkage(fed: Sequence[Labelled], support: int) -> Drawn:
    """Cluster step wordings by TF-IDF and average linkage, and count transitions: what ignores the walk."""
    refs = [(one.walk.session_id, at) for one in fed for at in range(len(one.walk.steps))]
    texts = [step.text for one in fed for step in one.walk.steps]
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(texts).toarray()
    model = AgglomerativeClustering(None, metric="cosine", linkage="average", distance_threshold=0.85)
    labels = dict(zip(refs, (str(label) for label in model.fit_predict(vectors)), strict=True))
    counts = Counter(
        (labels[one.walk.session_id, at], one.walk.steps[at].answer, labels[one.walk.session_id, at + 1])
        for one in fed
        for at in range(len(one.walk.steps) - 1)
    )
    nodes: dict[str, set[StepRef]] = {}
    for ref, label in labels.items():
        nodes.setdefault(label, set()).add(ref)
    kept = {label: steps for label, steps in nodes.items() if len(steps) >= support}
    edges = {edge for edge, count in counts.items() if count >= support and edge[0] in kept and edge[2] in kept}
    return kept, edges


def gold_given(fed: Sequence[Labelled]) -> Drawn:
    """Know each step's node, and vote only for what lies above what: a bound for what the walks can tell."""
    nodes: dict[str, set[StepRef]] = {}
    before: dict[str, Counter[str]] = {}
    answers: dict[tuple[str, str], Counter[str | None]] = {}
    for one in fed:
        for at, node in enumerate(one.gold):
            nodes.setdefault(node, set()).add((one.walk.session_id, at))
            for earlier in range(at):
                before.setdefault(node, Counter())[one.gold[earlier]] += 1
                answers.setdefault((one.gold[earlier], node), Counter())[one.walk.steps[earlier].answer] += 1
    above = {
        node: {
            upper
            for upper, count in before.get(node, Counter()).items()
            if count >= 0.3 * len(steps) and count > before.get(upper, Counter())[node]
        }
        for node, steps in nodes.items()
    }
    edges: Edges = set()
    for node, uppers in above.items():
        if uppers:
            parent = max(uppers, key=lambda upper: (len(above[upper] & uppers), before[node][upper], upper))
            edges.add((parent, answers[parent, node].most_common(1)[0][0], node))
    return nodes, edges
