"""POST /v1/teams."""

from typing import Any

from firstline.db.models import AuditLog, Team


class TestCreateTeam:
    def test_adds_a_team(self, account: Any) -> None:
        answer = account.as_("admin").post("/v1/teams", json={"name": " Field "})

        assert answer.status == 201
        assert answer.body == {"id": answer.body["id"], "name": "Field", "created_at": answer.body["created_at"]}
        assert [team.name for team in account.rows(Team)] == ["Field"]
        assert len(account.rows(AuditLog, action="team.created")) == 1

    def test_refuses_a_name_in_use_whatever_its_case(self, account: Any) -> None:
        account.as_("admin").post("/v1/teams", json={"name": "Field"})

        answer = account.as_("admin").post("/v1/teams", json={"name": "FIELD"})

        assert (answer.status, answer.body["title"]) == (409, "A team has this name")
        assert len(account.rows(AuditLog, action="team.created")) == 1
