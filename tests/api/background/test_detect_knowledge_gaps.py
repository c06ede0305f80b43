"""The schedule that tells of knowledge gaps."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from firstline.analytics import detecting
from firstline.clock import now
from firstline.db.models import KnownGap, Notification, OutboxMessage, Walk


class Desk:
    """An account and the calls nobody could help with."""

    def __init__(self, account: Any) -> None:
        self.account = account

    def escalate(self, calls: int, category: str = "printer") -> None:
        self.account.execute(
            "INSERT INTO l1_walk_sessions (account_id, id, created_by_user_id, ticket_id, ticket_kind, session_kind,"
            " category, status, analysis_status, started_at, last_step_at, resolved_at)"
            " SELECT :account, gen_random_uuid(), :user, n::text, 'internal', 'adhoc', :category, 'escalated',"
            " 'skipped', now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 hour'"
            " FROM generate_series(1, :calls) n",
            user=UUID(self.account.user_id("l1_tech")),
            category=category,
            calls=calls,
        )

    def detect(self) -> None:
        assert self.account.cloud.tick("detect_knowledge_gaps")["failed_accounts"] == 0

    def told(self) -> list[tuple[str, str]]:
        events = [row["facts"] for row in self.account.outbox("event.happened")]
        return [(facts["kind"], facts["severity"]) for facts in events if "severity" in facts]


@pytest.fixture
def desk(account: Any) -> Iterator[Desk]:
    yield Desk(account)
    account.execute("DELETE FROM knowledge_gaps WHERE account_id = :account")


class TestDetectKnowledgeGaps:
    def test_tells_of_a_gap_once_and_not_every_day(self, desk: Desk) -> None:
        desk.escalate(6)

        for _ in range(3):
            desk.detect()

        assert sorted(desk.told()) == [("high_escalation", "medium"), ("uncharted_territory", "medium")]

    def test_tells_again_of_one_that_has_become_worse(self, desk: Desk) -> None:
        desk.escalate(6)
        desk.detect()
        desk.escalate(20)

        desk.detect()
        desk.detect()

        assert sorted(desk.told())[:2] == [("high_escalation", "high"), ("high_escalation", "medium")]
        assert {row.severity for row in desk.account.rows(KnownGap)} == {"high"}

    def test_keeps_quiet_about_one_that_comes_back_as_it_was(self, desk: Desk) -> None:
        desk.escalate(6)
        desk.detect()
        desk.account.execute(
            "UPDATE l1_walk_sessions SET resolved_at = now() - interval '60 days' WHERE account_id = :account"
        )
        desk.detect()
        desk.account.execute(
            "UPDATE l1_walk_sessions SET resolved_at = now() - interval '1 hour' WHERE account_id = :account"
        )

        desk.detect()

        assert len(desk.told()) == 2

    def test_reaches_those_who_review_and_every_webhook(self, desk: Desk) -> None:
        account = desk.account
        desk.escalate(6)
        desk.detect()
        account.cloud.idle()

        notes = account.rows(Notification, event="knowledge_gap.detected")
        assert {str(note.user_id) for note in notes} == {account.user_id(role) for role in ("owner", "admin")}
        assert {note.title for note in notes} == {"Knowledge gap: Printer"}
        [payload] = [row for row in account.outbox("event.happened") if row["facts"].get("kind") == "high_escalation"]
        assert payload["event"] == "knowledge_gap.detected"
        assert payload["facts"]["escalated"] == "6"
        assert payload["facts"]["suggested_action"].startswith("Read what escalated sessions")

    def test_leaves_other_accounts_out_of_it(self, desk: Desk) -> None:
        other = desk.account.other()
        desk.escalate(6)
        desk.detect()

        assert other.rows(KnownGap) == []
        assert other.outbox("event.happened") == []


class TestFirstEvening:
    def test_tells_the_worst_and_leaves_the_rest_for_the_next(self, db: Any, people: Any, monkeypatch: Any) -> None:
        monkeypatch.setattr(detecting, "MOST_A_DAY", 1)
        for number in range(6):
            db.add(walk(people, number))
        db.flush()

        told = [detecting.tell_of_new_gaps(db, account_id=people.account_id, at=now()) for _ in range(3)]

        assert told == [1, 1, 0]
        db.flush()
        assert len({row.payload["subject_id"] for row in db.query(OutboxMessage)}) == 2


def walk(people: Any, number: int) -> Walk:
    at = now()
    return Walk(
        account_id=people.account_id,
        id=uuid4(),
        created_by_user_id=people.l1_tech.user_id,
        ticket_id=str(number),
        ticket_kind="internal",
        session_kind="adhoc",
        category="printer",
        status="escalated",
        started_at=at,
        last_step_at=at,
        resolved_at=at,
    )
