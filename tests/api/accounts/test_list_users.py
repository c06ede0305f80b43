"""GET /v1/users."""

from typing import Any


class TestListUsers:
    def test_lists_the_people_of_the_own_account_page_by_page(self, account: Any) -> None:
        account.other()

        first = account.as_("owner").get("/v1/users", limit=3)
        second = account.as_("owner").get("/v1/users", limit=3, cursor=first.body["next_cursor"])

        assert (first.status, len(first.body["items"]), len(second.body["items"])) == (200, 3, 2)
        assert second.body["next_cursor"] is None
        listed = {user["id"] for user in first.body["items"] + second.body["items"]}
        assert listed == {user["id"] for user in account.users.values()}

    def test_filters_by_role_and_state(self, account: Any) -> None:
        engineers = account.as_("admin").get("/v1/users", account_role="engineer")
        inactive = account.as_("admin").get("/v1/users", is_active="false")

        assert [user["id"] for user in engineers.body["items"]] == [account.user_id("engineer")]
        assert inactive.body == {"items": [], "next_cursor": None}

    def test_refuses_a_cursor_of_another_list(self, account: Any) -> None:
        answer = account.as_("owner").get("/v1/users", cursor="bm9uc2Vuc2U")

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["query", "cursor"])

    def test_does_not_list_who_was_removed(self, account: Any) -> None:
        account.as_("owner").delete(f"/v1/users/{account.user_id('viewer')}")

        answer = account.as_("owner").get("/v1/users", account_role="viewer")

        assert answer.body["items"] == []
