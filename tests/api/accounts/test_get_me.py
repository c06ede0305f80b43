"""GET /v1/me."""

from typing import Any


class TestGetMe:
    def test_tells_who_the_caller_is_and_what_they_may_do(self, account: Any) -> None:
        answer = account.as_("l1_tech").get("/v1/me")

        assert answer.status == 200
        assert answer.body == {
            "id": account.user_id("l1_tech"),
            "email": account.users["l1_tech"]["email"],
            "display_name": answer.body["display_name"],
            "account_role": "l1_tech",
            "is_super_admin": False,
            "is_team_admin": False,
            "can_cover_l1": False,
            "can_manage_account": False,
            "team_id": None,
            "account": {
                "id": str(account.id),
                "name": "Northwind IT",
                "l1_categories": answer.body["account"]["l1_categories"],
            },
            "permissions": ["use_product", "work_l1", "read_flows"],
        }
        assert len(answer.body["account"]["l1_categories"]) == 10

    def test_refuses_without_a_token_as_the_gateway_does(self, cloud: Any) -> None:
        answer = cloud.client().get("/v1/me")

        assert (answer.status, answer.body) == (401, {"message": "Unauthorized"})
