"""GET /v1/flows."""

from typing import Any


class TestListFlows:
    def test_pages_through_the_library_from_the_flow_changed_last(self, account: Any, create: Any) -> None:
        created = [create(name=f"Flow {number}") for number in range(3)]
        summary = {name: value for name, value in created[2].items() if name not in ("live", "draft")}

        first = account.as_("engineer").get("/v1/flows", limit=2)
        second = account.as_("engineer").get("/v1/flows", limit=2, cursor=first.body["next_cursor"])

        assert first.status == 200
        assert first.body["items"][0] == summary
        assert [flow["name"] for flow in first.body["items"] + second.body["items"]] == ["Flow 2", "Flow 1", "Flow 0"]
        assert second.body["next_cursor"] is None

    def test_shows_published_flows_only_to_those_who_do_not_author(
        self, account: Any, create: Any, publish: Any
    ) -> None:
        create(name="Draft")
        publish(name="Live")
        gone = publish(name="Gone")
        account.as_("admin").delete(f"/v1/flows/{gone['id']}")

        def names(role: str, **query: str) -> list[str]:
            return sorted(flow["name"] for flow in account.as_(role).get("/v1/flows", **query).body["items"])

        assert names("viewer") == names("l1_tech") == names("engineer", status="published") == ["Live"]
        assert names("engineer") == ["Draft", "Live"]
        assert names("engineer", status="draft") == ["Draft"]
        assert names("engineer", status="archived") == ["Gone"]
        assert account.as_("viewer").get("/v1/flows", status="draft").status == 403

    def test_narrows_by_category_domain_and_tag(self, account: Any, create: Any) -> None:
        create(name="A", category="printer", problem_domain="printing", tags=["hp", "jam"])
        create(name="B", category="vpn_connect", problem_domain="networking", tags=["hp"])

        def names(**query: str) -> list[str]:
            return sorted(flow["name"] for flow in account.as_("engineer").get("/v1/flows", **query).body["items"])

        assert names(category="printer") == names(domain="printing") == names(tag="jam") == ["A"]
        assert names(tag="hp") == ["A", "B"]
        assert names(tag="hp", category="vpn_connect") == ["B"]

    def test_refuses_rubbish(self, account: Any) -> None:
        engineer = account.as_("engineer")

        assert engineer.get("/v1/flows", limit=0).status == 422
        assert engineer.get("/v1/flows", limit=101).status == 422
        assert engineer.get("/v1/flows", status="lost").status == 422
        assert engineer.get("/v1/flows", cursor="bm9uc2Vuc2U").status == 422
        assert engineer.get("/v1/flows", tag="a\x00").status == 422

    def test_shows_nothing_of_another_account(self, account: Any, publish: Any) -> None:
        publish()

        assert account.other().as_("owner").get("/v1/flows").body == {"items": [], "next_cursor": None}
