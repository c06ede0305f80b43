"""POST /v1/flows/starters."""

from typing import Any

from firstline.db.models import AuditLog, Flow, FlowMatchDocument


class TestImportStarterFlows:
    def test_publishes_the_wanted_ones_once(self, account: Any) -> None:
        body = {"categories": ["printer", "vpn_connect"], "publish": True}

        answer = account.as_("admin").post("/v1/flows/starters", json=body)
        again = account.as_("admin").post("/v1/flows/starters", json=body)

        assert (answer.status, again.status) == (201, 201)
        assert [flow["version"] for flow in answer.body["items"]] == [1, 1]
        assert again.body == {"items": [], "next_cursor": None}
        stored = account.rows(Flow)
        assert {(flow.category, flow.problem_domain) for flow in stored} == {
            ("printer", "printing"),
            ("vpn_connect", "networking"),
        }
        assert len(account.rows(FlowMatchDocument)) == 2
        assert {row.details["source"] for row in account.rows(AuditLog, action="flow.created")} == {"starter"}
        offered = account.as_("admin").get("/v1/flows/starters").body["items"]
        assert {each["flow_id"] for each in offered if each["flow_id"]} == {str(flow.id) for flow in stored}

    def test_stores_all_ten_as_drafts_for_an_author(self, account: Any) -> None:
        answer = account.as_("engineer").post("/v1/flows/starters", json={})

        assert (answer.status, len(answer.body["items"])) == (201, 10)
        assert all(flow["version"] is None and not flow["problems"] for flow in answer.body["items"])

    def test_refuses_unknown_categories_and_unfit_roles(self, account: Any) -> None:
        assert account.as_("admin").post("/v1/flows/starters", json={"categories": ["cars"]}).status == 422
        assert account.as_("engineer").post("/v1/flows/starters", json={"publish": True}).status == 403
        assert account.as_("l1_tech").post("/v1/flows/starters", json={}).status == 403
