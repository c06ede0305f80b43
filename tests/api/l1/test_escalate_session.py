"""POST /v1/l1/sessions/{session_id}/escalate."""

from typing import Any

import pytest

from firstline.db.models import AuditLog, Proposal, Ticket


def escalate(tech: Any, session_id: str, reason_category: str = "needs_engineer", **more: Any) -> Any:
    return tech.call("POST", session_id, "/escalate", {"reason_category": reason_category, **more})


class TestEscalate:
    def test_ends_the_walk_and_tells_the_engineers(self, tech: Any, account: Any) -> None:
        begun = tech.intake()
        pending = tech.step(begun["session_id"], begun["node"])

        answer = escalate(tech, begun["session_id"], "hardware", reason="It smells burnt")

        assert answer.status == 200
        body = answer.body
        assert (body["status"], body["escalation_reason_category"]) == ("escalated", "hardware")
        assert (body["escalation_reason"], body["pending_node"]) == ("It smells burnt", pending)
        assert (body["analysis_status"], body["claimed_by"]) == ("skipped", None)
        assert account.rows(Ticket)[0].status == "escalated"
        [told] = account.outbox("event.happened")
        assert (told["event"], told["subject_id"]) == ("l1.session.escalated", begun["session_id"])
        assert told["facts"]["reason_category"] == "hardware"

    def test_counts_as_evidence_and_never_as_a_proposal(self, tech: Any, account: Any) -> None:
        begun = tech.intake()
        tech.step(begun["session_id"], begun["node"])

        escalate(tech, begun["session_id"])

        account.cloud.idle()
        [ended] = account.outbox("walk.ended")
        assert ended["session_id"] == begun["session_id"]
        assert account.outbox("session.resolved") == []
        assert account.rows(Proposal) == []

    def test_writes_one_audit_row(self, tech: Any, account: Any) -> None:
        begun = tech.intake()

        escalate(tech, begun["session_id"])

        [row] = account.rows(AuditLog, resource_type="walk")
        assert (row.action, row.acting_as) == ("walk.escalated", None)
        assert row.details["reason_category"] == "needs_engineer"

    def test_keeps_secrets_out_of_what_is_told(self, tech: Any, account: Any) -> None:
        begun = tech.intake("The VPN does not connect, my password is Hunter2!x", adhoc=True)

        escalate(tech, begun["session_id"])

        assert "Hunter2" not in account.outbox("event.happened")[0]["facts"]["problem"]

    @pytest.mark.parametrize("body", [{}, {"reason_category": ""}, {"reason_category": "x" * 51}])
    def test_needs_a_reason(self, tech: Any, body: dict[str, Any]) -> None:
        begun = tech.intake()

        assert tech.call("POST", begun["session_id"], "/escalate", body).status == 422
        assert tech.session(begun["session_id"])["status"] == "active"

    def test_twice_conflicts(self, tech: Any) -> None:
        begun = tech.intake()
        escalate(tech, begun["session_id"])

        assert escalate(tech, begun["session_id"]).status == 409
