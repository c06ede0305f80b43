"""POST /v1/webhooks/{webhook_id}/rotate-secret."""

from collections.abc import Callable
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError


class TestRotateWebhookSecret:
    def test_signs_with_both_secrets_until_the_day_is_over(
        self, account: Any, cloud: Any, receiver: Any, subscribe: Callable[..., Any]
    ) -> None:
        made = subscribe()
        path = f"/v1/webhooks/{made['id']}"

        rotated = account.as_("owner").post(f"{path}/rotate-secret")
        account.as_("owner").post(f"{path}/test")
        cloud.idle()
        account.execute("UPDATE webhook_endpoints SET previous_secret_until = now() WHERE account_id = :account")
        account.as_("owner").post(f"{path}/test")
        cloud.idle()

        assert rotated.status == 200
        assert rotated.body["secret"] != made["secret"]
        assert rotated.body["previous_secret_until"] is not None
        (during, first), (after, second) = receiver.requests
        assert Webhook(rotated.body["secret"]).verify(first, during) == Webhook(made["secret"]).verify(first, during)
        assert Webhook(rotated.body["secret"]).verify(second, after)
        with pytest.raises(WebhookVerificationError):
            Webhook(made["secret"]).verify(second, after)
