"""POST /v1/ai-sessions."""

from typing import Any
from uuid import UUID

import pytest

from firstline.db.models import AiSession, Ticket


class TestStarting:
    def test_serves_the_first_step(self, engineer: Any, account: Any) -> None:
        begun = engineer.start()
        session, step = begun["session"], begun["step"]

        assert UUID(step["id"]).version == 4
        assert step["node"]["id"] == step["id"]
        assert step["node"]["node_type"] == "question"
        assert len(step["node"]["options"]) >= 2
        assert (step["position"], step["answer"], step["answered_at"]) == (0, None, None)
        assert session["steps"] == [step]
        assert (session["status"], session["category"]) == ("active", "vpn_connect")
        assert (session["confidence"], session["confidence_tier"]) == (0.0, "discovery")
        assert session["usage"]["provider"] == "playbook"
        assert session["user_id"] == account.user_id("engineer")
        assert session == engineer.session(session["id"])
        [row] = account.rows(AiSession)
        assert (str(row.id), row.intake_type, row.analysis_status) == (session["id"], "free_text", "pending")
        assert account.outbox() == []

    def test_takes_the_category_it_is_given(self, engineer: Any) -> None:
        begun = engineer.start("Nothing works", category="printer", intake_type="alert")

        assert begun["session"]["category"] == "printer"
        assert begun["session"]["intake_type"] == "alert"
        assert begun["step"]["node"]["node_type"] == "question"

    def test_of_an_unknown_kind_of_problem_says_so(self, engineer: Any) -> None:
        begun = engineer.start("The coffee tastes of nothing")

        assert begun["step"]["node"]["node_type"] == "escalate"
        assert begun["step"]["node"]["reason_category"] == "category_unknown"

    def test_builds_for_categories_that_are_off_on_the_first_line(self, engineer: Any, account: Any) -> None:
        account.as_("owner").patch("/v1/accounts/me/l1-categories", {"enabled": []})

        assert engineer.start()["step"]["node"]["node_type"] == "question"

    def test_on_a_ticket_of_ours_puts_it_to_work(self, engineer: Any, account: Any) -> None:
        account.execute(
            "INSERT INTO internal_tickets (account_id, id, problem_text, status, created_at, updated_at)"
            " VALUES (:account, '11111111-1111-4111-8111-111111111111', 'VPN', 'open', now(), now())"
        )
        session = engineer.start(intake_type="ticket", ticket_id="11111111-1111-4111-8111-111111111111")["session"]

        assert session["ticket_kind"] == "internal"
        assert [ticket.status for ticket in account.rows(Ticket)] == ["walking"]

    def test_on_a_psa_ticket_keeps_its_id(self, engineer: Any) -> None:
        session = engineer.start(intake_type="ticket", ticket_id="PSA-4711")["session"]

        assert (session["ticket_id"], session["ticket_kind"]) == ("PSA-4711", "psa")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"problem_text": "  "},
            {"problem_text": "x", "intake_type": "guess"},
            {"problem_text": "x", "category": "x"},
        ],
        ids=["nothing", "no problem", "unknown intake", "unknown category"],
    )
    def test_refuses_what_it_cannot_read(self, account: Any, body: dict[str, Any]) -> None:
        assert account.as_("engineer").post("/v1/ai-sessions", body).status == 422
        assert account.rows(AiSession) == []

    @pytest.mark.parametrize(("role", "status"), [("owner", 201), ("admin", 201), ("l1_tech", 403), ("viewer", 403)])
    def test_is_for_engineers_and_above(self, account: Any, role: str, status: int) -> None:
        answer = account.as_(role).post("/v1/ai-sessions", {"problem_text": "The VPN does not connect"})

        assert answer.status == status

    def test_twice_under_one_key_begins_one_session(self, account: Any) -> None:
        first, second = (
            account.as_("engineer").post("/v1/ai-sessions", {"problem_text": "VPN down"}, idempotency_key="k")
            for _ in range(2)
        )

        assert first.body == second.body
        assert len(account.rows(AiSession)) == 1
