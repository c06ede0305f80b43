"""The people of a shift, each drawn with a seed: what they do, and what they remember having done."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.shift.lines import Line

PROBLEMS = (
    "My VPN will not connect from home since this morning",
    "cannot connect to the vpn from the home office, it times out",
    "The printer in the hall prints nothing and the queue is stuck",
    "Nothing comes out of the office printer, the jobs wait in the queue",
    "Outlook does not send or receive any mail since yesterday",
    "The wifi on the second floor is gone, the laptop finds no network",
    "The caller's account is locked out after too many attempts",
    "The USB keyboard is dead after the laptop was undocked",
    "No sound in the Teams meeting, the headset is plugged in",
    "The coffee machine on the third floor leaks",
)


@dataclass
class Call:
    """What a technician remembers of a call: the path as answered, and how it ended."""

    session_id: str
    ticket_id: str
    kind: str
    by: str
    path: list[tuple[str, str | None]] = field(default_factory=list)
    status: str = "active"


@dataclass
class Ledger:
    """What everybody remembers together."""

    calls: list[Call] = field(default_factory=list)
    claims: dict[str, str] = field(default_factory=dict)
    takeovers: dict[str, str] = field(default_factory=dict)
    cured: dict[str, str] = field(default_factory=dict)
    deeds: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, deed: str) -> None:
        with self.lock:
            self.deeds[deed] = self.deeds.get(deed, 0) + 1


class Technician:
    """Works `calls` calls, one after the other."""

    def __init__(self, number: int, user_id: str, line: Line, ledger: Ledger) -> None:
        self._rng = random.Random(f"technician {number}")  # noqa: S311  a seeded draw, not a secret
        self._user_id, self._line, self._ledger = user_id, line, ledger

    def work(self, calls: int, *, after_each: Callable[[], None] = lambda: None) -> None:
        for _ in range(calls):
            self._take_call(self._rng.choice(PROBLEMS))
            after_each()

    def _take_call(self, problem: str) -> None:
        drawn = self._rng.random()
        if drawn < 0.06:
            self._escalate_at_once(problem)
        elif drawn < 0.14:
            self._note(problem)
        else:
            self._walk(problem)

    def _walk(self, problem: str) -> None:
        begun = self._intake(problem)
        if begun["outcome"] == "suggest":
            begun = self._intake(problem, flow_id=begun["near_misses"][0]["flow_id"])
        if begun["outcome"] == "out_of_scope":
            return self._note(problem)
        call, node = self._open(begun), begun["node"]
        self._ledger.count(begun["outcome"])
        stop = self._rng.randint(1, 4) if self._rng.random() < 0.2 else 30  # some calls end in the middle
        for _ in range(stop):
            if node["node_type"] not in ("question", "instruction"):
                break
            node = self._step(call, node)
        return self._end(call, node)

    def _step(self, call: Call, node: dict[str, Any]) -> dict[str, Any]:
        path, drawn = f"/v1/l1/sessions/{call.session_id}", self._rng.random()
        if drawn < 0.06 and call.path:
            return self._step_back(call)
        if drawn < 0.10:
            looked = self._done("look", self._line.ask("POST", f"{path}/advance", {}))
            assert looked["node"]["id"] == node["id"]
        if drawn < 0.14 and node["node_type"] == "question":
            return self._advanced(call, node, "unsure", self._line.ask("POST", f"{path}/advance", said(node, "unsure")))
        answer = self._rng.choice(node["options"])["key"] if node["node_type"] == "question" else None
        body = said(node, answer)
        if drawn < 0.26:
            first, second = self._line.ask_twice_at_once(f"{path}/advance", body)
            assert first.body["node"] == second.body["node"], (first, second)
            self._ledger.count("double click")
            return self._advanced(call, node, answer, first)
        if drawn < 0.32:
            key = f"{call.session_id} {self._rng.random()}"  # or a late one would answer a step re-opened meanwhile
            self._line.ask_and_hang_up(f"{path}/advance", body, idempotency_key=key)
            self._ledger.count("dropped connection")
            answered = self._line.ask_after_hanging_up(f"{path}/advance", body, idempotency_key=key)
            return self._advanced(call, node, answer, answered)
        return self._advanced(call, node, answer, self._line.ask("POST", f"{path}/advance", body))

    def _advanced(self, call: Call, node: dict[str, Any], answer: str | None, got: Any) -> dict[str, Any]:
        following: dict[str, Any] = self._done("step", got)["node"]
        if following["id"] != node["id"]:
            call.path.append((node["id"], answer))
        return following

    def _step_back(self, call: Call) -> dict[str, Any]:
        reopened: dict[str, Any] = self._done(
            "back", self._line.ask("POST", f"/v1/l1/sessions/{call.session_id}/back", {})
        )["node"]
        assert reopened["id"] == call.path.pop()[0]
        return reopened

    def _end(self, call: Call, node: dict[str, Any]) -> None:
        drawn, path = self._rng.random(), f"/v1/l1/sessions/{call.session_id}"
        if drawn < 0.05:
            return  # the caller rings back tomorrow
        if node["node_type"] == "escalate" or (node["node_type"] != "resolved" and drawn < 0.6):
            reason = {"reason_category": node.get("reason_category") or "other", "reason": "It goes on no further."}
            self._done("escalate", self._line.ask("POST", f"{path}/escalate", reason))
            call.status = "escalated"
            return
        self._resolve(call, twice=drawn > 0.7)

    def _resolve(self, call: Call, *, twice: bool) -> None:
        path, body = f"/v1/l1/sessions/{call.session_id}/resolve", {"helpful": self._rng.random() < 0.9}
        if twice:
            statuses = sorted(answer.status for answer in self._line.ask_twice_at_once(path, body))
            assert statuses == [200, 409]
            self._ledger.count("double resolve")
        else:
            self._done("resolve", self._line.ask("POST", path, body))
        call.status = "resolved"

    def _note(self, problem: str) -> None:
        call = self._open(self._intake(problem, adhoc=True))
        notes = {"notes": [{"text": f"Tried {self._rng.randint(1, 9)} things"}]}
        self._done("notes", self._line.ask("PUT", f"/v1/l1/sessions/{call.session_id}/notes", notes))
        self._resolve(call, twice=False)

    def _escalate_at_once(self, problem: str) -> None:
        wanted = {"problem_statement": problem, "reason_category": "other"}
        said_ = self._line.ask("POST", "/v1/l1/escalations", wanted)
        assert said_.status == 201, said_
        self._remember(Call(said_.body["session_id"], said_.body["ticket_id"], "adhoc", self._user_id, [], "escalated"))
        self._ledger.count("escalate without walk")

    def _intake(self, problem: str, **choice: Any) -> dict[str, Any]:
        return self._done("intake", self._line.ask("POST", "/v1/l1/intake", {"problem_statement": problem, **choice}))

    def _open(self, begun: dict[str, Any]) -> Call:
        return self._remember(Call(begun["session_id"], begun["ticket_id"], begun["session_kind"], self._user_id))

    def _remember(self, call: Call) -> Call:
        with self._ledger.lock:
            self._ledger.calls.append(call)
        return call

    def _done(self, deed: str, answer: Any) -> dict[str, Any]:
        assert answer.status == 200, (deed, answer)
        self._ledger.count(deed)
        return dict(answer.body)


class Engineer:
    """Claims what is escalated, takes it over where it stuck, and resolves it; loses some claims to others."""

    def __init__(self, name: str, line: Line, ledger: Ledger) -> None:
        self._rng = random.Random(name)  # noqa: S311  a seeded draw, not a secret
        self._name, self._line, self._ledger = name, line, ledger

    def work(self, over: threading.Event) -> None:
        while True:
            ending = over.is_set()
            listed = self._line.ask("GET", "/v1/l1/escalations?unclaimed=true&limit=5")
            assert listed.status == 200, listed
            for item in listed.body["items"]:
                self._take(item["session_id"])
            if ending and not listed.body["items"]:
                return
            time.sleep(0.5)

    def _take(self, session_id: str) -> None:
        claimed = self._line.ask("POST", f"/v1/l1/escalations/{session_id}/claim")
        assert claimed.status in (200, 409), claimed
        self._ledger.count(f"claim answered {claimed.status}")
        if claimed.status == 409:
            return
        with self._ledger.lock:
            assert session_id not in self._ledger.claims, "two won the same claim"
            self._ledger.claims[session_id] = self._name
        if self._rng.random() < 0.5:
            self._take_over(session_id)

    def _take_over(self, session_id: str) -> None:
        answers = self._line.ask_twice_at_once(f"/v1/l1/escalations/{session_id}/take-over", None)
        assert [answer.status for answer in answers] == [200, 200], answers
        assert answers[0].body["session"]["id"] == answers[1].body["session"]["id"]
        own, step = answers[0].body["session"]["id"], answers[0].body["step"]
        with self._ledger.lock:
            self._ledger.takeovers[session_id] = own
        for _ in range(self._rng.randint(1, 4)):
            if step is None or step["node"]["node_type"] not in ("question", "instruction"):
                break
            options = step["node"].get("options")
            given = {"answer": self._rng.choice(options)["key"]} if options else {}
            answer = self._line.ask("POST", f"/v1/ai-sessions/{own}/respond", {"step_id": step["id"], **given})
            assert answer.status == 200, answer
            step = answer.body["step"]
        if self._rng.random() < 0.8:
            path, body = f"/v1/ai-sessions/{own}/resolve", {"helpful": True, "resolution_notes": "Found it."}
            assert self._line.ask("POST", path, body).status == 200
            with self._ledger.lock:
                self._ledger.cured[session_id] = own


class Admin:
    """Claims too, reads the figures, and publishes what the flywheel proposes, once each."""

    def __init__(self, line: Line, ledger: Ledger) -> None:
        self._line, self._ledger = line, ledger
        self.published: list[str] = []

    def work(self, over: threading.Event) -> None:
        while not over.wait(3.0):
            for path in ("/v1/analytics/overview?period=7d", "/v1/audit?limit=20", "/v1/l1/queue?limit=20"):
                assert self._line.ask("GET", path).status == 200, path
            listed = self._line.ask("GET", "/v1/flow-proposals?status=pending&type=new_flow&limit=5")
            assert listed.status == 200, listed
            if len(self.published) < 3 and listed.body["items"]:
                self._publish(listed.body["items"][0]["id"])

    def _publish(self, proposal_id: str) -> None:
        path = f"/v1/flow-proposals/{proposal_id}"
        detail = self._line.ask("GET", path)
        graph = detail.body.get("suggested_edit") if detail.status == 200 else None
        if not graph:
            return
        answers = self._line.ask_twice_at_once(f"{path}/review", {"action": "modify", "edited": {"graph": graph}})
        statuses = sorted(answer.status for answer in answers)
        assert statuses in ([200, 409], [409, 409], [422, 422]), answers
        if statuses == [200, 409]:
            self.published.append(proposal_id)
            self._ledger.count("published")


def said(node: dict[str, Any], answer: str | None) -> dict[str, Any]:
    return {"node_id": node["id"]} | ({"answer": answer} if answer is not None else {})
