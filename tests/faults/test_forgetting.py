"""The nightly round that forgets what has done its duty."""

from typing import Any

from firstline.db.models import IdempotencyKey, OutboxMessage
from tests.walking import VPN_CALLS, resolve_call


class TestForgetOldRecords:
    def test_deletes_what_is_old_and_keeps_what_is_not(self, account: Any) -> None:
        technician = account.as_("l1_tech")
        resolve_call(technician, VPN_CALLS[0])
        for key in ("old", "fresh"):
            technician.post("/v1/l1/intake", {"problem_statement": VPN_CALLS[1], "adhoc": True}, idempotency_key=key)
        account.cloud.idle()
        account.execute(
            "UPDATE outbox SET sent_at = sent_at - interval '8 days'"
            " WHERE account_id = :account AND topic = 'session.resolved'"
        )
        account.execute(
            "UPDATE idempotency_keys SET claimed_at = claimed_at - interval '25 hours'"
            " WHERE account_id = :account AND key = 'old'"
        )

        account.cloud.tick("forget_old_records")

        assert "session.resolved" not in {row.topic for row in account.rows(OutboxMessage)}
        assert account.rows(OutboxMessage)
        assert [row.key for row in account.rows(IdempotencyKey)] == ["fresh"]
