"""A help desk with a past: flows, ended walks, edges and proposals, stored as the product stores them."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from firstline.clock import now
from firstline.db.models import AiSession, EdgeStatistic, Flow, FlowVersion, Proposal, Walk

QUESTIONS = ("cable", "power", "driver")


def graph() -> dict[str, Any]:
    """Three questions in a row, each with a cure of its own, and a hand-over at the end."""
    nodes = [{"id": "desk", "type": "escalate", "text": "Pass it on."}]
    edges = []
    for question, onward in zip(QUESTIONS, (*QUESTIONS[1:], "desk"), strict=True):
        nodes.append({"id": question, "type": "decision", "text": f"Is the {question} in order?"})
        nodes.append({"id": f"{question}_cured", "type": "solution", "text": f"The {question} was it."})
        edges.append({"from": question, "to": onward, "condition": {"key": "yes", "label": "In order"}})
        edges.append({"from": question, "to": f"{question}_cured", "condition": {"key": "no", "label": "Broken"}})
    return {"root": QUESTIONS[0], "nodes": nodes, "edges": edges}


class History:
    """What happened in an account; each method stores one kind of thing, and days count back from today."""

    def __init__(self, account: Any, db: Session) -> None:
        self.account, self.db = account, db
        self.today = now().astimezone(UTC)

    def _add(self, model: Any, **columns: Any) -> Any:
        row = model(account_id=self.account.id, id=uuid4(), **columns)
        self.db.add(row)
        self.db.flush()
        return row

    def flow(self, name: str = "Printer is dead", **columns: Any) -> UUID:
        at = self.today - timedelta(days=100)
        columns = {"category": "printer", "problem_domain": "printing", **columns}
        flow = self._add(
            Flow, name=name, draft=graph(), draft_of=1, live_version=1, created_at=at, updated_at=at, **columns
        )
        self._add(FlowVersion, tree_id=flow.id, version=1, name=name, graph=graph(), published_at=at)
        return UUID(str(flow.id))

    def walks(self, count: int, *, days_ago: float = 1, minutes: float = 10, **columns: Any) -> None:
        ended = self.today - timedelta(days=days_ago)
        kind = "flow" if columns.get("flow_id") else "ai_build"
        columns = {"session_kind": kind, "status": "resolved", "category": "printer", **columns}
        columns.setdefault("helpful", columns["status"] == "resolved")
        for _ in range(count):
            self._add(
                Walk,
                created_by_user_id=UUID(self.account.user_id("l1_tech")),
                ticket_id=str(uuid4()),
                ticket_kind="internal",
                problem_text="It does not print",
                started_at=ended - timedelta(minutes=minutes),
                last_step_at=ended,
                resolved_at=None if columns["status"] == "active" else ended,
                **columns,
            )

    def edge(self, flow_id: UUID, node_id: str, answer: str, *, days_ago: float = 1, **counts: Any) -> None:
        day = (self.today - timedelta(days=days_ago)).replace(hour=0, minute=0, second=0, microsecond=0)
        self.db.add(
            EdgeStatistic(
                account_id=self.account.id, flow_id=flow_id, node_id=node_id, answer=answer, day=day, **counts
            )
        )
        self.db.flush()

    def proposal(
        self, support: int = 1, *, days_ago: float = 5, reviewed_days_ago: float | None = None, **columns: Any
    ) -> UUID:
        self.walks(1, days_ago=60, status="abandoned")
        walk = self.db.query(Walk).filter_by(account_id=self.account.id, status="abandoned").first()
        assert walk is not None
        created = self.today - timedelta(days=days_ago)
        reviewed = self.today - timedelta(days=reviewed_days_ago) if reviewed_days_ago is not None else None
        columns = {"proposal_type": "new_flow", "status": "pending", "title": "Print queue is stuck", **columns}
        row = self._add(
            Proposal,
            l1_session_id=walk.id,
            proposed_flow_data=graph(),
            supporting_session_ids=[str(uuid4()) for _ in range(support)],
            supporting_session_count=support,
            source="ai_realtime_l1",
            created_at=created,
            supported_at=created,
            reviewed_at=reviewed,
            **columns,
        )
        return UUID(str(row.id))

    def ai_sessions(self, count: int, **columns: Any) -> None:
        ended = self.today - timedelta(days=1)
        for _ in range(count):
            self._add(
                AiSession,
                user_id=UUID(self.account.user_id("engineer")),
                intake_type="free_text",
                problem_text="VPN",
                started_at=ended - timedelta(minutes=30),
                last_step_at=ended,
                resolved_at=ended,
                **columns,
            )

    def read(self, view: str, role: str = "engineer", **query: Any) -> Any:
        self.db.commit()
        answer = self.account.as_(role).get(f"/v1/analytics/{view}", **query)
        assert answer.status == 200, answer
        return answer.body


@pytest.fixture
def history(account: Any) -> Iterator[History]:
    with Session(account.cloud.owner) as db:
        yield History(account, db)
