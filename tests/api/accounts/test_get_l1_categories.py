"""GET /v1/accounts/me/l1-categories."""

from typing import Any

from firstline.categories.rules import Category


class TestGetL1Categories:
    def test_lists_what_is_on_and_what_there_is(self, account: Any) -> None:
        answer = account.as_("owner").get("/v1/accounts/me/l1-categories")

        assert answer.status == 200
        assert answer.body == {
            "enabled": [category.value for category in Category],
            "available": [{"key": category.value, "name": category.display_name} for category in Category],
        }
