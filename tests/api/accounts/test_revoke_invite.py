"""DELETE /v1/invites/{invite_id}."""

from collections.abc import Callable
from typing import Any

from firstline.db.models import AuditLog


class TestRevokeInvite:
    def test_closes_the_invite_once(self, account: Any, sign_up: Callable[..., Any]) -> None:
        stranger = sign_up()
        made = account.as_("owner").post("/v1/invites", json={"email": stranger.email, "account_role": "viewer"})

        answer = account.as_("owner").delete(f"/v1/invites/{made.body['id']}")
        again = account.as_("owner").delete(f"/v1/invites/{made.body['id']}")

        assert (answer.status, answer.body["revoked_at"] is not None) == (200, True)
        assert again.body == answer.body
        assert stranger.client.get("/v1/me").status == 401
        assert len(account.rows(AuditLog, action="invite.revoked")) == 1

    def test_is_too_late_for_an_accepted_one(self, account: Any, sign_up: Callable[..., Any]) -> None:
        stranger = sign_up()
        made = account.as_("owner").post("/v1/invites", json={"email": stranger.email, "account_role": "viewer"})
        stranger.client.get("/v1/me")

        answer = account.as_("owner").delete(f"/v1/invites/{made.body['id']}")

        assert (answer.status, answer.body["title"]) == (409, "The invite is not open any more")

    def test_does_not_know_invites_of_other_accounts(self, account: Any) -> None:
        made = (
            account.other().as_("owner").post("/v1/invites", json={"email": "y@example.com", "account_role": "viewer"})
        )

        assert account.as_("owner").delete(f"/v1/invites/{made.body['id']}").status == 404
