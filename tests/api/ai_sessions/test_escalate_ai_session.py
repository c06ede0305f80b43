"""POST /v1/ai-sessions/{session_id}/escalate."""

from typing import Any

from firstline.db.models import AuditLog


class TestEscalating:
    def test_ends_the_session_and_says_why(self, engineer: Any, begun: Any, account: Any) -> None:
        session_id = begun["session"]["id"]
        engineer.step(session_id, begun["step"])

        answer = engineer.call(
            "POST", session_id, "/escalate", {"reason_category": "vendor", "reason": "The provider has an outage"}
        )

        assert answer.status == 200
        ended = answer.body
        assert (ended["status"], ended["analysis_status"]) == ("escalated", "skipped")
        assert ended["escalation_reason_category"] == "vendor"
        assert ended["escalation_reason"] == "The provider has an outage"
        assert ended["resolved_at"] is not None
        [deed] = account.rows(AuditLog, action="ai_session.escalated")
        assert deed.details == {"ticket_id": None, "reason_category": "vendor"}
        assert account.outbox() == []

    def test_needs_no_reason_but_an_active_session(self, engineer: Any, begun: Any) -> None:
        session_id = begun["session"]["id"]

        assert engineer.call("POST", session_id, "/escalate", {}).status == 200
        again = engineer.call("POST", session_id, "/escalate", {})
        assert (again.status, again.body["session_status"]) == (409, "escalated")

    def test_is_for_its_owner_alone(self, account: Any, begun: Any) -> None:
        path = f"/v1/ai-sessions/{begun['session']['id']}/escalate"

        assert account.as_("admin").post(path, {}).status == 403
        assert account.other().as_("admin").post(path, {}).status == 404
