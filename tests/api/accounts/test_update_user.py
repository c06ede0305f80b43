"""PATCH /v1/users/{user_id}."""

from typing import Any
from uuid import UUID

import pytest

from firstline.db.models import AuditLog, User


def change(account: Any, by: str, whom: str, **wanted: Any) -> Any:
    return account.as_(by).patch(f"/v1/users/{account.user_id(whom)}", json=wanted)


class TestUpdateUser:
    def test_changes_the_role_and_audits_it(self, account: Any) -> None:
        answer = change(account, "admin", "viewer", account_role="engineer", can_cover_l1=True)

        assert answer.status == 200
        assert (answer.body["account_role"], answer.body["can_cover_l1"]) == ("engineer", True)
        (user,) = account.rows(User, id=UUID(account.user_id("viewer")))
        assert (user.account_role, user.can_cover_l1) == ("engineer", True)
        (deed,) = account.rows(AuditLog, action="user.role_changed")
        assert (str(deed.user_id), deed.resource_id) == (account.user_id("admin"), account.user_id("viewer"))
        assert deed.details == {
            "before": {"account_role": "viewer", "can_cover_l1": False},
            "after": {"account_role": "engineer", "can_cover_l1": True},
        }

    def test_shuts_out_who_is_deactivated_and_lets_them_back_in(self, account: Any) -> None:
        change(account, "owner", "engineer", is_active=False)
        shut_out = account.as_("engineer").get("/v1/me")
        change(account, "owner", "engineer", is_active=True)

        assert (shut_out.status, account.as_("engineer").get("/v1/me").status) == (401, 200)

    def test_audits_nothing_when_nothing_changes(self, account: Any) -> None:
        assert change(account, "owner", "engineer", account_role="engineer").status == 200
        assert account.rows(AuditLog, resource_type="user") == []

    def test_puts_somebody_in_a_team_they_then_administer(self, account: Any) -> None:
        team = account.as_("owner").post("/v1/teams", json={"name": "Field"}).body["id"]

        without = change(account, "owner", "engineer", is_team_admin=True)
        within = change(account, "owner", "engineer", is_team_admin=True, team_id=team)

        assert (without.status, without.body["errors"][0]["location"]) == (422, ["body", "team_id"])
        assert (within.status, within.body["team_id"], within.body["is_team_admin"]) == (200, team, True)

    def test_refuses_a_foreign_team_as_an_unknown_one(self, account: Any) -> None:
        foreign = account.other().as_("owner").post("/v1/teams", json={"name": "Field"}).body["id"]

        answer = change(account, "owner", "engineer", team_id=foreign)

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["body", "team_id"])

    @pytest.mark.parametrize("wanted", [{"account_role": "admin"}, {"is_active": False}])
    def test_changes_an_owner_by_transfer_only(self, account: Any, wanted: dict[str, Any]) -> None:
        answer = change(account, "admin", "owner", **wanted)

        assert (answer.status, answer.body["title"]) == (409, "The owner changes by transfer only")
        assert account.as_("owner").get("/v1/me").body["account_role"] == "owner"

    @pytest.mark.parametrize(
        ("by", "whom", "wanted"),
        [
            ("admin", "engineer", {"account_role": "owner"}),
            ("owner", "engineer", {"account_role": "owner"}),
            ("admin", "admin", {"account_role": "owner"}),
            ("admin", "admin", {"is_active": False}),
        ],
    )
    def test_lets_nobody_make_an_owner_raise_themselves_or_shut_themselves_out(
        self, account: Any, by: str, whom: str, wanted: dict[str, Any]
    ) -> None:
        answer = change(account, by, whom, **wanted)

        assert answer.status == 403
        assert [user.account_role for user in account.rows(User, id=UUID(account.user_id(whom)))] == [whom]

    def test_needs_a_free_seat_for_a_new_role(self, account: Any) -> None:
        account.as_("owner").patch("/v1/accounts/me/subscription", json={"seat_limit": 1})

        answer = change(account, "owner", "viewer", account_role="engineer")

        assert answer.status == 402
        assert answer.body["type"].endswith("/seat_limit_exceeded")
        assert (answer.body["role"], answer.body["current"], answer.body["limit"]) == ("engineer", 1, 1)

    def test_needs_no_seat_for_other_changes_in_a_full_account(self, account: Any) -> None:
        account.as_("owner").patch("/v1/accounts/me/subscription", json={"seat_limit": 0})

        answer = change(account, "owner", "engineer", display_name="Erin")

        assert (answer.status, answer.body["display_name"]) == (200, "Erin")

    def test_needs_a_free_seat_to_let_somebody_back_in(self, account: Any) -> None:
        change(account, "owner", "engineer", is_active=False)
        account.as_("owner").patch("/v1/accounts/me/subscription", json={"seat_limit": 0})

        assert change(account, "owner", "engineer", is_active=True).status == 402

    def test_never_makes_a_platform_administrator(self, account: Any) -> None:
        answer = change(account, "owner", "engineer", is_super_admin=True)

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["body", "is_super_admin"])
