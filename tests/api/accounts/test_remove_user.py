"""DELETE /v1/users/{user_id}."""

from typing import Any
from uuid import UUID

from firstline.db.models import AuditLog, User


class TestRemoveUser:
    def test_shuts_the_person_out_and_keeps_the_row(self, account: Any) -> None:
        path = f"/v1/users/{account.user_id('engineer')}"

        answer = account.as_("admin").delete(path)

        assert (answer.status, answer.body) == (204, "")
        assert account.as_("engineer").get("/v1/me").status == 401
        assert account.as_("admin").get(path).status == 404
        assert account.as_("admin").delete(path).status == 404
        (user,) = account.rows(User, id=UUID(account.user_id("engineer")))
        assert (user.deleted_at is not None, user.identity_sub) == (True, None)
        assert len(account.rows(AuditLog, action="user.removed")) == 1

    def test_removes_neither_the_owner_nor_oneself(self, account: Any) -> None:
        owner = account.as_("admin").delete(f"/v1/users/{account.user_id('owner')}")
        oneself = account.as_("admin").delete(f"/v1/users/{account.user_id('admin')}")

        assert (owner.status, oneself.status) == (409, 403)

    def test_frees_the_address_for_a_new_invite(self, account: Any) -> None:
        account.as_("admin").delete(f"/v1/users/{account.user_id('viewer')}")

        answer = account.as_("admin").post(
            "/v1/invites", json={"email": account.users["viewer"]["email"], "account_role": "l1_tech"}
        )

        assert answer.status == 201
