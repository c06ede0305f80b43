"""GET /v1/users/{user_id}."""

from typing import Any
from uuid import uuid4


class TestGetUser:
    def test_shows_a_person_of_the_account(self, account: Any) -> None:
        answer = account.as_("owner").get(f"/v1/users/{account.user_id('engineer')}")

        assert answer.status == 200
        assert answer.body == {
            "id": account.user_id("engineer"),
            "email": account.users["engineer"]["email"],
            "display_name": "Engineer",
            "account_role": "engineer",
            "is_super_admin": False,
            "is_team_admin": False,
            "can_cover_l1": False,
            "is_active": True,
            "team_id": None,
            "created_at": answer.body["created_at"],
        }

    def test_does_not_tell_a_foreign_person_from_an_unknown_one(self, account: Any) -> None:
        foreign = account.as_("owner").get(f"/v1/users/{account.other().user_id('engineer')}")
        unknown = account.as_("owner").get(f"/v1/users/{uuid4()}")

        assert (foreign.status, foreign.body) == (404, unknown.body)
