"""Building what follows an answer exactly once: claim the step, build outside any transaction, store if still ours.

Whoever locks the row first claims the step. The same answer meanwhile waits for the claim and is then a replay; a
claim whose owner died is taken over once it has run out.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from uuid import uuid4

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.building.provider import Deadline
from firstline.db.transaction import transaction

REQUEST_SECONDS = 27.0  # below the 29 seconds a function has
BUILD_SECONDS = 14.0
CLAIM = timedelta(seconds=15)  # a build is over by then, or its process is dead
POLL_SECONDS = 0.075

Clock = Callable[[], datetime]
Reply = TypeVar("Reply")
Work = TypeVar("Work")
Built = TypeVar("Built")


class Claimable(Protocol):
    """A row that keeps the claim of the step being built."""

    building: Any


@dataclass(frozen=True, slots=True)
class Claimed(Generic[Work]):
    """The step is ours to build; `work` is all that is needed without a transaction."""

    token: str
    work: Work

    def holds(self, row: Claimable) -> bool:
        return row.building is not None and bool(row.building["token"] == self.token)


class Waiting:
    """Somebody else builds what follows the same answer."""


def build_once(
    caller: Caller,
    *,
    begin: Callable[[Session, Deadline], Reply | Claimed[Work] | Waiting],
    build: Callable[[Work, Deadline], Built],
    store: Callable[[Session, Claimed[Work], Built], Reply | None],
) -> Reply:
    """Return the reply of `begin`, or of `store` once what `begin` claimed is built; where the claim was lost, anew.

    Manages its own transactions: call it without one. `begin` ends the waiting by raising once the deadline is over.
    """
    deadline = Deadline.after(REQUEST_SECONDS)
    while True:
        with transaction(caller) as db:
            begun = begin(db, deadline)
        if not isinstance(begun, Claimed | Waiting):
            return begun
        settle(caller)
        if isinstance(begun, Waiting):
            time.sleep(POLL_SECONDS)
            continue
        built = build(begun.work, deadline.sooner(BUILD_SECONDS))
        with transaction(caller) as db:
            stored = store(db, begun, built)
        if stored is not None:
            return stored


def claim(row: Claimable, said: dict[str, Any], work: Work, *, at: datetime) -> Claimed[Work]:
    """Claim a locked row's step for whoever gave the answer in `said`."""
    token = str(uuid4())
    row.building = {**said, "token": token, "until": (at + CLAIM).isoformat()}
    return Claimed(token, work)


def live_claim(row: Claimable, *, at: datetime) -> dict[str, Any] | None:
    """Return what was said with the claim that holds a row's step, or None where nobody is building it."""
    held: dict[str, Any] | None = row.building
    return held if held is not None and datetime.fromisoformat(held["until"]) > at else None


def settle(caller: Caller) -> None:
    """Commit what a repeatable request would leave open until its reply: nothing slow happens in a transaction."""
    with transaction(caller):
        pass
