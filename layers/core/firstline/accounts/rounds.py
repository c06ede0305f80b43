"""Work that goes round all accounts, each in its own transactions: one that fails does not hold up the others."""

from collections.abc import Callable

from firstline.accounts.queries import list_account_ids
from firstline.db.transaction import transaction
from firstline.observability import log
from firstline.outbox.sweeping import AnAccount


def everywhere(deed: str, work: Callable[[AnAccount], int]) -> dict[str, int]:
    """Do `work` in every account and return what it counted, and in how many accounts it failed.

    `deed` is the log's dotted word for it.
    """
    with transaction(None, **{"app.sweep": "accounts"}) as db:
        accounts = list_account_ids(db)
    done = failed = 0
    for account_id in accounts:
        try:
            done += work(AnAccount(account_id))
        except Exception:  # noqa: BLE001  the edge of one account's work
            log().exception(f"{deed}.failed", account_id=str(account_id))
            failed += 1
    if done or failed:
        log().info(deed, done=done, failed_accounts=failed)
    return {"done": done, "failed_accounts": failed}
