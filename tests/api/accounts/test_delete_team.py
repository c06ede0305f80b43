"""DELETE /v1/teams/{team_id}."""

from typing import Any
from uuid import UUID

from firstline.db.models import Team, User


class TestDeleteTeam:
    def test_keeps_the_people_without_a_team(self, account: Any) -> None:
        team = account.as_("admin").post("/v1/teams", json={"name": "Field"}).body["id"]
        engineer = account.user_id("engineer")
        account.as_("admin").patch(f"/v1/users/{engineer}", json={"team_id": team, "is_team_admin": True})

        answer = account.as_("admin").delete(f"/v1/teams/{team}")

        assert (answer.status, answer.body) == (204, "")
        assert account.rows(Team) == []
        (user,) = account.rows(User, id=UUID(engineer))
        assert (user.team_id, user.is_team_admin) == (None, False)
        assert account.as_("admin").delete(f"/v1/teams/{team}").status == 404
