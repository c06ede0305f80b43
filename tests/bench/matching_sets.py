"""Read the public data of the matching bench, and score it: with the right flow published, and with it taken away."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firstline.matching.calibration import Evidence
from firstline.matching.documents import (
    FlowDocument,
    Intake,
    LibraryStatistics,
    Opening,
    describe_flow,
    describe_opening,
)
from firstline.matching.encoder import BundledEncoder, Embedder, Encoded
from firstline.matching.reading import read_intake
from firstline.matching.scoring import score

HELP_DESK = Path(__file__).with_name("helpdesk_calls.json")
UNKNOWN = -1
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Flow:
    name: str
    description: str = ""


@dataclass
class Task:
    """A library and calls to it: `gold` is the place of the right flow, UNKNOWN where there is none."""

    name: str
    flows: Sequence[Flow]
    calls: Sequence[str]
    gold: Sequence[int]
    far: Mapping[str, Sequence[str]] = field(default_factory=dict)
    weight: float = 1.0  # of this task when constants are fitted


@dataclass(frozen=True)
class Scored:
    """Evidence per call and flow: with the library whole, and the same with the right flow taken out of it."""

    task: Task
    whole: Sequence[Sequence[Evidence]]
    without: Sequence[Sequence[Evidence | None]]
    far: Mapping[str, Sequence[Sequence[Evidence]]]


class Remembering:
    """The bundled encoder, encoding each text once in a run."""

    def __init__(self) -> None:
        self._encoder = BundledEncoder()
        self.name = self._encoder.name
        self._known: dict[str, Encoded] = {}

    def encode(self, texts: Sequence[str]) -> Sequence[Encoded]:
        for text in texts:
            if text not in self._known:
                self._known[text] = self._encoder.encode([text])[0]
        return [self._known[text] for text in texts]


def load_tasks(folder: Path) -> Iterator[Task]:
    """Yield what the folder has: charts alone, charts among distractors, the intent domains, then our own help desk."""
    negatives = _json(folder / "negatives.json") or {}
    charts = _charts(folder)
    openings = _openings(folder, list(charts))
    if charts and openings:
        calls, gold = [text for text, _ in openings], [number for _, number in openings]
        distractors = [Flow(each["name"], each["description"]) for each in _json(folder / "distractors.json") or ()]
        yield Task("charts", list(charts.values()), calls, gold, negatives, weight=0.0)
        if distractors:
            yield Task("charts + distractors", [*charts.values(), *distractors], calls, gold, negatives, weight=3.0)
    for path in sorted((folder / "intents").glob("*.jsonl")):
        yield _intents(path, negatives)
    yield _help_desk(negatives)


def missing_parts(folder: Path) -> list[str]:
    wanted = ("flodial/charts", "flodial/dialogs.json", "distractors.json", "negatives.json", "intents")
    return [part for part in wanted if not (folder / part).exists()]


def evidence_of(task: Task, embedder: Embedder | None, openings: Mapping[int, Sequence[str]] | None = None) -> Scored:
    """Score every call against the whole library, and known calls again with the right flow unpublished."""
    documents = [
        describe_flow(flow_id=f"{n:05}", name=flow.name, description=flow.description, embedder=embedder)
        for n, flow in enumerate(task.flows)
    ]
    learned = {
        number: [describe_opening(text, ticket=f"T{k}") for k, text in enumerate(texts)]
        for number, texts in (openings or {}).items()
    }
    library = LibraryStatistics.of(documents)
    others = {gold: LibraryStatistics.of(_but(documents, gold)) for gold in set(task.gold) if gold != UNKNOWN}
    intakes = [read_intake(call, embedder) for call in task.calls]
    return Scored(
        task=task,
        whole=[_evidence(intake, documents, learned, library) for intake in intakes],
        without=[
            _evidence(intake, documents, learned, others[gold], but=gold) if gold != UNKNOWN else ()
            for intake, gold in zip(intakes, task.gold, strict=True)
        ],
        far={
            name: [_evidence(read_intake(text, embedder), documents, learned, library) for text in texts]
            for name, texts in task.far.items()
        },
    )


def _but(documents: Sequence[FlowDocument], number: int) -> list[FlowDocument]:
    return [document for n, document in enumerate(documents) if n != number]


def _evidence(
    intake: Intake,
    documents: Sequence[FlowDocument],
    learned: Mapping[int, Sequence[Opening]],
    library: LibraryStatistics,
    but: int = UNKNOWN,
) -> list[Any]:
    candidates = [(document, learned.get(n, ())) for n, document in enumerate(documents) if n != but]
    found: list[Evidence | None] = [None] * len(documents)
    for match in score(intake, candidates, library):
        found[int(match.flow_id)] = match.evidence
    return found


def _charts(folder: Path) -> dict[str, Flow]:
    charts = (json.loads(path.read_text("utf-8")) for path in sorted((folder / "flodial/charts").glob("*.json")))
    return {chart["name"]: Flow(chart["name"].replace("_", " "), chart["problem_description"]) for chart in charts}


def _openings(folder: Path, names: Sequence[str]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for dialogue in (_json(folder / "flodial/dialogs.json") or {}).values():
        if dialogue["flowchart"] in names and dialogue["utterences"]:
            found.setdefault(dialogue["utterences"][0]["utterance"], names.index(dialogue["flowchart"]))
    return list(found.items())


def _intents(path: Path, negatives: Mapping[str, Sequence[str]]) -> Task:
    turns = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    labels = sorted({turn["intent"] for turn in turns})
    far = {name: texts for name, texts in negatives.items() if name.endswith("oos")}
    return Task(
        f"intents {path.stem}",
        [Flow(_CAMEL.sub(" ", label).lower()) for label in labels],
        [turn["utterance"] for turn in turns],
        [labels.index(turn["intent"]) for turn in turns],
        far,
        weight=0.0,
    )


def _help_desk(negatives: Mapping[str, Sequence[str]]) -> Task:
    desk = json.loads(HELP_DESK.read_text("utf-8"))
    flows = [Flow(flow["name"], flow["description"]) for flow in desk["flows"]]
    calls = [(call, n) for n, flow in enumerate(desk["flows"]) for call in flow["calls"]]
    calls += [(call, UNKNOWN) for call in desk["unknown"]]
    return Task("help desk", flows, [call for call, _ in calls], [n for _, n in calls], negatives, weight=1.5)


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8")) if path.exists() else None
