"""PATCH /v1/teams/{team_id}."""

from typing import Any

from firstline.db.models import AuditLog


class TestRenameTeam:
    def test_gives_the_team_another_name(self, account: Any) -> None:
        team = account.as_("admin").post("/v1/teams", json={"name": "Field"}).body["id"]

        answer = account.as_("admin").patch(f"/v1/teams/{team}", json={"name": "On site"})

        assert (answer.status, answer.body["name"]) == (200, "On site")
        assert len(account.rows(AuditLog, action="team.renamed")) == 1

    def test_refuses_a_name_in_use_and_a_foreign_team(self, account: Any) -> None:
        team = account.as_("admin").post("/v1/teams", json={"name": "Field"}).body["id"]
        account.as_("admin").post("/v1/teams", json={"name": "Network"})
        foreign = account.other().as_("admin").post("/v1/teams", json={"name": "Field"}).body["id"]

        assert account.as_("admin").patch(f"/v1/teams/{team}", json={"name": "network"}).status == 409
        assert account.as_("admin").patch(f"/v1/teams/{foreign}", json={"name": "Ours"}).status == 404
