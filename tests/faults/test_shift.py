"""A whole shift over HTTP: five technicians, two engineers and an admin at once, with clumsy hands and bad lines."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Any
from uuid import UUID

import pytest

from firstline.db.models import AiSession, AuditLog, Proposal, Ticket, Walk
from infra.local.testing import LocalCloud
from tests.api.l1.conftest import PROJECTOR, Library
from tests.conftest import RunningCloud, TestAccount
from tests.faults.building.conftest import ModelServer
from tests.faults.shift.lines import Line
from tests.faults.shift.people import Admin, Call, Engineer, Ledger, Technician

CALLS_EACH = 60
TECHNICIANS = 5
ENGINEERS = ("engineer", "viewer")  # the viewer is promoted before the shift
LONGEST = 400.0  # seconds until it is given up, on a machine shared by many


class Shift:
    """An account at work; `play` returns when everybody has gone home."""

    def __init__(self, account: TestAccount) -> None:
        self.account, self.ledger = account, Ledger()
        self.statuses: list[tuple[int, str]] = []
        self.over = threading.Event()
        self._lines: list[Line] = []

    def line(self, role: str) -> Line:
        made = Line(self.account.cloud.url, self.account.token(role), self.statuses)
        self._lines.append(made)
        return made

    def technicians(self, count: int) -> list[Technician]:
        user_id = self.account.user_id("l1_tech")
        return [Technician(number, user_id, self.line("l1_tech"), self.ledger) for number in range(count)]

    def play(self, work: list[Any], others: list[Any]) -> None:
        """Run `work` to its end, then tell `others` that the shift is over."""
        pool = ThreadPoolExecutor(len(work) + len(others))
        running = [pool.submit(one) for one in work]
        waiting = [pool.submit(one, self.over) for one in others]
        try:
            finished(running)
            self.over.set()
            finished(waiting)
        finally:
            self.over.set()
            pool.shutdown(wait=False, cancel_futures=True)
        for line in self._lines:
            line.close()
        self.account.cloud.idle(120)


def finished(running: list[Future[None]]) -> None:
    """Wait for all, or for the first that failed, and raise what it raised."""
    done, late = wait(running, timeout=LONGEST, return_when=FIRST_EXCEPTION)
    for one in done:
        one.result()
    assert not late, f"{len(late)} still at work after {LONGEST} s"


class TestShift:
    def test_of_three_hundred_calls_ends_with_everything_in_its_place(self, account: TestAccount) -> None:
        promoted = account.as_("owner").patch(f"/v1/users/{account.user_id('viewer')}", {"account_role": "engineer"})
        assert promoted.status == 200, promoted
        shift = Shift(account)
        technicians = shift.technicians(TECHNICIANS)
        people = [Engineer(account.user_id(role), shift.line(role), shift.ledger) for role in ENGINEERS]
        admin = Admin(shift.line("admin"), shift.ledger)

        shift.play(
            [lambda one=one: one.work(CALLS_EACH) for one in technicians], [*(one.work for one in people), admin.work]
        )

        check_answers(shift)
        check_walks(shift)
        check_tickets(shift)
        check_audit(shift, published=len(admin.published))
        check_proposals(shift)
        deeds = shift.ledger.deeds
        rare = ("back", "look", "double click", "dropped connection", "escalate", "escalate without walk", "notes")
        assert all(deeds.get(deed, 0) >= 5 for deed in rare), deeds
        assert shift.ledger.takeovers


@pytest.fixture
def model() -> Iterator[ModelServer]:
    server = ModelServer()
    yield server
    server.stop()


@pytest.fixture
def modelled(model: ModelServer) -> Iterator[TestAccount]:
    configured = {
        "FIRSTLINE_MODEL_PROVIDER": "openai",
        "FIRSTLINE_MODEL_URL": model.url,
        "FIRSTLINE_MODEL_NAME": "scripted",
        "FIRSTLINE_MODEL_FALLBACK": "playbook",
    }
    with LocalCloud(settings=configured) as local:
        running = RunningCloud(local)
        yield running.account()
        running.stop()


class TestShiftWhoseModelGoesAway:
    def test_goes_on_by_the_playbooks_and_the_published_flows(self, modelled: TestAccount, model: ModelServer) -> None:
        flow_id = Library(modelled).publish()
        shift = Shift(modelled)
        enough, taken = 20, Counter[str]()
        lock = threading.Lock()

        def switch_off() -> None:
            with lock:
                taken["calls"] += 1
                if taken["calls"] == enough:
                    taken["asked"] = model.nodes
                    model.stop()

        technicians = shift.technicians(3)
        shift.play([lambda one=one: one.work(20, after_each=switch_off) for one in technicians], [])

        assert taken["asked"] > 0
        check_answers(shift)
        check_walks(shift)
        check_tickets(shift)
        technician = modelled.as_("l1_tech")
        matched = technician.post("/v1/l1/intake", {"problem_statement": PROJECTOR}).body
        assert (matched["outcome"], matched["flow"]["id"]) == ("matched", str(flow_id))
        built = technician.post("/v1/l1/intake", {"problem_statement": "The VPN does not connect", "force_build": True})
        assert built.body["outcome"] == "build"
        assert not built.body["node"]["text"].startswith("Question number")


def check_answers(shift: Shift) -> None:
    failed = [answered for answered in shift.statuses if answered[0] >= 500]
    assert failed == []


def check_walks(shift: Shift) -> None:
    """No step is lost or doubled, and every walk is where its technician left it."""
    stored = {str(walk.id): walk for walk in shift.account.rows(Walk)}
    assert set(stored) == {call.session_id for call in shift.ledger.calls}
    for call in shift.ledger.calls:
        walk = stored[call.session_id]
        path = [(entry["node_id"], entry["answer"]) for entry in walk.walked_path]
        assert path == call.path, (call, path)
        assert len({node_id for node_id, _ in path}) == len(path)
        assert (walk.status, walk.session_kind, walk.building) == (call.status, call.kind, None)
        claimer = shift.ledger.claims.get(call.session_id)
        assert (str(walk.claimed_by) if walk.claimed_by else None) == claimer


def check_tickets(shift: Shift) -> None:
    tickets = {str(ticket.id): ticket.status for ticket in shift.account.rows(Ticket)}
    assert tickets == {call.ticket_id: ticket_status(shift, call) for call in shift.ledger.calls}


def ticket_status(shift: Shift, call: Call) -> str:
    if call.session_id in shift.ledger.cured:
        return "resolved"
    return "walking" if call.status == "active" else call.status


def check_audit(shift: Shift, *, published: int) -> None:
    """Every end, claim, take-over and review is there, once."""
    rows = shift.account.rows(AuditLog)
    found = Counter((row.action, row.resource_id) for row in rows)
    expected = Counter(
        (f"walk.{call.status}", call.session_id) for call in shift.ledger.calls if call.status != "active"
    )
    expected += Counter(("escalation.claimed", session_id) for session_id in shift.ledger.claims)
    expected += Counter(("escalation.taken_over", session_id) for session_id in shift.ledger.takeovers)
    expected += Counter(("ai_session.resolved", session_id) for session_id in shift.ledger.cured.values())
    prefixes = ("walk.", "escalation.", "ai_session.resolved")
    assert Counter({key: count for key, count in found.items() if key[0].startswith(prefixes)}) == expected
    assert sum(count for (action, _), count in found.items() if action == "proposal.modified") == published


def check_proposals(shift: Shift) -> None:
    """Each session stands behind at most one proposal, once; all that resolved have been analysed."""
    behind: Counter[str] = Counter()
    for proposal in shift.account.rows(Proposal):
        assert proposal.supporting_session_count == len(set(proposal.supporting_session_ids))
        if proposal.status != "dismissed":
            behind.update(proposal.supporting_session_ids)
    assert [session_id for session_id, count in behind.items() if count > 1] == []
    walks = {walk.id: walk for walk in shift.account.rows(Walk)}
    sessions = {session.id: session for session in shift.account.rows(AiSession)}
    assert set(map(UUID, behind)) <= set(walks) | set(sessions)
    unfinished = [row for row in (*walks.values(), *sessions.values()) if row.status == "resolved"]
    assert {row.analysis_status for row in unfinished} <= {"completed", "skipped"}
