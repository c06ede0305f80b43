"""The schedule that ends AI sessions nobody came back to."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from firstline.ai_sessions.abandoning import BATCH, abandon_batch
from firstline.clock import now
from firstline.db.models import AiSession, Ticket, Walk
from firstline.outbox.sweeping import AnAccount
from tests.walking import VPN_CALLS, advance_to_end, begin


def start(account: Any, **more: Any) -> str:
    said = {"problem_text": "The VPN drops", "intake_type": "free_text", **more}
    answer = account.as_("engineer").post("/v1/ai-sessions", said)
    assert answer.status == 201, answer
    return str(answer.body["session"]["id"])


def leave(account: Any, session_id: str, hours: float = 25) -> None:
    account.execute(
        "UPDATE ai_sessions SET last_step_at = now() - :hours * interval '1 hour'"
        " WHERE account_id = :account AND id = :id",
        id=UUID(session_id),
        hours=hours,
    )


class TestAbandonIdleAiSessions:
    def test_ends_them_in_every_account_and_leaves_the_others(self, cloud: Any, account: Any) -> None:
        accounts = [account, account.other()]
        for one in accounts:
            leave(one, start(one))
            leave(one, start(one), hours=23.9)

        result = cloud.tick("abandon_idle_ai_sessions")

        assert result["failed_accounts"] == 0
        assert result["done"] >= 2
        for one in accounts:
            stored = {(row.status, row.analysis_status, row.resolved_at is None) for row in one.rows(AiSession)}
            assert stored == {("abandoned", "skipped", False), ("active", "pending", True)}
            assert one.outbox("session.resolved") == []

    def test_gives_the_ticket_back_to_the_queue(self, cloud: Any, account: Any) -> None:
        begun = account.as_("l1_tech").post("/v1/l1/intake", {"problem_statement": "No network", "adhoc": True}).body
        account.execute("UPDATE internal_tickets SET status = 'open' WHERE account_id = :account")
        leave(account, start(account, intake_type="ticket", ticket_id=begun["ticket_id"]))
        assert [ticket.status for ticket in account.rows(Ticket)] == ["walking"]

        cloud.tick("abandon_idle_ai_sessions")

        assert [ticket.status for ticket in account.rows(Ticket)] == ["open"]

    def test_lets_another_engineer_take_the_escalation_over(self, cloud: Any, account: Any) -> None:
        technician = account.as_("l1_tech")
        begun = begin(technician, VPN_CALLS[0])
        advance_to_end(technician, begun)
        path = f"/v1/l1/sessions/{begun['session_id']}/escalate"
        technician.post(path, {"reason_category": "needs_admin"})
        take_over = f"/v1/l1/escalations/{begun['session_id']}/take-over"
        first = account.as_("engineer").post(take_over).body["session"]
        leave(account, first["id"])

        cloud.tick("abandon_idle_ai_sessions")
        second = account.as_("admin").post(take_over).body["session"]

        assert first["id"] != second["id"]
        assert {row.status for row in account.rows(AiSession)} == {"abandoned", "active"}
        assert [str(row.claimed_by) for row in account.rows(Walk)] == [account.user_id("admin")]


class TestBatch:
    @pytest.mark.parametrize(
        ("idle", "status"),
        [(timedelta(hours=24, seconds=1), "abandoned"), (timedelta(hours=23, minutes=59), "active")],
    )
    def test_holds_who_was_idle_for_more_than_a_day(self, db: Any, people: Any, idle: timedelta, status: str) -> None:
        at = now()
        session = store(db, people, at - idle)

        abandon_batch(db, account=AnAccount(people.account_id), at=at)

        assert session.status == status

    def test_is_no_larger_than_a_transaction_should_be(self, db: Any, people: Any) -> None:
        at = now()
        for _ in range(BATCH + 1):
            store(db, people, at - timedelta(days=2))

        ended = [abandon_batch(db, account=AnAccount(people.account_id), at=at) for _ in range(3)]

        assert ended == [BATCH, 1, 0]


def store(db: Any, people: Any, at: Any) -> AiSession:
    session = AiSession(
        account_id=people.account_id,
        id=uuid4(),
        user_id=people.engineer.user_id,
        intake_type="free_text",
        problem_text="The VPN drops",
        started_at=at,
        last_step_at=at,
    )
    db.add(session)
    db.flush()
    return session
