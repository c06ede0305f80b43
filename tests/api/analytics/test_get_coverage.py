"""GET /v1/analytics/coverage."""

from typing import Any

from firstline.categories.domains import DOMAINS
from firstline.categories.rules import Category


class TestCoverage:
    def test_is_the_share_that_flows_carried_per_domain(self, history: Any) -> None:
        flow = history.flow()
        history.flow("Meetings", category="teams_zoom_av", problem_domain=None)
        history.walks(3, flow_id=flow)
        history.walks(1, flow_id=flow, status="escalated")
        history.walks(2, category="vpn_connect")
        history.walks(2, category=None, session_kind="adhoc", status="escalated")

        body = history.read("coverage", period="90d")

        assert body["coverage"] == 0.375
        by_domain = {domain["domain"]: domain for domain in body["domains"]}
        assert list(by_domain) == ["printing", "networking", "other", "m365"]
        assert by_domain["printing"] == {
            "domain": "printing",
            "sessions": 4,
            "resolved": 3,
            "helped": 3,
            "escalated": 1,
            "abandoned": 0,
            "resolution_rate": 0.75,
            "escalation_rate": 0.25,
            "mean_seconds_to_resolve": 600.0,
            "on_flow": 4,
            "built": 0,
            "notes_only": 0,
            "carried": 3,
            "coverage": 0.75,
            "live_flows": 1,
        }
        assert (by_domain["networking"]["built"], by_domain["networking"]["coverage"]) == (2, 0.0)
        assert by_domain["other"]["notes_only"] == 2
        assert (by_domain["m365"]["live_flows"], by_domain["m365"]["coverage"]) == (1, None)

    def test_knows_the_domain_of_every_category(self) -> None:
        assert set(DOMAINS) == set(Category)
