"""The sweep: account by account, what a lost send left behind."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firstline.db.transaction import transaction
from firstline.observability import log
from firstline.outbox import queries, service

ACCOUNTS_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class AnAccount:
    """Background work in one account."""

    account_id: UUID


def sweep(*, at: datetime) -> dict[str, int]:
    """Send every account's due messages; one account's failure does not hold up the others."""
    with transaction(None, **{"app.sweep": "outbox"}) as db:
        accounts = queries.list_accounts_with_unsent(db, at=at, limit=ACCOUNTS_AT_A_TIME)
    sent = failed = 0
    for account_id in accounts:
        try:
            while count := service.send_due(AnAccount(account_id), at=at):
                sent += count
        except Exception:  # noqa: BLE001  the edge of one account's work
            log().exception("outbox.sweep_failed", account_id=str(account_id))
            failed += 1
    if sent or failed:
        log().info("outbox.swept", sent=sent, failed_accounts=failed)
    return {"sent": sent, "failed_accounts": failed}
