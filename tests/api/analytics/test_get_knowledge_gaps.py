"""GET /v1/analytics/knowledge-gaps."""

from collections.abc import Iterator
from typing import Any

import pytest

PATHS = ("overview", "coverage", "flow-quality", "knowledge-gaps")


def figures(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every member of a JSON document with its path."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in pairs:
        yield str(name), member
        yield from ((f"{name}.{path}", figure) for path, figure in figures(member))


class TestKnowledgeGaps:
    def test_of_an_account_without_a_past_are_none(self, history: Any) -> None:
        body = history.read("knowledge-gaps")

        assert (body["items"], body["next_cursor"]) == ([], None)

    def test_name_where_answers_are_weak(self, history: Any) -> None:
        flow = history.flow()
        history.edge(flow, "cable", "no", resolved=2, failed=4, escalated=4)
        history.edge(flow, "cable", "yes", resolved=10)
        history.edge(flow, "power", "unsure", resolved=1, escalated=2)
        history.edge(flow, "power", "yes", resolved=5)

        failing, unsure = history.read("knowledge-gaps")["items"]

        assert failing["kind"] == unsure["kind"] == "weak_options"
        assert failing["subject"] == {
            "flow_id": str(flow),
            "name": "Printer is dead",
            "node_id": "cable",
            "text": "Is the cable in order?",
            "answer": "Broken",
        }
        assert failing["evidence"] == {
            "sessions": 10,
            "resolved": 2,
            "failed": 4,
            "escalated": 4,
            "abandoned": 0,
            "success_rate": 0.2,
        }
        assert (unsure["subject"]["node_id"], unsure["evidence"]["unsure"]) == ("power", 3)

    def test_name_flows_and_categories_that_escalate(self, history: Any) -> None:
        flow = history.flow()
        history.walks(4, flow_id=flow, status="escalated")
        history.walks(6, flow_id=flow)
        history.walks(20, category="vpn_connect", status="escalated")

        items = [gap for gap in history.read("knowledge-gaps")["items"] if gap["kind"] == "high_escalation"]

        assert [(gap["severity"], gap["subject"]["name"]) for gap in items] == [
            ("high", "VPN connection"),
            ("low", "Printer is dead"),
        ]
        assert items[1]["evidence"] == {"sessions": 10, "escalated": 4, "escalation_rate": 0.4}
        assert items[1]["suggested_action"]

    def test_name_what_nothing_is_published_for(self, history: Any) -> None:
        history.walks(10, category="vpn_connect")

        [gap] = history.read("knowledge-gaps")["items"]

        assert (gap["kind"], gap["severity"]) == ("uncharted_territory", "medium")
        assert gap["subject"] == {"category": "vpn_connect", "name": "VPN connection"}
        assert gap["evidence"] == {"sessions": 10, "covered": 0, "coverage": 0.0}

    def test_name_what_is_found_again_and_again(self, history: Any) -> None:
        proposal = history.proposal(support=6, days_ago=4, impact=12.5)
        history.proposal(support=2)
        history.proposal(support=9, status="rejected")

        [gap] = history.read("knowledge-gaps")["items"]

        assert (gap["kind"], gap["subject"]["proposal_id"]) == ("repeated_pattern", str(proposal))
        assert gap["evidence"]["sessions"] == 6
        assert gap["evidence"]["days_waiting"] == pytest.approx(4, abs=0.01)
        assert gap["evidence"]["minutes_saved_per_week"] == 12.5

    def test_and_all_other_analytics_are_plain_json_numbers(self, history: Any) -> None:
        """Section 14, line 20: no figure is a decimal in quotes."""
        flow = history.flow()
        history.walks(7, flow_id=flow)
        history.walks(8, category="vpn_connect", status="escalated")
        history.edge(flow, "cable", "no", resolved=2, failed=4, escalated=4, seconds=1.5)
        history.proposal(support=6)
        history.proposal(reviewed_days_ago=1, status="approved", published_flow_id=flow)
        history.ai_sessions(1, status="resolved")

        for path in PATHS:
            for name, figure in figures(history.read(path)):
                assert not isinstance(figure, bool), name
                if isinstance(figure, str):
                    assert not figure.replace(".", "").replace("-", "").isdigit() or name.endswith("day"), name
        for gap in history.read("knowledge-gaps")["items"]:
            assert {type(figure) for figure in gap["evidence"].values()} <= {int, float}


@pytest.mark.parametrize("path", PATHS)
class TestAnalytics:
    def test_are_for_engineers_and_above(self, account: Any, path: str) -> None:
        roles = ("owner", "admin", "engineer", "l1_tech", "viewer")
        statuses = [account.as_(role).get(f"/v1/analytics/{path}").status for role in roles]

        assert statuses == [200, 200, 200, 403, 403]
