"""POST /v1/l1/escalations."""

from typing import Any
from uuid import UUID

from firstline.db.models import AuditLog, Ticket, Walk


class TestEscalateWithoutWalk:
    def test_opens_a_ticket_and_escalates_it_at_once(self, account: Any) -> None:
        answer = account.as_("l1_tech").post(
            "/v1/l1/escalations",
            json={
                "problem_statement": "  The server room is flooded ",
                "customer_name": "Ada",
                "customer_contact": "ext. 12",
                "reason_category": "out_of_scope",
                "reason": "Needs somebody on site",
            },
        )

        assert answer.status == 201, answer
        (ticket,), (walk,) = account.rows(Ticket), account.rows(Walk)
        assert answer.body == {
            "session_id": str(walk.id),
            "session_kind": "adhoc",
            "ticket_id": str(ticket.id),
            "ticket_kind": "internal",
            "problem": "The server room is flooded",
            "category": None,
            "customer": {"name": "Ada", "contact": "ext. 12"},
            "path": [],
            "stuck_at": None,
            "reason_category": "out_of_scope",
            "reason": "Needs somebody on site",
            "escalated_by": {"id": account.user_id("l1_tech"), "name": answer.body["escalated_by"]["name"]},
            "acting_as": None,
            "escalated_at": answer.body["escalated_at"],
            "age_seconds": 0,
            "claimed_by": None,
            "claimed_at": None,
        }
        assert (ticket.status, walk.status, walk.analysis_status) == ("escalated", "escalated", "skipped")
        (deed,) = account.rows(AuditLog, resource_type="walk")
        assert (deed.action, deed.acting_as, deed.details["session_kind"]) == ("walk.escalated", None, "adhoc")
        told = account.outbox("event.happened")
        assert [(fact["event"], fact["subject_id"]) for fact in told] == [("l1.session.escalated", str(walk.id))]

    def test_notes_that_an_engineer_covered(self, account: Any) -> None:
        account.as_("owner").patch(f"/v1/users/{account.user_id('engineer')}", json={"can_cover_l1": True})

        answer = account.as_("engineer").post(
            "/v1/l1/escalations", json={"problem_statement": "No dial tone", "reason_category": "other"}
        )

        assert (answer.status, answer.body["acting_as"]) == (201, "l1_coverage")
        (deed,) = account.rows(AuditLog, action="walk.escalated")
        assert (deed.acting_as, deed.user_id) == ("l1_coverage", UUID(account.user_id("engineer")))

    def test_wants_a_problem_and_a_reason(self, account: Any) -> None:
        answer = account.as_("l1_tech").post("/v1/l1/escalations", json={"problem_statement": "   "})

        assert answer.status == 422
        assert [fault["location"] for fault in answer.body["errors"]] == [
            ["body", "problem_statement"],
            ["body", "reason_category"],
        ]
        assert account.rows(Ticket) == []
