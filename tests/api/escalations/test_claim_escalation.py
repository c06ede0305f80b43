"""POST /v1/l1/escalations/{session_id}/claim."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from firstline.db.models import AuditLog, Walk

ENGINEERS = ("owner", "admin", "engineer")


def claim(account: Any, by: str, session_id: str) -> Any:
    return account.as_(by).post(f"/v1/l1/escalations/{session_id}/claim")


class TestClaimEscalation:
    def test_is_won_once_and_repeated_freely_by_the_winner(self, account: Any, escalate: Callable[..., Any]) -> None:
        session_id = escalate()["session_id"]

        won, again = claim(account, "engineer", session_id), claim(account, "engineer", session_id)
        lost = claim(account, "admin", session_id)

        assert (won.status, won.body["claimed_by"]["id"]) == (200, account.user_id("engineer"))
        assert (again.status, again.body["claimed_at"]) == (200, won.body["claimed_at"])
        assert lost.status == 409
        assert lost.body["claimed_by"] == won.body["claimed_by"]
        assert lost.body["claimed_at"].replace("+00:00", "Z") == won.body["claimed_at"]
        (deed,) = account.rows(AuditLog, action="escalation.claimed")
        assert (str(deed.user_id), deed.resource_id) == (account.user_id("engineer"), session_id)

    def test_has_one_winner_among_many_at_once(self, account: Any, escalate: Callable[..., Any]) -> None:
        session_id = escalate()["session_id"]
        for role in ENGINEERS:
            account.as_(role)

        with ThreadPoolExecutor(len(ENGINEERS)) as together:
            answers = list(together.map(lambda role: claim(account, role, session_id), ENGINEERS))

        assert sorted(answer.status for answer in answers) == [200, 409, 409]
        winner = next(answer.body["claimed_by"] for answer in answers if answer.status == 200)
        assert {answer.body["claimed_by"]["id"] for answer in answers} == {winner["id"]}
        assert [str(walk.claimed_by) for walk in account.rows(Walk)] == [winner["id"]]
        assert len(account.rows(AuditLog, action="escalation.claimed")) == 1

    def test_is_not_for_whoever_escalated_it(self, account: Any, escalate: Callable[..., Any]) -> None:
        session_id = escalate(by="admin")["session_id"]

        answer = claim(account, "admin", session_id)

        assert (answer.status, answer.body["title"]) == (409, "Nobody claims their own escalation")
        assert [walk.claimed_by for walk in account.rows(Walk)] == [None]

    def test_refuses_a_walk_that_is_not_escalated(self, account: Any) -> None:
        walk = account.as_("l1_tech").post("/v1/l1/intake", json={"problem_statement": "Just a note", "adhoc": True})

        answer = claim(account, "engineer", walk.body["session_id"])

        assert (answer.status, answer.body["session_status"]) == (409, "active")

    def test_does_not_tell_a_foreign_walk_from_an_unknown_one(self, account: Any, escalate: Callable[..., Any]) -> None:
        session_id = escalate()["session_id"]

        foreign, unknown = claim(account.other(), "engineer", session_id), claim(account, "engineer", str(uuid4()))

        assert (foreign.status, foreign.body) == (404, unknown.body)
