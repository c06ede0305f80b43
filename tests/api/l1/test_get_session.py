"""GET /v1/l1/sessions/{session_id}."""

from typing import Any
from uuid import uuid4


class TestGetSession:
    def test_returns_the_walk_its_ticket_and_what_it_cost(self, tech: Any, account: Any) -> None:
        begun = tech.intake(customer_name="Ada Byron", customer_contact="ext. 12")

        answer = tech.call("GET", begun["session_id"])

        assert answer.status == 200
        moments = {name: answer.body.pop(name) for name in ("started_at", "last_step_at")}
        assert moments["started_at"] == moments["last_step_at"]
        assert moments["started_at"].endswith("Z")
        assert answer.body == {
            "id": begun["session_id"],
            "account_id": str(account.id),
            "created_by_user_id": account.user_id("l1_tech"),
            "acting_as": None,
            "ticket_id": begun["ticket_id"],
            "ticket_kind": "internal",
            "session_kind": "ai_build",
            "flow_id": None,
            "flow_version_id": None,
            "flow_proposal_id": None,
            "category": "vpn_connect",
            "problem_text": "The caller cannot connect to the VPN from home since this morning",
            "pending_node": begun["node"],
            "current_node_id": begun["node"]["id"],
            "answered_steps": 0,
            "walked_path": [],
            "walk_notes": [],
            "status": "active",
            "helpful": None,
            "resolution_notes": None,
            "escalation_reason": None,
            "escalation_reason_category": None,
            "claimed_by": None,
            "claimed_at": None,
            "analysis_status": "pending",
            "resolved_at": None,
            "usage": {
                "model_calls": 0,
                "tokens_in": 0,
                "tokens_out": 0,
                "cost": 0.0,
                "latency_ms": 0,
                "provider": "playbook",
            },
            "ticket": {
                "id": begun["ticket_id"],
                "kind": "internal",
                "status": "walking",
                "customer_name": "Ada Byron",
                "customer_contact": "ext. 12",
                "reopened_at": None,
            },
        }

    def test_of_nobody_or_of_another_account_is_not_found(self, tech: Any, account: Any) -> None:
        begun = tech.intake()
        path = f"/v1/l1/sessions/{begun['session_id']}"

        assert account.other().as_("owner").get(path).status == 404
        assert tech.call("GET", str(uuid4())).status == 404

    def test_by_an_id_that_is_none_is_refused(self, tech: Any) -> None:
        assert tech.call("GET", "first").status == 422
