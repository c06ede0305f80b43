"""POST /v1/accounts/me/transfer-ownership."""

from typing import Any

from firstline.db.models import AuditLog, User

PATH = "/v1/accounts/me/transfer-ownership"


class TestTransferOwnership:
    def test_makes_the_heir_owner_and_the_owner_an_admin(self, account: Any) -> None:
        answer = account.as_("owner").post(PATH, json={"user_id": account.user_id("engineer")})

        assert (answer.status, answer.body["id"]) == (200, account.user_id("engineer"))
        roles = {str(user.id): user.account_role for user in account.rows(User)}
        assert (roles[account.user_id("engineer")], roles[account.user_id("owner")]) == ("owner", "admin")
        (deed,) = account.rows(AuditLog, action="account.ownership_transferred")
        assert deed.details["former_owners"] == [account.user_id("owner")]

    def test_is_the_owners_alone(self, account: Any) -> None:
        answer = account.as_("admin").post(PATH, json={"user_id": account.user_id("admin")})

        assert (answer.status, answer.body["permission"]) == (403, "own_account")

    def test_refuses_a_deactivated_heir(self, account: Any) -> None:
        account.as_("owner").patch(f"/v1/users/{account.user_id('admin')}", json={"is_active": False})

        answer = account.as_("owner").post(PATH, json={"user_id": account.user_id("admin")})

        assert (answer.status, answer.body["title"]) == (409, "This user cannot own the account")

    def test_does_not_know_people_of_other_accounts(self, account: Any) -> None:
        answer = account.as_("owner").post(PATH, json={"user_id": account.other().user_id("admin")})

        assert answer.status == 404
