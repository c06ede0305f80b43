"""From verified claims to the caller, and through the gate."""

from typing import Any

from firstline.accounts import invites, queries
from firstline.accounts.rules import Caller, Identity, Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.errors import NotFound, Unauthorized
from firstline.http import replies
from firstline.integrations import cognito
from firstline.observability import log


def authorize(event: Any, permission: Permission, *, ask_user_pool: bool = False) -> Caller:
    """Return the caller when the gate lets them pass.

    Raises Unauthorized without a token or for somebody who is not an active user, Forbidden when the role does not
    allow it. Somebody unknown whose verified address is invited becomes a user here; the address is the token's, or,
    where the token carries none and the function may ask, the user pool's. A request with an Idempotency-Key is
    claimed here, once it is known whose it is.
    """
    caller = _find(event) or _join(identify(event) if ask_user_pool else _from_token(event))
    log().append_keys(account_id=str(caller.account_id), user_id=str(caller.user_id))
    caller.require(permission)
    replies.claim(caller)
    return caller


def identify(event: Any) -> Identity:
    """Return who is signed in, user of an account or not; the user pool is asked when the token has no address."""
    identity = _from_token(event)
    if identity.email is not None:
        return identity
    return Identity(identity.subject, cognito.find_verified_email(identity.subject), identity.name)


def claims(event: Any) -> dict[str, str]:
    """Return the claims the gateway has verified; empty when it let an anonymous request through."""
    context: dict[str, Any] = event.raw_event.get("requestContext", {})
    found: dict[str, str] = context.get("authorizer", {}).get("jwt", {}).get("claims", {})
    return found


def _find(event: Any) -> Caller | None:
    subject = _subject(event)
    with transaction(None, **{"app.current_subject": subject}) as db:
        return queries.find_caller(db, subject=subject)


def _join(identity: Identity) -> Caller:
    refusal = Unauthorized("You are signed in, but no active user of an account. Accept an invite or open an account.")
    if identity.email is None:
        raise refusal
    try:
        return invites.accept_invite(identity=identity, at=now())
    except NotFound:
        raise refusal from None


def _from_token(event: Any) -> Identity:
    found = claims(event)
    verified = str(found.get("email_verified", "")).lower() == "true"
    email = found.get("email") if verified else None
    return Identity(_subject(event), email.lower() if email else None, found.get("name"))


def _subject(event: Any) -> str:
    subject = claims(event).get("sub")
    if not subject:
        raise Unauthorized("Sign in and send the token as 'Authorization: Bearer …'.")
    return subject
