"""From verified claims to the caller, and through the gate."""

from typing import Any

from firstline.accounts import queries
from firstline.accounts.rules import Caller, Permission
from firstline.db.transaction import transaction
from firstline.errors import Unauthorized
from firstline.http import replies
from firstline.observability import log


def authorize(event: Any, permission: Permission) -> Caller:
    """Return the caller when the gate lets them pass.

    Raises Unauthorized without a token or for somebody who is not an active user, Forbidden when the role does not
    allow it. A request with an Idempotency-Key is claimed here, once it is known whose it is.
    """
    subject = claims(event).get("sub")
    if not subject:
        raise Unauthorized("Sign in and send the token as 'Authorization: Bearer …'.")
    with transaction(None, **{"app.current_subject": subject}) as db:
        caller = queries.find_caller(db, subject=subject)
    if caller is None:
        raise Unauthorized("You are signed in, but no active user of an account. Accept an invite or open an account.")
    log().append_keys(account_id=str(caller.account_id), user_id=str(caller.user_id))
    caller.require(permission)
    replies.claim(caller)
    return caller


def claims(event: Any) -> dict[str, str]:
    """Return the claims the gateway has verified; empty when it let an anonymous request through."""
    context: dict[str, Any] = event.raw_event.get("requestContext", {})
    found: dict[str, str] = context.get("authorizer", {}).get("jwt", {}).get("claims", {})
    return found
