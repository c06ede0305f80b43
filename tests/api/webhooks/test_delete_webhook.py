"""DELETE /v1/webhooks/{webhook_id}."""

from collections.abc import Callable
from typing import Any

from firstline.db.models import NotificationDelivery, WebhookEndpoint


class TestDeleteWebhook:
    def test_removes_the_receiver_with_its_deliveries(
        self, account: Any, cloud: Any, subscribe: Callable[..., Any]
    ) -> None:
        path = f"/v1/webhooks/{subscribe()['id']}"
        account.as_("owner").post(f"{path}/test")
        cloud.idle()

        answer = account.as_("owner").delete(path)

        assert (answer.status, answer.body) == (204, "")
        assert account.rows(WebhookEndpoint) == []
        assert account.rows(NotificationDelivery) == []
        assert account.as_("owner").delete(path).status == 404
