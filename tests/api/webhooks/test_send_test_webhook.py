"""POST /v1/webhooks/{webhook_id}/test."""

from collections.abc import Callable
from typing import Any

from standardwebhooks import Webhook


class TestSendTestWebhook:
    def test_sends_a_test_whatever_the_receiver_subscribed_to(
        self, account: Any, cloud: Any, receiver: Any, subscribe: Callable[..., Any]
    ) -> None:
        made = subscribe(events=["flow.published"])

        answer = account.as_("admin").post(f"/v1/webhooks/{made['id']}/test")
        cloud.idle()

        assert (answer.status, answer.body["event"], answer.body["status"]) == (202, "webhook.test", "pending")
        ((headers, body),) = receiver.requests
        assert headers["webhook-id"] == answer.body["id"]
        assert Webhook(made["secret"]).verify(body, headers)["type"] == "webhook.test"

    def test_is_refused_while_the_receiver_is_disabled(self, account: Any, subscribe: Callable[..., Any]) -> None:
        path = f"/v1/webhooks/{subscribe()['id']}"
        account.as_("owner").patch(path, json={"enabled": False})

        assert account.as_("owner").post(f"{path}/test").status == 409
