"""GET /v1/accounts/me."""

from typing import Any


class TestGetAccount:
    def test_shows_the_account_and_its_settings(self, account: Any) -> None:
        answer = account.as_("admin").get("/v1/accounts/me")

        assert answer.status == 200
        assert answer.body == {
            "id": str(account.id),
            "name": "Northwind IT",
            "l1_categories": answer.body["l1_categories"],
            "escalation_recipients": None,
            "created_at": answer.body["created_at"],
        }
