"""What the running product makes of charted calls: matched, walked to the labelled end, counted on every way.

Usage: python -m tests.bench.flodial --data DIR [--json FILE] [--url URL] [--walks 100]. DIR holds flodial/charts/*.json
and flodial/dialogs.json; what is absent is said and written as null. Without --url a local cloud of its own is started.
All of it goes over HTTP, in a fresh account. Every opening is taken in before the first walk is resolved, so that no
intake profits from a call of this bench.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from infra.local.testing import LocalCloud
from infra.local.visitor import Document, RefusedError, UnknownAnswerError, Visitor, is_end, option

KEYS = ("matched", "suggested", "wrong", "built", "reached_gold_terminal", "sessions", "reinforced", "errors")
_IDLE_SECONDS = 300
_SEED = 7


@dataclass(frozen=True)
class Dialogue:
    """A told call: what the caller said first, and the chart's nodes from its root to the end that cured it."""

    id: str
    chart: str
    opening: str
    route: Sequence[str]


def read_charts(folder: Path) -> dict[str, Document]:
    charts = [json.loads(path.read_text("utf-8")) for path in sorted((folder / "charts").glob("*.json"))]
    return {chart["name"]: chart for chart in charts}


def read_dialogues(folder: Path, charts: Mapping[str, Document]) -> list[Dialogue]:
    path = folder / "dialogs.json"
    told = json.loads(path.read_text("utf-8")) if path.exists() else {}
    found = []
    for id_, dialogue in told.items():
        chart, utterances = charts.get(dialogue["flowchart"]), dialogue["utterences"]
        opening = next((each["utterance"] for each in utterances if each["speaker"] == "user"), "").strip()
        if chart is not None and opening:
            found.append(Dialogue(id_, dialogue["flowchart"], opening, _route(chart, _grounded(utterances))))
    return found


def _grounded(utterances: Sequence[Document]) -> list[str]:
    """Return the chart's nodes a dialogue stood at, each once, in order."""
    documents = dict.fromkeys(each.get("grounded_doc_id") or "" for each in utterances)
    nodes = [document.removeprefix("chart-") for document in documents if document.startswith("chart-")]
    return [node for node in nodes if node != "0"]


def _route(chart: Document, grounded: Sequence[str]) -> list[str]:
    """Return the way from the root to the last node a dialogue stood at; empty where its labels leave that way."""
    above = {target: node for node, answers in chart["edges"].items() for target in answers.values()}
    route = list(grounded[-1:])
    while route and route[0] in above:
        route.insert(0, above[route[0]])
    return route if set(grounded) <= set(route) else []


