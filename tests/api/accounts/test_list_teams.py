"""GET /v1/teams."""

from typing import Any


class TestListTeams:
    def test_lists_the_own_teams_by_name_page_by_page(self, account: Any) -> None:
        account.other().as_("owner").post("/v1/teams", json={"name": "Elsewhere"})
        for name in ("service desk", "Field", "Network"):
            account.as_("owner").post("/v1/teams", json={"name": name})

        first = account.as_("viewer").get("/v1/teams", limit=2)
        second = account.as_("viewer").get("/v1/teams", limit=2, cursor=first.body["next_cursor"])

        assert [team["name"] for team in first.body["items"]] == ["Field", "Network"]
        assert [team["name"] for team in second.body["items"]] == ["service desk"]
        assert second.body["next_cursor"] is None
