"""What is worth telling whom, in which words, how often a delivery is tried, and how a webhook is signed."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from firstline.db.models.accounts import Role

RETRY_AFTER = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
LEASE = timedelta(seconds=60)  # a delivery whose process died is tried again after this long
ROTATION = timedelta(hours=24)  # as long as a replaced secret still signs
SECRET_PREFIX = "whsec_"  # noqa: S105  the specification's, not a secret
_SECRET_BYTES = 32  # the specification asks for 24 to 64
_TITLE = 120


class Event(StrEnum):
    """What webhooks may subscribe to."""

    PROPOSAL_PENDING = "proposal.pending"
    PROPOSAL_APPROVED = "proposal.approved"
    FLOW_PUBLISHED = "flow.published"
    SESSION_RESOLVED = "session.resolved"
    L1_SESSION_ESCALATED = "l1.session.escalated"
    KNOWLEDGE_GAP_DETECTED = "knowledge_gap.detected"


INVITE_CREATED = "invite.created"  # told to the invited address only
WEBHOOK_TEST = "webhook.test"  # told to the one receiver only

ESCALATION_READERS = frozenset({Role.OWNER, Role.ADMIN, Role.ENGINEER})
DEFAULT_RECIPIENTS = frozenset({Role.OWNER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Person:
    """An active user who is not deleted."""

    id: UUID
    email: str
    role: Role
    team_id: UUID | None = None
    is_team_admin: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """A notification as people read it; `link` is a path of the console, `subject_type` what the event is about."""

    title: str
    body: str
    link: str
    subject_type: str


def escalation_recipients(people: Collection[Person], chosen: Sequence[str] | None) -> list[Person]:
    """Return who hears of an escalation; `people` are the account's active users.

    `chosen` null: everyone who may take it over. An empty list: nobody. When none of the chosen may be told any more,
    the owner and the admins are.
    """
    if chosen is None:
        wanted = [person for person in people if person.role in ESCALATION_READERS]
    elif not chosen:
        return []
    else:
        wanted = [person for person in people if str(person.id) in chosen and person.role in ESCALATION_READERS]
    return wanted or [person for person in people if person.role in DEFAULT_RECIPIENTS]


def reviewers(people: Collection[Person], team_id: UUID | None) -> list[Person]:
    """Return who may review a proposal of a team, or of none."""
    return [
        person
        for person in people
        if person.role in DEFAULT_RECIPIENTS
        or (person.is_team_admin and person.role in ESCALATION_READERS and team_id in (None, person.team_id))
    ]


def word(event: str, facts: Mapping[str, str]) -> Wording | None:
    """Return what people read about an event; None for one that only webhooks hear of."""
    title = _short(facts.get("title", ""))
    if event == Event.L1_SESSION_ESCALATED:
        problem = _short(facts.get("problem", "")) or "a call"
        reason = facts.get("reason_category", "").replace("_", " ")
        return Wording(f"Escalated: {problem}", f"Reason: {reason}." if reason else "", "/escalations", "walk")
    if event == Event.PROPOSAL_PENDING:
        body = "Calls that were resolved suggest a change of the library."
        return Wording(f"To review: {title}", body, "/proposals", "flow_proposal")
    if event == Event.PROPOSAL_APPROVED:
        body = "What you found on a call now helps on the next one."
        return Wording(f"Published: {title}", body, "/flows", "flow_proposal")
    if event == Event.KNOWLEDGE_GAP_DETECTED:
        return Wording(f"Knowledge gap: {title}", facts.get("suggested_action", ""), "/analytics", "knowledge_gap")
    return None


def hears(events: Collection[str], event: str) -> bool:
    """Tell whether a receiver subscribed to `events` hears of one; an empty subscription hears of all."""
    return event in tuple(Event) and (not events or event in events)


def next_attempt(attempts: int) -> timedelta | None:
    """Return how long to wait after that many failed attempts; None when it is given up."""
    return RETRY_AFTER[attempts - 1] if attempts <= len(RETRY_AFTER) else None


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signatures(keys: Sequence[str], *, message_id: str, at: datetime, body: bytes) -> str:
    """Return the value of `webhook-signature` (Standard Webhooks 1.0): one HMAC-SHA256 per key, newest key first."""
    signed = f"{message_id}.{int(at.timestamp())}.".encode() + body
    return " ".join(f"v1,{_hmac(key, signed)}" for key in keys)


def keys_in_use(secret: str, previous: str | None, previous_until: datetime | None, *, at: datetime) -> list[str]:
    """Return the secrets that sign now: the present one, and the one before it while it is being rotated out."""
    if previous is not None and previous_until is not None and at < previous_until:
        return [secret, previous]
    return [secret]


def _hmac(key: str, signed: bytes) -> str:
    digest = hmac.new(base64.b64decode(key.removeprefix(SECRET_PREFIX)), signed, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1].rstrip() + "…"
