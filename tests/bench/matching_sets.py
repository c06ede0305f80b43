"""Read the public data of the matching bench, and score it: with the right flow published, and with it taken away."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firstline.matching.calibration import Evidence
from firstline.matching.documents import Intake, LibraryStatistics, describe_flow, describe_opening
from firstline.matching.encoder import BundledEncoder, Embedder, Encoded
from firstline.matching.reading import read_intake
from firstline.matching.scoring import score

HELP_DESK = Path(__file__).with_name("helpdesk_calls.json")
UNKNOWN = -1
SEARCHED = 100  # flows from which on only those are scored that a search brings
SCORED, RAREST = 60, 40  # flows the search brings, and stems it asks for
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
    """Evidence per call and flow: with the library whole, and the same with the right flow taken out of it.

    None stands for a flow that was not scored: it is unpublished, or the search did not bring it.
    """

    task: Task
    whole: Sequence[Sequence[Evidence | None]]
    without: Sequence[Sequence[Evidence | None]]
    far: Mapping[str, Sequence[Sequence[Evidence | None]]]


class Remembering:
    """An encoder, the bundled one unless told otherwise, that encodes each text once in a run."""

    def __init__(self, encoder: Embedder | None = None) -> None:
        self._encoder = encoder or BundledEncoder()
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


class Library:
    """The flows of a task as the product sees them; of a large library only those that its search would bring."""

    def __init__(self, flows: Sequence[Flow], embedder: Embedder | None, openings: Mapping[int, Sequence[str]]) -> None:
        self.documents = [
            describe_flow(flow_id=f"{n:05}", name=flow.name, description=flow.description, embedder=embedder)
            for n, flow in enumerate(flows)
        ]
        self.openings = {
            number: [describe_opening(text, ticket=f"T{k}") for k, text in enumerate(texts)]
            for number, texts in openings.items()
        }
        self.statistics = LibraryStatistics.of(self.documents)
        self._holding: dict[str, list[int]] = {}
        for number, document in enumerate(self.documents):
            for stem in document.stems:
                self._holding.setdefault(stem, []).append(number)

    def evidence(self, intake: Intake, but: int = UNKNOWN) -> list[Evidence | None]:
        """Return the evidence by flow, None for those not scored; `but` is unpublished."""
        statistics = self.statistics if but == UNKNOWN else self._statistics_without(but)
        numbers = [number for number in self._nearest(intake) if number != but]
        candidates = [(self.documents[number], self.openings.get(number, ())) for number in numbers]
        found: list[Evidence | None] = [None] * len(self.documents)
        for match in score(intake, candidates, statistics):
            found[int(match.flow_id)] = match.evidence
        return found

    def _nearest(self, intake: Intake) -> Sequence[int]:
        if len(self.documents) < SEARCHED:
            return range(len(self.documents))
        near = {stem: max(reach.similarity for reach in reached) for stem, reached in intake.reached.items()}
        asked = sorted(near.keys() & self._holding.keys(), key=lambda stem: (near[stem] < 1, len(self._holding[stem])))
        weights: dict[int, float] = {}
        for stem in asked[:RAREST]:
            weight = near[stem] * math.log(1 + len(self.documents) / len(self._holding[stem]))
            for number in self._holding[stem]:
                weights[number] = weights.get(number, 0.0) + weight
        return sorted(weights, key=lambda number: (-weights[number], number))[: SCORED + 1]

    def _statistics_without(self, number: int) -> LibraryStatistics:
        containing = dict(self.statistics.containing)
        for stem in self.documents[number].stems:
            containing[stem] -= 1
        return LibraryStatistics(self.statistics.flows - 1, containing)


def evidence_of(task: Task, embedder: Embedder | None, openings: Mapping[int, Sequence[str]] | None = None) -> Scored:
    """Score every call against the whole library, and known calls again with the right flow unpublished."""
    library = Library(task.flows, embedder, openings or {})
    intakes = [read_intake(call, embedder) for call in task.calls]
    return Scored(
        task=task,
        whole=[library.evidence(intake) for intake in intakes],
        without=[
            library.evidence(intake, but=gold) if gold != UNKNOWN else ()
            for intake, gold in zip(intakes, task.gold, strict=True)
        ],
        far={
            name: [library.evidence(read_intake(text, embedder)) for text in texts] for name, texts in task.far.items()
        },
    )


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
