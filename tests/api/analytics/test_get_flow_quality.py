"""GET /v1/analytics/flow-quality."""

from typing import Any

import pytest


class TestFlowQuality:
    def test_shows_each_way_of_a_flow_and_where_walks_stick(self, history: Any) -> None:
        flow = history.flow()
        history.walks(8, flow_id=flow)
        history.walks(2, flow_id=flow, status="escalated", current_node_id="power")
        history.walks(1, flow_id=flow, status="abandoned", current_node_id="x", left_flow={"node_id": "driver"})
        history.walks(1, flow_id=flow, status="escalated", current_node_id="desk")
        history.edge(flow, "cable", "no", resolved=6, failed=2, seconds=80.0)
        history.edge(flow, "cable", "no", days_ago=2, resolved=2, seconds=20.0)
        history.edge(flow, "cable", "unsure", escalated=3, unsure=3)
        history.edge(flow, "cable", "no", days_ago=50, resolved=100)

        [item] = history.read("flow-quality")["items"]

        assert (item["flow_id"], item["name"], item["version"]) == (str(flow), "Printer is dead", 1)
        assert (item["sessions"], item["resolved"], item["resolution_rate"]) == (12, 8, 0.6667)
        assert item["edges"] == [
            {
                "node_id": "cable",
                "text": "Is the cable in order?",
                "answer": "no",
                "label": "Broken",
                "taken": 10,
                "resolved": 8,
                "failed": 2,
                "escalated": 0,
                "abandoned": 0,
                "success_rate": 0.8,
                "mean_seconds": 10.0,
            },
            {
                "node_id": "cable",
                "text": "Is the cable in order?",
                "answer": "unsure",
                "label": None,
                "taken": 3,
                "resolved": 0,
                "failed": 0,
                "escalated": 3,
                "abandoned": 0,
                "success_rate": 0.0,
                "mean_seconds": 0.0,
            },
        ]
        assert item["stuck_nodes"] == [
            {"node_id": "cable", "text": "Is the cable in order?", "escalated": 0, "abandoned": 0, "unsure": 3},
            {"node_id": "power", "text": "Is the power in order?", "escalated": 2, "abandoned": 0, "unsure": 0},
            {"node_id": "driver", "text": "Is the driver in order?", "escalated": 0, "abandoned": 1, "unsure": 0},
        ]

    def test_advises_which_question_should_come_earlier(self, history: Any) -> None:
        flow = history.flow()
        history.walks(1, flow_id=flow)
        history.edge(flow, "cable", "yes", resolved=95)
        history.edge(flow, "cable", "no", resolved=5)
        history.edge(flow, "power", "yes", resolved=10)
        history.edge(flow, "power", "no", resolved=85)

        [item] = history.read("flow-quality")["items"]

        assert item["expected_questions"] == 2.05
        assert item["advice"] == {
            "order": ["cable", "power"],
            "better_order": ["power", "cable"],
            "expected_questions_now": 2.05,
            "expected_questions_then": pytest.approx(1.2053, abs=0.0001),
            "saving": pytest.approx(0.4121, abs=0.0001),
            "walks": 100,
        }

    def test_advises_nothing_on_few_walks(self, history: Any) -> None:
        flow = history.flow()
        history.walks(1, flow_id=flow)
        history.edge(flow, "cable", "yes", resolved=19)
        history.edge(flow, "power", "no", resolved=19)

        assert history.read("flow-quality")["items"][0]["advice"] is None

    def test_lists_the_most_walked_first_page_by_page(self, history: Any) -> None:
        flows = [history.flow(f"Flow {number}") for number in range(3)]
        for flow, count in zip(flows, (1, 3, 2), strict=True):
            history.walks(count, flow_id=flow)

        first = history.read("flow-quality", limit=2)
        second = history.read("flow-quality", limit=2, cursor=first["next_cursor"])

        assert [item["sessions"] for item in first["items"] + second["items"]] == [3, 2, 1]
        assert second["next_cursor"] is None

    def test_keeps_an_archived_flow_in_its_figures(self, history: Any, account: Any) -> None:
        flow = history.flow()
        history.walks(2, flow_id=flow)
        history.db.commit()
        account.execute("UPDATE trees SET live_version = NULL, archived_at = now() WHERE account_id = :account")

        [item] = history.read("flow-quality")["items"]

        assert (item["sessions"], item["name"], item["expected_questions"]) == (2, None, None)
