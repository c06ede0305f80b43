"""GET /v1/analytics/overview."""

from datetime import timedelta
from typing import Any

import pytest


class TestTheOverview:
    def test_of_an_account_without_a_past_is_empty(self, history: Any) -> None:
        body = history.read("overview")

        nothing = {"sessions": 0, "resolved": 0, "helped": 0, "escalated": 0, "abandoned": 0}
        no_rates = {"resolution_rate": None, "escalation_rate": None, "mean_seconds_to_resolve": None}
        assert body["period"] == "30d"
        assert body["sessions"] == nothing | no_rates
        assert (body["by_kind"], body["by_day"], body["active"]) == ({}, [], 0)
        assert body["knowledge"]["reuse_rate"] is None

    def test_counts_how_sessions_ended(self, history: Any) -> None:
        flow = history.flow()
        history.walks(6, flow_id=flow, minutes=10)
        history.walks(2, flow_id=flow, status="escalated")
        history.walks(1, status="abandoned")
        history.walks(1, helpful=False, minutes=40)
        history.walks(3, status="active")

        body = history.read("overview", period="7d")

        assert body["sessions"] == {
            "sessions": 10,
            "resolved": 7,
            "helped": 6,
            "escalated": 2,
            "abandoned": 1,
            "resolution_rate": 0.7,
            "escalation_rate": 0.2,
            "mean_seconds_to_resolve": pytest.approx((6 * 600 + 2400) / 7, abs=0.001),
        }
        assert body["active"] == 3
        assert {kind: outcomes["sessions"] for kind, outcomes in body["by_kind"].items()} == {"flow": 8, "ai_build": 2}
        day = (history.today - timedelta(days=1)).date().isoformat()
        assert body["by_day"] == [{"day": day, "resolved": 7, "escalated": 2, "abandoned": 1}]

    def test_tells_knowledge_reused_from_knowledge_found(self, history: Any) -> None:
        one, two = history.flow(), history.flow("Paper jam")
        history.walks(3, flow_id=one)
        history.walks(1, flow_id=two)
        history.walks(1, flow_id=two, left_flow={"node_id": "power"})
        history.walks(3)
        history.proposal(days_ago=6, reviewed_days_ago=2, status="approved", published_flow_id=one)

        knowledge = history.read("overview")["knowledge"]

        assert knowledge == {
            "known": 4,
            "new": 4,
            "reuse_rate": 0.5,
            "flows_reused": 2,
            "new_flows_published": 1,
            "flows_improved": 0,
            "mean_hours_to_publish": 96.0,
        }

    def test_counts_engineers_sessions_apart(self, history: Any) -> None:
        history.ai_sessions(3, status="resolved", helpful=True)
        history.ai_sessions(1, status="escalated")

        body = history.read("overview")

        assert body["sessions"]["sessions"] == 0
        assert body["ai_sessions"] == {
            "sessions": 4,
            "resolved": 3,
            "escalated": 1,
            "taken_over": 0,
            "resolution_rate": 0.75,
            "mean_seconds_to_resolve": 1800.0,
        }

    @pytest.mark.parametrize(("period", "sessions"), [("7d", 1), ("30d", 2), ("90d", 3)])
    def test_looks_back_as_far_as_asked(self, history: Any, period: str, sessions: int) -> None:
        for days_ago in (3, 20, 80, 100):
            history.walks(1, days_ago=days_ago)

        assert history.read("overview", period=period)["sessions"]["sessions"] == sessions

    def test_shows_ones_own_account_only(self, history: Any, account: Any) -> None:
        history.walks(2)
        history.db.commit()

        other = account.other().as_("owner").get("/v1/analytics/overview")

        assert other.body["sessions"]["sessions"] == 0

    def test_refuses_other_periods(self, account: Any) -> None:
        assert account.as_("engineer").get("/v1/analytics/overview", period="1y").status == 422
