"""POST /v1/webhooks, and what a receiver is then sent."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from firstline.db.models import AuditLog, NotificationDelivery, WebhookEndpoint

CALL = {"problem_statement": "Line is dead", "reason_category": "out_of_scope"}


class TestCreateWebhook:
    def test_adds_a_receiver_and_tells_its_secret(self, account: Any) -> None:
        wanted = {"url": "https://hooks.example.com/a?b=c", "description": "Chat", "events": ["flow.published"]}

        answer = account.as_("admin").post("/v1/webhooks", json=wanted)

        assert answer.status == 201
        assert answer.body == wanted | {
            "id": answer.body["id"],
            "enabled": True,
            "previous_secret_until": None,
            "created_by": account.user_id("admin"),
            "created_at": answer.body["created_at"],
            "disabled_at": None,
            "secret": answer.body["secret"],
        }
        assert len(base64.b64decode(answer.body["secret"].removeprefix("whsec_"))) == 32
        assert [row.secret for row in account.rows(WebhookEndpoint)] == [answer.body["secret"]]
        (deed,) = account.rows(AuditLog, action="webhook.created")
        assert answer.body["secret"] not in str(deed.details)

    @pytest.mark.parametrize(
        "url", ["ftp://hooks.example.com", "https://user:pw@example.com", "hooks", "https://", "https://a.example/#x"]
    )
    def test_refuses_what_is_no_address_of_a_receiver(self, account: Any, url: str) -> None:
        answer = account.as_("owner").post("/v1/webhooks", json={"url": url})

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["body", "url"])

    def test_refuses_an_unknown_event(self, account: Any) -> None:
        wanted = {"url": "https://hooks.example.com", "events": ["flow.published", "flow.eaten"]}

        answer = account.as_("owner").post("/v1/webhooks", json=wanted)

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["body", "events", "1"])

    def test_is_refused_to_an_account_that_has_twenty(self, account: Any) -> None:
        answers = [account.as_("owner").post("/v1/webhooks", json={"url": f"https://h.example/{n}"}) for n in range(21)]

        assert [answer.status for answer in answers] == [201] * 20 + [409]
        assert answers[-1].body["limit"] == 20


class TestReceiver:
    def test_is_sent_a_signed_event_that_an_independent_library_accepts(
        self, account: Any, cloud: Any, receiver: Any, subscribe: Callable[..., Any]
    ) -> None:
        secret = subscribe()["secret"]

        escalated = account.as_("l1_tech").post("/v1/l1/escalations", json=CALL).body
        cloud.idle()

        ((headers, body),) = receiver.requests
        event = Webhook(secret).verify(body, headers)
        assert event["type"] == "l1.session.escalated"
        assert event["data"]["id"] == escalated["session_id"]
        assert (event["data"]["account_id"], event["data"]["problem"]) == (str(account.id), "Line is dead")
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body.replace(b"Line", b"Lime"), headers)
        (delivery,) = account.rows(NotificationDelivery, channel="webhook")
        assert (delivery.status, delivery.attempts, delivery.id) == ("delivered", 1, UUID(headers["webhook-id"]))

    def test_is_sent_only_what_it_subscribed_to(
        self, account: Any, cloud: Any, receiver: Any, subscribe: Callable[..., Any]
    ) -> None:
        subscribe(events=["flow.published"])

        account.as_("l1_tech").post("/v1/l1/escalations", json=CALL)
        cloud.idle()

        assert receiver.requests == []

    def test_is_sent_nothing_of_another_account(
        self, account: Any, cloud: Any, receiver: Any, subscribe: Callable[..., Any]
    ) -> None:
        subscribe()

        account.other().as_("l1_tech").post("/v1/l1/escalations", json=CALL)
        cloud.idle()

        assert receiver.requests == []

    def test_that_fails_is_tried_again_after_30_seconds_2_minutes_and_10_minutes_then_given_up(
        self, account: Any, cloud: Any, receiver: Any, subscribe: Callable[..., Any]
    ) -> None:
        secret, receiver.status = subscribe()["secret"], 500
        account.as_("l1_tech").post("/v1/l1/escalations", json=CALL)
        waits = []
        for _ in range(3):
            cloud.idle()
            (delivery,) = account.rows(NotificationDelivery, channel="webhook")
            waits.append(round((delivery.next_attempt_at - started(receiver)).total_seconds()))
            fall_due(account, cloud)
        cloud.idle()

        (delivery,) = account.rows(NotificationDelivery, channel="webhook")
        assert (delivery.status, delivery.attempts, delivery.last_error) == ("failed", 4, "answered 500")
        assert waits == [pytest.approx(wait, abs=3) for wait in (30, 120, 600)]
        assert len(receiver.requests) == 4
        assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 1
        assert all(Webhook(secret).verify(body, headers) for headers, body in receiver.requests)

    def test_that_recovers_is_left_alone(
        self, account: Any, cloud: Any, receiver: Any, subscribe: Callable[..., Any]
    ) -> None:
        subscribe()
        receiver.status = 503
        account.as_("l1_tech").post("/v1/l1/escalations", json=CALL)
        cloud.idle()
        receiver.status = 200
        fall_due(account, cloud)
        cloud.idle()
        fall_due(account, cloud)

        (delivery,) = account.rows(NotificationDelivery, channel="webhook")
        assert (delivery.status, delivery.attempts, delivery.last_error) == ("delivered", 2, None)

    def test_that_redirects_is_not_followed(
        self, account: Any, cloud: Any, receiver: Any, subscribe: Callable[..., Any]
    ) -> None:
        subscribe()
        receiver.status = 307
        account.as_("l1_tech").post("/v1/l1/escalations", json=CALL)
        cloud.idle()

        (delivery,) = account.rows(NotificationDelivery, channel="webhook")
        assert (len(receiver.requests), delivery.last_error) == (1, "answered 307")

    def test_that_is_gone_is_never_called_again(
        self, account: Any, cloud: Any, receiver: Any, subscribe: Callable[..., Any]
    ) -> None:
        subscribe()
        receiver.status = 410
        account.as_("l1_tech").post("/v1/l1/escalations", json=CALL)
        cloud.idle()

        (delivery,) = account.rows(NotificationDelivery, channel="webhook")
        assert delivery.status == "failed"
        assert [row.disabled_at is None for row in account.rows(WebhookEndpoint)] == [False]


def started(receiver: Any) -> datetime:
    return datetime.fromtimestamp(int(receiver.requests[-1][0]["webhook-timestamp"]), UTC)


def fall_due(account: Any, cloud: Any) -> None:
    """Let the waiting time pass at once, and the sweep come by."""
    account.execute("UPDATE outbox SET due_at = now() WHERE account_id = :account AND sent_at IS NULL")
    account.execute("UPDATE notification_deliveries SET next_attempt_at = now() WHERE account_id = :account")
    cloud.tick("sweep_outbox")
