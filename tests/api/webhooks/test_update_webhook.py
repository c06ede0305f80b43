"""PATCH /v1/webhooks/{webhook_id}."""

from collections.abc import Callable
from typing import Any

from firstline.db.models import AuditLog, WebhookEndpoint


class TestUpdateWebhook:
    def test_changes_what_is_sent_and_leaves_the_rest(self, account: Any, subscribe: Callable[..., Any]) -> None:
        made = subscribe(events=["flow.published"], description="Chat")

        answer = account.as_("admin").patch(f"/v1/webhooks/{made['id']}", json={"events": []})

        assert (answer.status, answer.body["events"], answer.body["description"]) == (200, [], "Chat")
        assert [row.events for row in account.rows(WebhookEndpoint)] == [[]]
        assert len(account.rows(AuditLog, action="webhook.updated")) == 1

    def test_stops_and_resumes_deliveries(
        self, account: Any, cloud: Any, receiver: Any, subscribe: Callable[..., Any]
    ) -> None:
        path = f"/v1/webhooks/{subscribe()['id']}"
        call = {"problem_statement": "Line is dead", "reason_category": "other"}

        stopped = account.as_("owner").patch(path, json={"enabled": False})
        account.as_("l1_tech").post("/v1/l1/escalations", json=call)
        cloud.idle()
        heard = len(receiver.requests)
        resumed = account.as_("owner").patch(path, json={"enabled": True})
        account.as_("l1_tech").post("/v1/l1/escalations", json=call)
        cloud.idle()

        assert (stopped.body["enabled"], stopped.body["disabled_at"] is None) == (False, False)
        assert (resumed.body["enabled"], resumed.body["disabled_at"]) == (True, None)
        assert (heard, len(receiver.requests)) == (0, 1)
