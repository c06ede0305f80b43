"""GET /v1/l1/escalations."""

from collections.abc import Callable
from typing import Any


class TestListEscalations:
    def test_lists_the_own_accounts_newest_first_page_by_page(self, account: Any, escalate: Callable[..., Any]) -> None:
        foreign = {"problem_statement": "Elsewhere", "reason_category": "other"}
        account.other().as_("l1_tech").post("/v1/l1/escalations", json=foreign)
        for problem in ("first", "second", "third"):
            escalate(problem)

        first = account.as_("engineer").get("/v1/l1/escalations", limit=2)
        second = account.as_("engineer").get("/v1/l1/escalations", limit=2, cursor=first.body["next_cursor"])

        assert [item["problem"] for item in first.body["items"]] == ["third", "second"]
        assert [item["problem"] for item in second.body["items"]] == ["first"]
        assert second.body["next_cursor"] is None

    def test_tells_unclaimed_ones_from_claimed_ones(self, account: Any, escalate: Callable[..., Any]) -> None:
        claimed, waiting = escalate("claimed"), escalate("waiting")
        account.as_("engineer").post(f"/v1/l1/escalations/{claimed['session_id']}/claim")

        unclaimed = account.as_("engineer").get("/v1/l1/escalations", unclaimed="true")
        taken = account.as_("engineer").get("/v1/l1/escalations", unclaimed="false")

        assert [item["session_id"] for item in unclaimed.body["items"]] == [waiting["session_id"]]
        assert [item["claimed_by"]["id"] for item in taken.body["items"]] == [account.user_id("engineer")]

    def test_shows_the_walked_path_in_the_words_the_technician_saw(self, account: Any) -> None:
        walk = account.as_("l1_tech").post("/v1/l1/intake", json={"problem_statement": "The printer shows a paper jam"})
        node = walk.body["node"]
        advanced = account.as_("l1_tech").post(
            f"/v1/l1/sessions/{walk.body['session_id']}/advance",
            json={"node_id": node["id"], "answer": node["options"][0]["key"], "note": "tray 2"},
        )
        account.as_("l1_tech").post(
            f"/v1/l1/sessions/{walk.body['session_id']}/escalate",
            json={"reason_category": "stuck", "reason": "No idea"},
        )

        (item,) = account.as_("engineer").get("/v1/l1/escalations").body["items"]

        (step,) = item["path"]
        assert (step["text"], step["answer"], step["note"]) == (node["text"], node["options"][0]["label"], "tray 2")
        assert item["stuck_at"]["id"] == advanced.body["node"]["id"]
        assert (item["reason_category"], item["reason"], item["category"]) == ("stuck", "No idea", "printer")
        assert item["age_seconds"] >= 0
