"""What one message costs the flywheel, database included: `python -m tests.bench.folding_message [--walks N]`.

A proposal of so many walks stands in a local cloud of its own; each further walk is folded in as the product does, in
one transaction. Figures are processor milliseconds of this process, and milliseconds until the transaction is written.
"""

import argparse
import gc
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.categories.rules import Category
from firstline.clock import now
from firstline.db.engine import make_engine
from firstline.db.models import Account, Proposal, ProposalEvidence, User
from firstline.db.models import Walk as WalkRow
from firstline.db.models.accounts import Role
from firstline.db.models.walks import WalkKind, WalkStatus
from firstline.flows.rules import NodeType
from firstline.flywheel import gathering, service
from firstline.flywheel.folding.evidence import Outcome, Step, Walk
from firstline.flywheel.sessions import read_walk
from firstline.outbox.messages import SessionResolved
from firstline.settings import Settings
from firstline.tickets.service import open_ticket
from firstline.walks.service import create_walk
from infra.local.testing import LocalCloud
from tests.bench.folding_cost import BEGAN, from_playbooks

SERVED = {"decision": "question", "action": "instruction", "solution": "resolved", "escalate": "escalate"}
FOUND = datetime.fromtimestamp(BEGAN, UTC) + timedelta(days=10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--walks", type=int, default=1000)
    parser.add_argument("--adds", type=int, default=12)
    options = parser.parse_args()
    drawn = from_playbooks(2 * (options.walks + options.adds))
    cured = (walk for walk in drawn if walk.outcome is Outcome.RESOLVED and walk.steps[-1].type is NodeType.SOLUTION)
    walks = list(islice(cured, options.walks + options.adds))
    with LocalCloud() as cloud:
        port = urlsplit(cloud.database_url("app")).port or 0
        engine = make_engine(Settings(database_port=port), user="firstline_app")
        account_id = uuid4()
        with Session(engine) as db:
            event.listen(db, "after_begin", lambda _, __, connection: _work_in(connection, account_id))
            _measure(db, _technician(db, account_id), walks, options.walks)
        engine.dispose()


def _work_in(connection: Connection, account_id: UUID) -> None:
    connection.execute(text("SELECT set_config('app.current_account_id', :id, true)"), {"id": str(account_id)})


def _technician(db: Session, account_id: UUID) -> Caller:
    db.add(Account(id=account_id, name="Northwind IT", l1_categories=[*Category], created_at=now()))
    db.flush()
    address = "l1@northwind.example.com"
    user = User(account_id=account_id, email=address, display_name="L1", account_role=Role.L1_TECH, created_at=now())
    db.add(user)
    db.flush()
    return Caller(account_id, user.id, Role.L1_TECH, address, "L1")


def _measure(db: Session, by: Caller, walks: Sequence[Walk], known: int) -> None:
    rows = [_ended(db, by, walk) for walk in walks]
    evidence = [read_walk(row).evidence for row in rows[:known]]
    later = [row.id for row in rows[known:]]
    db.commit()
    _propose(db, by.account_id, evidence)
    del rows, evidence
    gc.collect()
    gc.freeze()  # what the bench holds is no part of a message
    costs = [_timed(db, by.account_id, session_id) for session_id in later]
    cpu, until = zip(*costs, strict=True)
    print(f"{known} walks, {len(later)} messages: {median(cpu):.0f} ms of processor (least {min(cpu):.0f}), ", end="")
    print(f"{median(until):.0f} ms until written (least {min(until):.0f})")


def _timed(db: Session, account_id: UUID, session_id: UUID) -> tuple[float, float]:
    message = SessionResolved(account_id=account_id, session_id=session_id, session_type="walk")
    cpu, clock = time.thread_time(), time.perf_counter()
    service.capture(db, message=message, at=FOUND)
    db.commit()
    spent = 1000 * (time.thread_time() - cpu), 1000 * (time.perf_counter() - clock)
    db.expunge_all()
    return spent


def _propose(db: Session, account_id: UUID, walks: Sequence[Walk]) -> None:
    first = walks[0].session_id
    proposal = Proposal(
        account_id=account_id,
        l1_session_id=UUID(first),
        proposal_type="new_flow",
        title="",
        proposed_flow_data={},
        supporting_session_ids=[walk.session_id for walk in walks],
        supporting_session_count=len(walks),
        created_at=FOUND,
        supported_at=FOUND,
    )
    db.add(proposal)
    db.flush()
    evidence = ProposalEvidence(account_id=account_id, proposal_id=proposal.id, updated_at=FOUND)
    with db.no_autoflush:
        db.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # a whole fold takes its time
        db.add(evidence)
        state = gathering.refold(db, evidence, walks)
        gathering.draw(db, proposal, evidence, state, at=FOUND)
    db.commit()
    db.expunge_all()


def _ended(db: Session, by: Caller, walk: Walk) -> WalkRow:
    at = datetime.fromtimestamp(walk.ended_at, UTC)
    ticket = open_ticket(db, account_id=by.account_id, problem_text=walk.opening, created_by=by.user_id, at=at)
    row = create_walk(
        db, by=by, ticket=ticket, kind=WalkKind.AI_BUILD, problem_text=walk.opening, at=at - timedelta(minutes=12)
    )
    row.id = UUID(walk.session_id)
    *row.walked_path, row.pending_node = [
        _entry(walk.session_id, index, step, at) for index, step in enumerate(walk.steps)
    ]
    row.category, row.status, row.helpful, row.resolved_at = Category.PRINTER, WalkStatus.RESOLVED, True, at
    return row


def _entry(session_id: str, index: int, step: Step, at: datetime) -> dict[str, Any]:
    node_id = f"{session_id} {index}"
    return {
        "id": node_id,
        "node_id": node_id,
        "node_type": SERVED[step.type],
        "text": step.text,
        "help": step.help,
        "answer": step.answer,
        "answer_label": step.label,
        "options": [{"key": option.key, "label": option.label} for option in step.options],
        "built": True,
        "answered_at": (at - timedelta(minutes=len(session_id) - index)).isoformat(),
    }


if __name__ == "__main__":
    main()
