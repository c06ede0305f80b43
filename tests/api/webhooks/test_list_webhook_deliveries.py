"""GET /v1/webhooks/{webhook_id}/deliveries."""

from collections.abc import Callable
from typing import Any


class TestListWebhookDeliveries:
    def test_shows_what_arrived_and_what_did_not(
        self, account: Any, cloud: Any, receiver: Any, subscribe: Callable[..., Any]
    ) -> None:
        path = f"/v1/webhooks/{subscribe()['id']}"
        account.as_("owner").post(f"{path}/test")
        cloud.idle()
        receiver.status = 500
        account.as_("owner").post(f"{path}/test")
        cloud.idle()

        listed = account.as_("owner").get(f"{path}/deliveries")
        waiting = account.as_("owner").get(f"{path}/deliveries", status="pending")

        assert [item["status"] for item in listed.body["items"]] == ["pending", "delivered"]
        assert waiting.body["items"] == listed.body["items"][:1]
        assert waiting.body["items"][0] == {
            "id": waiting.body["items"][0]["id"],
            "event": "webhook.test",
            "status": "pending",
            "attempts": 1,
            "last_error": "answered 500",
            "created_at": waiting.body["items"][0]["created_at"],
            "next_attempt_at": waiting.body["items"][0]["next_attempt_at"],
            "delivered_at": None,
        }

    def test_does_not_know_receivers_of_other_accounts(self, account: Any) -> None:
        made = account.other().as_("owner").post("/v1/webhooks", json={"url": "https://a.example"}).body

        assert account.as_("owner").get(f"/v1/webhooks/{made['id']}/deliveries").status == 404
