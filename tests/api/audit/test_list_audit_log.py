"""GET /v1/audit."""

from typing import Any


class TestListAuditLog:
    def test_lists_the_own_accounts_deeds_newest_first(self, account: Any) -> None:
        account.other().as_("owner").post("/v1/teams", json={"name": "Elsewhere"})
        team = account.as_("admin").post("/v1/teams", json={"name": "Field"}).body
        account.as_("admin").patch(f"/v1/teams/{team['id']}", json={"name": "On site"})

        first = account.as_("owner").get("/v1/audit", limit=2)
        second = account.as_("owner").get("/v1/audit", limit=2, cursor=first.body["next_cursor"])

        assert first.status == 200
        assert first.body["items"][1] == {
            "id": first.body["items"][1]["id"],
            "at": first.body["items"][1]["at"],
            "user": {"id": account.user_id("admin"), "name": first.body["items"][1]["user"]["name"]},
            "action": "team.created",
            "resource_type": "team",
            "resource_id": team["id"],
            "acting_as": None,
            "details": {"name": "Field"},
        }
        listed = [entry["action"] for entry in first.body["items"] + second.body["items"]]
        assert listed == ["team.renamed", "team.created", "account.opened"]
        assert second.body["next_cursor"] is None

    def test_filters_by_deed_resource_person_and_time(self, account: Any) -> None:
        team = account.as_("admin").post("/v1/teams", json={"name": "Field"}).body
        account.as_("owner").post("/v1/teams", json={"name": "Network"})
        made_at = account.as_("owner").get("/v1/audit", resource_id=team["id"]).body["items"][0]["at"]

        def found(**wanted: str) -> list[str]:
            answer = account.as_("owner").get("/v1/audit", **wanted)
            return [entry["details"]["name"] for entry in answer.body["items"] if entry["resource_type"] == "team"]

        assert found(action="team.created") == ["Network", "Field"]
        assert found(action="team.deleted") == []
        assert found(resource_type="team", resource_id=team["id"]) == ["Field"]
        assert found(user_id=account.user_id("admin")) == ["Field"]
        assert found(**{"from": made_at}) == ["Network", "Field"]
        assert found(to=made_at) == []

    def test_wants_times_with_a_zone(self, account: Any) -> None:
        answer = account.as_("owner").get("/v1/audit", to="2026-01-01T00:00:00")

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["query", "to"])
