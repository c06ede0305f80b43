"""GET /v1/accounts/me/subscription."""

from typing import Any


class TestGetSeats:
    def test_is_unlimited_without_a_subscription(self, account: Any) -> None:
        answer = account.as_("owner").get("/v1/accounts/me/subscription")

        assert answer.status == 200
        assert answer.body == {
            "plan": None,
            "engineer": {"used": 1, "limit": None},
            "l1_tech": {"used": 1, "limit": None},
        }

    def test_counts_neither_the_inactive_nor_the_removed(self, account: Any) -> None:
        account.execute("UPDATE users SET is_active = false WHERE account_id = :account AND account_role = 'engineer'")
        account.execute("UPDATE users SET deleted_at = now() WHERE account_id = :account AND account_role = 'l1_tech'")

        answer = account.as_("owner").get("/v1/accounts/me/subscription")

        assert (answer.body["engineer"]["used"], answer.body["l1_tech"]["used"]) == (0, 0)
