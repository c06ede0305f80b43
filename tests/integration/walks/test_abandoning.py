"""Walks nobody came back to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from firstline.db.models import OutboxMessage, Walk
from firstline.db.models.walks import WalkKind
from firstline.tickets.queries import find_ticket
from firstline.tickets.service import open_ticket
from firstline.walks.abandoning import BATCH, abandon_batch
from firstline.walks.service import create_walk

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STEP = {"node_id": "n", "node_type": "question", "text": "?", "answer": "yes", "answer_label": "Yes", "options": []}


def walk(db: Any, people: Any, idle: timedelta, *, steps: int = 0) -> Walk:
    ticket = open_ticket(
        db, account_id=people.account_id, problem_text="No network", created_by=people.l1_tech.user_id, at=AT - idle
    )
    begun = create_walk(
        db, by=people.l1_tech, ticket=ticket, kind=WalkKind.ADHOC, problem_text="No network", at=AT - idle
    )
    begun.walked_path = [{**STEP, "answered_at": AT.isoformat()}] * steps
    db.flush()
    return begun


def abandon(db: Any, people: Any) -> int:
    count = abandon_batch(db, account_id=people.account_id, at=AT)
    db.flush()
    return count


class TestAbandoning:
    @pytest.mark.parametrize(
        ("idle", "status"),
        [
            (timedelta(hours=24, seconds=1), "abandoned"),
            (timedelta(hours=24), "active"),
            (timedelta(hours=23, minutes=59), "active"),
        ],
    )
    def test_ends_a_walk_idle_for_more_than_a_day(self, db: Any, people: Any, idle: timedelta, status: str) -> None:
        """Section 14, line 18."""
        begun = walk(db, people, idle)

        abandon(db, people)

        assert begun.status == status
        assert begun.resolved_at == (AT if status == "abandoned" else None)

    def test_gives_the_ticket_back_to_the_queue(self, db: Any, people: Any) -> None:
        begun = walk(db, people, timedelta(days=2))

        abandon(db, people)

        ticket = find_ticket(db, account_id=people.account_id, ticket_id=begun.ticket_id)
        assert ticket is not None
        assert ticket.status == "open"

    @pytest.mark.parametrize(("steps", "told"), [(0, []), (1, ["walk.ended"])])
    def test_counts_as_evidence_only(self, db: Any, people: Any, steps: int, told: list[str]) -> None:
        begun = walk(db, people, timedelta(days=2), steps=steps)

        abandon(db, people)

        assert begun.analysis_status == "skipped"
        assert list(db.scalars(select(OutboxMessage.topic))) == told

    def test_works_in_batches(self, db: Any, people: Any) -> None:
        for _ in range(BATCH + 1):
            walk(db, people, timedelta(days=2))

        assert [abandon(db, people) for _ in range(3)] == [BATCH, 1, 0]

    def test_leaves_ended_walks_alone(self, db: Any, people: Any) -> None:
        begun = walk(db, people, timedelta(days=2))
        abandon(db, people)
        ended_at = begun.resolved_at

        assert abandon(db, people) == 0
        assert begun.resolved_at == ended_at