class Bench:
    """One run in one account; `counted` are the figures, `seconds` how long each kind of request took."""

    def __init__(self, anybody: Visitor, charts: Mapping[str, Document]) -> None:
        account = anybody.post("/_local/accounts", {"name": "Flowchart bench"})
        people = {role: anybody.as_(user["token"]) for role, user in account["users"].items()}
        self._anybody, self._charts = anybody, charts
        self._technician, self._engineer, self._admin = people["l1_tech"], people["engineer"], people["admin"]
        self._flows: dict[str, str] = {}
        self._open: dict[str, Document] = {}
        self.counted: Counter[str] = Counter(dict.fromkeys(KEYS, 0))
        self.faults: list[str] = []
        self.seconds: dict[str, list[float]] = {"intake": [], "step": []}

    def import_charts(self) -> None:
        for name, chart in self._charts.items():
            with self._counting_faults(f"import of {name}"):
                document = {"format": "flodial", "document": chart, "publish": True}
                self._flows[name] = self._admin.post("/v1/flows/import", document)["flow_id"]

    def take_in(self, dialogue: Dialogue) -> None:
        with self._counting_faults(f"intake of dialogue {dialogue.id}"), self._timed("intake"):
            answer = self._technician.post("/v1/l1/intake", {"problem_statement": dialogue.opening})
            self.counted[self._verdict(answer, self._flows.get(dialogue.chart))] += 1
            if answer["outcome"] == "matched" and answer["flow"]["id"] == self._flows.get(dialogue.chart):
                self._open[dialogue.id] = answer

    def _verdict(self, answer: Document, right: str | None) -> str:
        outcome: str = answer["outcome"]
        if outcome == "matched":
            return "matched" if answer["flow"]["id"] == right else "wrong"
        if outcome == "suggest":
            self.counted["suggested_right"] += any(miss["flow_id"] == right for miss in answer["near_misses"])
        return "suggested" if outcome == "suggest" else "built" if outcome == "build" else outcome

    def walk(self, dialogue: Dialogue) -> None:
        """Walk the chart as the dialogue did and resolve; a call that did not match is begun with its flow named."""
        with self._counting_faults(f"walk of dialogue {dialogue.id}"):
            begun = self._open.get(dialogue.id) or self._technician.post(
                "/v1/l1/intake", {"problem_statement": dialogue.opening, "flow_id": self._flows[dialogue.chart]}
            )
            self.counted["sessions"] += 1
            session, node = f"/v1/l1/sessions/{begun['session_id']}", begun["node"]
            for here, there in pairwise(dialogue.route):
                if node["id"] != here or is_end(node):
                    break
                node = self._advance(session, node, self._answer(dialogue.chart, here, there))
            self.counted["reached_gold_terminal"] += is_end(node) and node["id"] == dialogue.route[-1]
            self._technician.post(f"{session}/resolve", {"helpful": True})

    def _answer(self, chart: str, here: str, there: str) -> str:
        answers: Mapping[str, str] = self._charts[chart]["edges"][here]
        return next(answer for answer, target in answers.items() if target == there)

    def _advance(self, session: str, node: Document, answer: str) -> Document:
        given = {"answer": option(node, answer)} if node["node_type"] == "question" else {}
        with self._timed("step"):
            following: Document = self._technician.post(f"{session}/advance", {"node_id": node["id"], **given})["node"]
        return following

    def count_reinforced(self) -> None:
        """Wait for the flywheel, then read the ways it counted from its tracking rows."""
        self._anybody.get("/_local/idle", timeout=_IDLE_SECONDS)
        ways: Counter[tuple[str, str, str]] = Counter()
        for row in self._engineer.items("/v1/flow-proposals", status="auto_reinforced"):
            self.counted["reinforced_sessions"] += 1
            for edge in self._engineer.get(f"/v1/flow-proposals/{row['id']}")["proposed_flow_data"]["edges"]:
                ways[row["target_flow_id"], edge["from"], edge["to"]] += 1
        self.counted["reinforced"], self.counted["passes"] = len(ways), ways.total()

    @contextmanager
    def _counting_faults(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (RefusedError, UnknownAnswerError, KeyError) as fault:
            self.counted["errors"] += 1
            self.faults.append(f"{doing}: {fault}")

    @contextmanager
    def _timed(self, kind: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[kind].append(time.perf_counter() - begun)


def measure(url: str, charts: Mapping[str, Document], dialogues: Sequence[Dialogue], walks: int) -> Bench:
    bench = Bench(Visitor(url), charts)
    bench.import_charts()
    for dialogue in dialogues:
        bench.take_in(dialogue)
    labelled = [dialogue for dialogue in dialogues if dialogue.route]
    for dialogue in random.Random(_SEED).sample(labelled, min(walks, len(labelled))):
        bench.walk(dialogue)
    bench.count_reinforced()
    return bench


def table(bench: Bench, charts: int, intakes: int) -> str:
    """Return the figures as a Markdown table."""
    counted = bench.counted
    rows = [
        ("flowcharts imported and published", f"{charts}"),
        ("openings taken in", f"{intakes}"),
        ("… matched to their flow", _share(counted["matched"], intakes)),
        ("… matched to a wrong flow", _share(counted["wrong"], intakes)),
        (f"… suggest (the right flow among them: {counted['suggested_right']})", _share(counted["suggested"], intakes)),
        ("… build", _share(counted["built"], intakes)),
        ("… out of scope", _share(counted["out_of_scope"], intakes)),
        ("labelled dialogues walked and resolved", f"{counted['sessions']}"),
        ("… at their labelled end", _share(counted["reached_gold_terminal"], counted["sessions"])),
        ("… auto_reinforced by the flywheel", _share(counted["reinforced_sessions"], counted["sessions"])),
        ("ways reinforced (passes)", f"{counted['reinforced']} ({counted['passes']})"),
        ("errors", f"{counted['errors']}"),
    ]
    rows += [(f"median {kind}, ms", f"{1000 * median(taken):.0f}") for kind, taken in bench.seconds.items() if taken]
    return "\n".join(
        ["| through the running product | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    )


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.1%})" if whole else f"{part}"


def _figures(bench: Bench, dialogues: Sequence[Dialogue]) -> dict[str, Any]:
    return {key: bench.counted[key] if dialogues or key == "errors" else None for key in KEYS}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--url", help="a product that is served already, by `make run`")
    parser.add_argument("--walks", type=int, default=100)
    said = parser.parse_args()
    folder = said.data / "flodial"
    charts = read_charts(folder)
    dialogues = read_dialogues(folder, charts)
    figures: dict[str, Any] = dict.fromkeys(KEYS)
    for missing in [name for name, found in (("charts/*.json", charts), ("dialogs.json", dialogues)) if not found]:
        print(f"{folder / missing} is absent or empty: what needs it is not measured.")
    if charts:
        bench = _measured(said.url, charts, dialogues, said.walks)
        print(table(bench, len(charts), len(dialogues)))
        for fault in bench.faults[:10]:
            print(fault, file=sys.stderr)
        figures = _figures(bench, dialogues)
    if said.json:
        said.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    return 0


def _measured(url: str | None, charts: Mapping[str, Document], dialogues: Sequence[Dialogue], walks: int) -> Bench:
    if url is not None:
        return measure(url, charts, dialogues, walks)
    with LocalCloud() as cloud:
        return measure(cloud.url, charts, dialogues, walks)


if __name__ == "__main__":
    sys.exit(main())
