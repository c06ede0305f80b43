"""POST /v1/notifications/read."""

from typing import Any


class TestMarkAllNotificationsRead:
    def test_marks_the_callers_and_leaves_a_colleagues(self, account: Any, cloud: Any) -> None:
        for _ in range(2):
            account.as_("l1_tech").post(
                "/v1/l1/escalations", json={"problem_statement": "x", "reason_category": "other"}
            )
        cloud.idle()

        answer = account.as_("engineer").post("/v1/notifications/read")

        assert (answer.status, answer.body) == (200, {"unread_count": 0})
        assert account.as_("engineer").get("/v1/notifications").body["unread_count"] == 0
        assert account.as_("admin").get("/v1/notifications").body["unread_count"] == 2
