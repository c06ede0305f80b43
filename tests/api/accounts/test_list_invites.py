"""GET /v1/invites."""

from typing import Any


class TestListInvites:
    def test_lists_the_own_accounts_invites_newest_first(self, account: Any) -> None:
        other = account.other()
        other.as_("owner").post("/v1/invites", json={"email": "x@example.com", "account_role": "viewer"})
        for name in ("a", "b", "c"):
            account.as_("owner").post("/v1/invites", json={"email": f"{name}@example.com", "account_role": "viewer"})

        first = account.as_("owner").get("/v1/invites", limit=2)
        second = account.as_("owner").get("/v1/invites", limit=2, cursor=first.body["next_cursor"])

        assert [invite["email"] for invite in first.body["items"]] == ["c@example.com", "b@example.com"]
        assert [invite["email"] for invite in second.body["items"]] == ["a@example.com"]
        assert second.body["next_cursor"] is None
