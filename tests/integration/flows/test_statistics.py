"""How ended walks are counted on the ways they took."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.db.models import EdgeStatistic, Flow
from firstline.flows.rules import Graph
from firstline.flows.service import create_flow
from firstline.flows.statistics import WalkOutcome, record_walk

AT = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)


@pytest.fixture
def flow(db: Session, people: Any) -> Flow:
    return create_flow(db, name="Printer", graph=Graph(""), by=people.engineer, at=AT)


def counted(db: Session) -> dict[tuple[str, str], tuple[int, int, int, int, int, float]]:
    rows = db.scalars(select(EdgeStatistic).execution_options(populate_existing=True))
    return {
        (row.node_id, row.answer): (row.resolved, row.failed, row.escalated, row.abandoned, row.unsure, row.seconds)
        for row in rows
    }


class TestRecordingAWalk:
    def test_counts_each_way_once_by_how_the_walk_ended(self, db: Session, people: Any, flow: Flow) -> None:
        def record(steps: list[tuple[str, str | None, float]], outcome: WalkOutcome) -> None:
            record_walk(db, account_id=people.account_id, flow_id=flow.id, steps=steps, outcome=outcome, at=AT)

        record([("q", "no", 10.0), ("s", None, 60.0), ("q", "no", 5.0)], WalkOutcome.RESOLVED)
        record([("q", "no", 20.0), ("s", None, 30.0)], WalkOutcome.ESCALATED)
        record([("q", "unsure", 40.0)], WalkOutcome.ABANDONED)
        record([], WalkOutcome.FAILED)

        assert counted(db) == {
            ("q", "no"): (1, 0, 1, 0, 0, 35.0),
            ("s", ""): (1, 0, 1, 0, 0, 90.0),
            ("q", "unsure"): (0, 0, 0, 1, 1, 40.0),
        }

    def test_begins_a_new_row_each_day(self, db: Session, people: Any, flow: Flow) -> None:
        for at in (AT, AT.replace(hour=0), AT.replace(day=2)):
            record_walk(
                db,
                account_id=people.account_id,
                flow_id=flow.id,
                steps=[("q", "no", 1.0)],
                outcome=WalkOutcome.RESOLVED,
                at=at,
            )

        rows = db.scalars(select(EdgeStatistic).order_by(EdgeStatistic.day)).all()
        assert [(row.day, row.resolved) for row in rows] == [
            (datetime(2026, 3, 1, tzinfo=UTC), 2),
            (datetime(2026, 3, 2, tzinfo=UTC), 1),
        ]
