"""POST /v1/notifications/{notification_id}/read."""

from typing import Any


class TestMarkNotificationRead:
    def test_keeps_when_it_was_first_read(self, account: Any, cloud: Any) -> None:
        account.as_("l1_tech").post("/v1/l1/escalations", json={"problem_statement": "x", "reason_category": "other"})
        cloud.idle()
        mine, path = account.as_("engineer"), "/v1/notifications/{}/read"
        (item,) = mine.get("/v1/notifications").body["items"]

        first, again = (mine.post(path.format(item["id"])) for _ in range(2))

        assert (first.status, first.body["read_at"] is None) == (200, False)
        assert again.body == first.body
        assert mine.get("/v1/notifications").body["unread_count"] == 0

    def test_does_not_know_those_of_a_colleague(self, account: Any, cloud: Any) -> None:
        account.as_("l1_tech").post("/v1/l1/escalations", json={"problem_statement": "x", "reason_category": "other"})
        cloud.idle()
        (item,) = account.as_("admin").get("/v1/notifications").body["items"]

        answer = account.as_("engineer").post(f"/v1/notifications/{item['id']}/read")

        assert answer.status == 404
        assert account.as_("admin").get("/v1/notifications").body["unread_count"] == 1
