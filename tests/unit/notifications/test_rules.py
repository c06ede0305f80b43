"""Who is told, in which words, and how a webhook is signed."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from firstline.db.models.accounts import Role
from firstline.notifications import rules
from firstline.notifications.rules import Event, Person

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def person(role: Role, *, team_id: UUID | None = None, is_team_admin: bool = False) -> Person:
    return Person(uuid4(), "someone@example.com", role, team_id, is_team_admin)


class TestSignatures:
    @given(st.dictionaries(st.text(), st.text()), st.uuids())
    def test_are_accepted_by_an_independent_library(self, payload: dict[str, str], message_id: UUID) -> None:
        keys, body = [rules.new_secret(), rules.new_secret()], json.dumps(payload).encode()
        at = datetime.now(UTC)  # the library refuses what is older than five minutes
        headers = {
            "webhook-id": str(message_id),
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": rules.signatures(keys, message_id=str(message_id), at=at, body=body),
        }

        assert [Webhook(key).verify(body, headers) for key in keys] == [payload, payload]

    def test_use_the_replaced_secret_until_its_time_is_over(self) -> None:
        until = AT + timedelta(seconds=1)

        assert rules.keys_in_use("new", "old", until, at=AT) == ["new", "old"]
        assert rules.keys_in_use("new", "old", until, at=until) == ["new"]
        assert rules.keys_in_use("new", None, None, at=AT) == ["new"]


class TestRetries:
    def test_come_after_30_seconds_2_minutes_and_10_minutes_and_then_no_more(self) -> None:
        waits = [rules.next_attempt(attempts) for attempts in (1, 2, 3, 4)]

        assert waits == [timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), None]


class TestReviewers:
    def test_include_the_team_admins_of_the_own_team_or_of_no_team(self) -> None:
        team, other = uuid4(), uuid4()
        ours = person(Role.ENGINEER, team_id=team, is_team_admin=True)
        theirs = person(Role.ENGINEER, team_id=other, is_team_admin=True)
        admin, engineer = person(Role.ADMIN), person(Role.ENGINEER, team_id=team)

        assert rules.reviewers([ours, theirs, admin, engineer], team) == [ours, admin]
        assert rules.reviewers([ours, theirs, admin, engineer], None) == [ours, theirs, admin]


class TestWording:
    def test_is_one_short_line_whatever_the_caller_said(self) -> None:
        wording = rules.word(Event.L1_SESSION_ESCALATED, {"problem": "no\r\nBcc: everyone\n" + "x" * 500})

        assert wording is not None
        assert wording.title.startswith("Escalated: no Bcc: everyone x")
        assert (len(wording.title) <= 132, "\n" in wording.title) == (True, False)

    def test_of_a_knowledge_gap_says_what_to_do(self) -> None:
        facts = {"title": "Printer", "suggested_action": "Publish a flow for 'Printer'."}
        wording = rules.word(Event.KNOWLEDGE_GAP_DETECTED, facts)

        assert wording is not None
        assert (wording.title, wording.body) == ("Knowledge gap: Printer", "Publish a flow for 'Printer'.")

    @pytest.mark.parametrize("event", ["session.resolved", "flow.published", "invite.created"])
    def test_is_missing_for_events_that_only_webhooks_hear_of(self, event: str) -> None:
        assert rules.word(event, {}) is None


class TestSubscription:
    def test_to_nothing_in_particular_hears_of_every_public_event_and_no_other(self) -> None:
        assert all(rules.hears([], event) for event in Event)
        assert not rules.hears([], rules.INVITE_CREATED)
        assert not rules.hears(["flow.published"], "session.resolved")
