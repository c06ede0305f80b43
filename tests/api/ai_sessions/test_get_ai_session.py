"""GET /v1/ai-sessions/{session_id}."""

from typing import Any
from uuid import uuid4

import pytest


class TestReading:
    def test_shows_steps_in_order_with_cost_and_confidence(self, engineer: Any, begun: Any) -> None:
        session_id = begun["session"]["id"]
        engineer.step(session_id, engineer.step(session_id, begun["step"]))

        session = engineer.session(session_id)

        assert [step["position"] for step in session["steps"]] == [0, 1, 2]
        assert [step["answered_at"] is None for step in session["steps"]] == [False, False, True]
        assert set(session["usage"]) == {"model_calls", "tokens_in", "tokens_out", "cost", "latency_ms", "provider"}
        assert 0 < session["confidence"] < 0.4
        assert session["taken_over_path"] == []
        assert set(session["steps"][0]["node"]) <= {"id", "node_type", "text", "help", "options"}

    @pytest.mark.parametrize(("role", "status"), [("owner", 200), ("admin", 200), ("l1_tech", 403), ("viewer", 403)])
    def test_is_for_its_owner_and_admins(self, account: Any, begun: Any, role: str, status: int) -> None:
        assert account.as_(role).get(f"/v1/ai-sessions/{begun['session']['id']}").status == status

    def test_of_an_admin_is_not_for_engineers(self, account: Any) -> None:
        begun = account.as_("admin").post("/v1/ai-sessions", {"problem_text": "The VPN does not connect"}).body

        assert account.as_("engineer").get(f"/v1/ai-sessions/{begun['session']['id']}").status == 403

    def test_does_not_tell_a_foreign_session_from_an_unknown_one(self, account: Any, begun: Any) -> None:
        other = account.other().as_("owner")

        foreign, unknown = (
            other.get(f"/v1/ai-sessions/{begun['session']['id']}"),
            other.get(f"/v1/ai-sessions/{uuid4()}"),
        )

        assert (foreign.status, foreign.body) == (404, unknown.body)
