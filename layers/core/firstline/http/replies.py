"""Replies that may be repeated: a request with an Idempotency-Key is carried out once and answered the same again.

The key is claimed when the caller is known; the reply is committed in the transaction of the deed itself, so that
neither can be there without the other. A claim whose request died is free again after `ABANDONED_AFTER`.
"""

import hashlib
import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert

from firstline.accounts.rules import Caller
from firstline.clock import now
from firstline.db import transaction as units
from firstline.db.models import IdempotencyKey
from firstline.errors import Conflict, Unprocessable

ABANDONED_AFTER = timedelta(seconds=60)
KEPT = timedelta(hours=24)
MAX_LENGTH = 255
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})

Response = dict[str, Any]


class KeyReused(Unprocessable):
    type = "idempotency-key-reused"
    title = "The key belongs to another request"


class StillUnderWay(Conflict):
    type = "request-under-way"
    title = "The first request is still under way"


@dataclass
class _Reply:
    key: str
    request_hash: str
    caller: Caller | None = None
    replayed: Response | None = None
    work: units.Deferred = field(default_factory=units.Deferred)


_current: ContextVar[_Reply | None] = ContextVar("firstline_reply", default=None)


def replayable(event: dict[str, Any], answer: Callable[[], Response]) -> Response:
    """Answer a request; with an Idempotency-Key, the deed's last transaction is committed with the reply in it."""
    key = {name.lower(): value for name, value in event.get("headers", {}).items()}.get("idempotency-key")
    if not key or event["requestContext"]["http"]["method"] not in _UNSAFE:
        return answer()
    reply = _Reply(key=key[: MAX_LENGTH + 1], request_hash=_hash(event))
    token = _current.set(reply)
    try:
        with units.deferring(reply.work):
            return _answer_once(reply, answer)
    finally:
        _current.reset(token)


def claim(caller: Caller) -> None:
    """Claim the request's key for its caller; raises what ends the request when the reply is known or under way."""
    reply = _current.get()
    if reply is None or reply.caller is not None:
        return
    if len(reply.key) > MAX_LENGTH:
        raise Unprocessable(f"An Idempotency-Key has at most {MAX_LENGTH} characters.")
    at = now()
    with units.transaction(caller) as db:
        claimed = db.scalar(_claiming(caller, reply, at))
        stored = None if claimed else db.get(IdempotencyKey, (caller.account_id, caller.user_id, reply.key))
    reply.work.commit()
    if claimed:
        reply.caller = caller
    elif stored is None or stored.reply is None:
        raise StillUnderWay("The same request is still being carried out. Ask again in a few seconds.")
    elif stored.request_hash != reply.request_hash:
        raise KeyReused("This Idempotency-Key was used for another request. Take a new key for each new deed.")
    else:
        reply.replayed = stored.reply
        raise Conflict("replayed")  # never seen: `replayable` answers with the stored reply


def _claiming(caller: Caller, reply: _Reply, at: datetime) -> Any:
    fresh = {"request_hash": reply.request_hash, "claimed_at": at, "reply": None}
    values = {"account_id": caller.account_id, "user_id": caller.user_id, "key": reply.key, **fresh}
    row = IdempotencyKey
    return (
        insert(row)
        .values(**values)
        .on_conflict_do_update(
            index_elements=[row.account_id, row.user_id, row.key],
            set_=fresh,
            where=(row.reply.is_(None) & (row.claimed_at < at - ABANDONED_AFTER)) | (row.claimed_at < at - KEPT),
        )
        .returning(row.key)
    )


def _answer_once(reply: _Reply, answer: Callable[[], Response]) -> Response:
    response = answer()
    if reply.replayed is not None:
        return reply.replayed
    caller = reply.caller
    if caller is None:
        return response
    row = IdempotencyKey
    mine = (row.account_id == caller.account_id) & (row.user_id == caller.user_id) & (row.key == reply.key)
    carried_out = response["statusCode"] < 400  # noqa: PLR2004  a refusal may be repaired and sent again
    statement = update(row).where(mine).values(reply=response) if carried_out else delete(row).where(mine)
    with reply.work.joined(caller) as db:
        db.execute(statement)
    return response


def _hash(event: dict[str, Any]) -> str:
    http = event["requestContext"]["http"]
    said = json.dumps([http["method"], event.get("rawPath"), event.get("rawQueryString"), event.get("body")])
    return hashlib.sha256(said.encode()).hexdigest()
