"""`make demo`: the loop of the product, told by an outside client that goes through it in a fresh account."""

import argparse
import json
import sys
import textwrap
from typing import Any, Self

from infra.local.demo import STORIES
from infra.local.picture import LEGEND, draw
from infra.local.visitor import Document, NotServingError, RefusedError, UnknownAnswerError, Visitor, walk

_WIDTH = 110  # columns
_PATIENCE = 60  # seconds for the queues to drain


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local.story", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the product is served")
    said = parser.parse_args(arguments)
    try:
        _Story.open(said.url).tell()
    except (NotServingError, RefusedError, UnknownAnswerError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


class _Story:
    def __init__(self, anybody: Visitor, account: Document, script: Document) -> None:
        self._anybody = anybody
        self._script = script
        people = {role: anybody.as_(user["token"]) for role, user in account["users"].items()}
        self._technician, self._engineer, self._admin = people["l1_tech"], people["engineer"], people["admin"]
        self._account = account

    @classmethod
    def open(cls, url: str) -> Self:
        """Take a fresh account where the product is served."""
        script: Document = json.loads((STORIES / "loop.json").read_text("utf-8"))
        anybody = Visitor(url)
        return cls(anybody, anybody.post("/_local/accounts", {"name": script["account"]}), script)

    def tell(self) -> None:
        _heading(f"{self._script['account']}, a help desk that has not written down anything yet")
        _say(f"account {self._account['account_id']}")
        for caller in self._script["callers"]:
            self._call(caller)
        proposal = self._proposal()
        self._review(proposal)
        self._next_call()
        self._escalation()
        self._where_to_look(proposal)

    def _call(self, caller: Document) -> None:
        """Take a call in, walk it to its end and resolve it."""
        _heading(f"A caller: “{caller['problem']}”")
        begun = self._intake(caller["problem"])
        self._walk(begun, caller)
        ended = {"helpful": True, "resolution_notes": caller["notes"]}
        self._technician.post(f"/v1/l1/sessions/{begun['session_id']}/resolve", ended)
        _say(f"resolved: {caller['notes']}")

    def _intake(self, problem: str) -> Document:
        """Take a problem in; of flows that are only suggested the technician takes the first."""
        wanted: dict[str, Any] = {"problem_statement": problem}
        begun = self._technician.post("/v1/l1/intake", wanted)
        _say(_told(begun))
        if begun["outcome"] == "suggest":
            begun = self._technician.post("/v1/l1/intake", wanted | {"flow_id": begun["near_misses"][0]["flow_id"]})
            _say(_told(begun))
        _say(f"session {begun['session_id']}, ticket {begun['ticket_id']}")
        return begun

    def _walk(self, begun: Document, caller: Document) -> None:
        end = walk(self._technician, begun["session_id"], begun["node"], caller["answers"], seen=_step)
        _say(f"{_MARKS.get(end['node_type'], '?')} {end['text']}")

    def _proposal(self) -> Document:
        """Wait for the flywheel and show what it proposes."""
        _heading("The flywheel reads the three walks")
        self._anybody.get("/_local/idle", timeout=_PATIENCE)
        listed = list(self._engineer.items("/v1/flow-proposals", status="pending"))
        listed.sort(key=lambda each: -each["supporting_session_count"])
        for each in listed:
            _say(
                f"proposal {each['id']}: {each['proposal_type']}, {each['supporting_session_count']} sessions,"
                f" confidence {each['confidence_score']:.2f}"
            )
        if not listed:
            raise NotServingError("No proposal was made: see the log of the functions for `flywheel.`.")
        proposal = self._engineer.get(f"/v1/flow-proposals/{listed[0]['id']}")
        _say(f"“{proposal['title']}”")
        print(f"\n{textwrap.indent(draw(proposal['proposed_flow_data']), '    ')}\n\n    {LEGEND}\n")
        return proposal

    def _review(self, proposal: Document) -> None:
        _heading("An admin reviews it")
        review = f"/v1/flow-proposals/{proposal['id']}/review"
        if proposal["problems"]:
            try:
                self._admin.post(review, {"action": "approve"})
            except RefusedError as refused:
                _say(f"approve as it stands: {refused}")
        edited = {"graph": proposal["suggested_edit"]}
        notes = "Ways nobody has gone yet lead to an engineer."
        reviewed = self._admin.post(review, {"action": "modify", "edited": edited, "reviewer_notes": notes})
        _say(f"with the suggested edit: {reviewed['status']}, published as flow {reviewed['published_flow_id']}")

    def _next_call(self) -> None:
        self._call(self._script["next"])
        self._anybody.get("/_local/idle", timeout=_PATIENCE)
        reinforced = list(self._engineer.items("/v1/flow-proposals", status="auto_reinforced"))
        _say(f"The flywheel counts it on every step it took ({len(reinforced)} auto_reinforced): nothing to review.")

    def _escalation(self) -> None:
        stuck = self._script["stuck"]
        _heading(f"One call too hard for the first line: “{stuck['problem']}”")
        begun = self._intake(stuck["problem"])
        self._walk(begun, stuck)
        why = {"reason_category": stuck["reason_category"], "reason": stuck["reason"]}
        self._technician.post(f"/v1/l1/sessions/{begun['session_id']}/escalate", why)
        _say(f"escalated: {stuck['reason']}")
        for waiting in self._engineer.items("/v1/l1/escalations"):
            claimed = self._engineer.post(f"/v1/l1/escalations/{waiting['session_id']}/claim")
            stands = (waiting["stuck_at"] or {}).get("text", "the start")
            _say(f"claimed by {claimed['claimed_by']['name']}, who goes on where it stands: {stands}")

    def _where_to_look(self, proposal: Document) -> None:
        _heading("Where to look next")
        url, admin = self._anybody.url, self._account["users"]["admin"]["email"]
        body = json.dumps({"email": admin})
        print(
            f"  TOKEN=$(curl -s {url}/_local/sign-in -d '{body}' | sed 's/.*: \"//;s/\".*//')\n"
            f"  curl -H \"Authorization: Bearer $TOKEN\" '{url}/v1/flow-proposals/{proposal['id']}'\n"
            f"  curl -H \"Authorization: Bearer $TOKEN\" '{url}/v1/flows'\n"
            f"  curl -H \"Authorization: Bearer $TOKEN\" '{url}/v1/audit'"
        )


_MARKS = {"resolved": "✔", "escalate": "▲"}


def _told(begun: Document) -> str:
    """Say what an intake answered, with what spoke for it."""
    if begun["outcome"] == "matched":
        why = ", ".join(begun["why"]["words"]) or "asked for"
        past = len(begun["why"]["past_tickets"])
        return (
            f"matched: “{begun['flow']['name']}” version {begun['flow']['version']}, score {begun['score']:.2f}"
            f" (words: {why}; past tickets: {past})"
        )
    if begun["outcome"] == "suggest":
        near = ", ".join(f"“{miss['flow_name']}” {miss['score']:.2f}" for miss in begun["near_misses"])
        return f"suggest: {near}; the technician takes the first"
    if begun["outcome"] == "build":
        return f"build: no flow fits; category {begun['category']}"
    return str(begun["outcome"])


def _step(node: Document, answer: str | None) -> None:
    _say(f"{node['text']}  → {answer or 'done'}")


def _heading(text: str) -> None:
    print(f"\n{textwrap.fill(text, _WIDTH)}")


def _say(text: str) -> None:
    print(textwrap.fill(text, _WIDTH, initial_indent="  ", subsequent_indent="    "))


if __name__ == "__main__":
    sys.exit(main())
