"""Published flows and ended calls, as the product stores them, and the flywheel run on each in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.db.models import EdgeStatistic, FlowOpening, OutboxMessage, Proposal, Walk
from firstline.db.models.proposals import ProposalType
from firstline.db.models.walks import WalkKind, WalkStatus
from firstline.flows import publishing
from firstline.flows import queries as flow_queries
from firstline.flows.rules import Condition, Edge, Graph, Node, NodeType
from firstline.flows.service import create_flow
from firstline.flywheel import service
from firstline.matching.service import index_flow
from firstline.outbox.messages import SessionResolved
from firstline.tickets.service import open_ticket
from firstline.walks.service import create_walk

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Said = tuple[str, str | None]  # a step's words, and the label of its answer; without one it is the end

PLOTTER = "The plotter in the drawing office prints nothing"
FLOW = Graph(
    "power",
    (
        Node("power", NodeType.DECISION, "Is the plotter's power light on?"),
        Node("plug", NodeType.SOLUTION, "Plug the power cable of the plotter into the wall."),
        Node("paper", NodeType.DECISION, "Does the display report an empty paper roll?"),
        Node("roll", NodeType.SOLUTION, "Put a new paper roll into the plotter."),
        Node("queue", NodeType.DECISION, "Are drawings waiting in the print queue?"),
        Node("clear", NodeType.SOLUTION, "Delete the stuck drawings from the queue."),
        Node("driver", NodeType.SOLUTION, "Install the plotter's driver again from the portal."),
    ),
    (
        Edge("power", "plug", Condition("no", "Dark")),
        Edge("power", "paper", Condition("yes", "Lit")),
        Edge("paper", "roll", Condition("yes", "Empty")),
        Edge("paper", "queue", Condition("no", "Paper is in")),
        Edge("queue", "clear", Condition("yes", "Some wait")),
        Edge("queue", "driver", Condition("no", "None wait")),
    ),
)
LIT: Said = ("Does the power light of the plotter shine?", "Lit")
PAPER: Said = ("Is an empty paper roll reported on the display?", "Paper is in")
QUEUE: Said = ("Do any drawings wait in the print queue?", "None wait")
DRIVER: Said = ("Install the driver of the plotter again, from the portal.", None)
KEYS = {"Lit": "yes", "Dark": "no", "Empty": "yes", "Paper is in": "no", "Some wait": "yes", "None wait": "no"}


@dataclass
class Calls:
    """Ended calls of an account."""

    db: Session
    people: Any
    at: datetime = AT
    made: list[Walk] = field(default_factory=list)

    def publish(self, graph: Graph = FLOW, name: str = "Plotter prints nothing") -> UUID:
        flow = create_flow(
            self.db, name=name, graph=graph, match_keywords=["plotter"], by=self.people.engineer, at=self.at
        )
        publishing.publish_flow(self.db, flow_id=flow.id, by=self.people.admin, at=self.at, index=index_flow)
        return flow.id

    def resolve(self, steps: Sequence[Said], problem: str = PLOTTER, **changed: Any) -> Walk:
        """End a call that was built step by step, helpfully unless told otherwise, and let the flywheel have it."""
        walk = self.end(steps, problem, **changed)
        self.capture(walk)
        return walk

    def capture(self, walk: Walk) -> None:
        message = SessionResolved(account_id=walk.account_id, session_id=walk.id, session_type="walk")
        service.capture(self.db, message=message, at=self.at)
        self.db.flush()

    def fail(self, steps: Sequence[Said], problem: str = PLOTTER, **ending: Any) -> Walk:
        """End a call without help, and let the flywheel weigh it twice, as a queue may deliver it."""
        walk = self.end(steps, problem, analysis_status="skipped", **ending)
        for _ in range(2):
            service.weigh_ended(self.db, account_id=walk.account_id, session_id=walk.id, at=self.at)
        self.db.flush()
        return walk

    def end(
        self, steps: Sequence[Said], problem: str = PLOTTER, *, flow_id: UUID | None = None, **changed: Any
    ) -> Walk:
        self.at += timedelta(minutes=30)
        ticket = open_ticket(
            self.db,
            account_id=self.people.account_id,
            problem_text=problem,
            created_by=self.people.l1_tech.user_id,
            at=self.at - timedelta(minutes=12),
        )
        live = flow_queries.find_live(self.db, self.people.account_id, flow_id) if flow_id else None
        walk = create_walk(
            self.db,
            by=self.people.l1_tech,
            ticket=ticket,
            kind=WalkKind.FLOW if live else WalkKind.AI_BUILD,
            problem_text=problem,
            flow=live,
            at=self.at - timedelta(minutes=12),
        )
        entries = [self._entry(index, step) for index, step in enumerate(steps)]
        *walked, end = entries
        walk.walked_path = walked
        walk.pending_node = end | {"id": end["node_id"]}
        walk.status, walk.helpful, walk.resolved_at = WalkStatus.RESOLVED, True, self.at
        for name, value in changed.items():
            setattr(walk, name, value)
        self.made.append(walk)
        self.db.flush()
        return walk

    def proposals(self, proposal_type: ProposalType) -> list[Proposal]:
        query = select(Proposal).where(Proposal.proposal_type == proposal_type)
        return list(self.db.scalars(query.order_by(Proposal.created_at)))

    def ways(self, outcome: str = "resolved") -> dict[tuple[str, str], int]:
        rows = self.db.scalars(select(EdgeStatistic)).all()
        return {(row.node_id, row.answer): getattr(row, outcome) for row in rows}

    def _entry(self, index: int, step: Said) -> dict[str, Any]:
        text, label = step
        known = next((node for node in FLOW.nodes if node.text == text), None)
        key = KEYS.get(label or "", "other" if label else None)
        other = [("yes", "Yes"), ("no", "No")] if label in ("Yes", "No") else []
        options = [{"key": key, "label": label}] if label else []
        return {
            "node_id": known.id if known else f"built-{len(self.made)}-{index}",
            "node_type": "question" if label else "resolved",
            "text": text,
            "answer": {name: value for value, name in other}.get(label or "", key),
            "answer_label": label,
            "options": [{"key": value, "label": name} for value, name in other] or options,
            "built": known is None,
            "answered_at": (self.at - timedelta(minutes=10 - index)).isoformat(),
        }


@pytest.fixture
def calls(db: Session, people: Any) -> Calls:
    return Calls(db, people)


@pytest.fixture
def statistics(db: Session, people: Any) -> Any:
    """Write how the walks of past days fared on a way."""

    def write(flow_id: UUID, node_id: str, answer: str, **counts: int) -> None:
        db.add(
            EdgeStatistic(
                account_id=people.account_id, flow_id=flow_id, node_id=node_id, answer=answer, day=AT, **counts
            )
        )
        db.flush()

    return write


@pytest.fixture
def reopen(db: Session) -> Any:
    """Let a walk's ticket come back, and return the openings the matcher knows then."""

    def come_back(walk: Walk) -> list[FlowOpening]:
        service.weigh_reopened(db, account_id=walk.account_id, session_id=walk.id, at=AT)
        db.flush()
        db.expire_all()
        return list(db.scalars(select(FlowOpening)))

    return come_back


@pytest.fixture
def told(db: Session) -> Any:
    """Read what was put in the outbox under a topic, oldest first."""

    def read(topic: str) -> list[dict[str, Any]]:
        query = select(OutboxMessage.payload).where(OutboxMessage.topic == topic)
        return list(db.scalars(query.order_by(OutboxMessage.created_at)))

    return read
