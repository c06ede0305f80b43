"""GET /v1/flows/starters."""

from typing import Any


class TestListStarterFlows:
    def test_offers_one_flow_per_category(self, account: Any) -> None:
        answer = account.as_("engineer").get("/v1/flows/starters")

        assert (answer.status, answer.body["next_cursor"], len(answer.body["items"])) == (200, None, 10)
        first = answer.body["items"][0]
        assert first == {
            "category": first["category"],
            "name": first["name"],
            "description": first["description"],
            "tags": first["tags"],
            "match_keywords": first["match_keywords"],
            "nodes": first["nodes"],
            "flow_id": None,
        }
        assert first["nodes"] >= 12

    def test_is_for_those_who_author(self, account: Any) -> None:
        assert account.as_("viewer").get("/v1/flows/starters").status == 403
