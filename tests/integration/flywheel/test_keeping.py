"""What a proposal stores of its walks: the state, and beside it a row for each."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from firstline.db.models import Proposal, ProposalEvidence, ProposalWalk
from firstline.db.models.walks import WalkKind
from firstline.flywheel import keeping
from firstline.flywheel.folding.evidence import Outcome, Walk
from firstline.flywheel.folding.state import fold
from firstline.tickets.service import open_ticket
from firstline.walks.service import create_walk
from tests.unit.flywheel.printer_walks import walk, walks

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firstline.flywheel.folding.skeleton.LEVELS", (8, 8))


@pytest.fixture
def evidence(db: Session, people: Any) -> ProposalEvidence:
    ticket = open_ticket(db, account_id=people.account_id, problem_text="x", created_by=people.l1_tech.user_id, at=AT)
    begun = create_walk(db, by=people.l1_tech, ticket=ticket, kind=WalkKind.ADHOC, problem_text="x", at=AT)
    db.flush()
    proposal = Proposal(
        account_id=people.account_id,
        l1_session_id=begun.id,
        proposal_type="new_flow",
        title="Printer",
        proposed_flow_data={},
        supporting_session_ids=[str(begun.id)],
        created_at=AT,
        supported_at=AT,
    )
    db.add(proposal)
    db.flush()
    made = ProposalEvidence(
        account_id=people.account_id, proposal_id=proposal.id, fold="", signature={}, terms=[], updated_at=AT
    )
    db.add(made)
    return made


@pytest.fixture
def reads(db: Session) -> Iterator[list[str]]:
    """Every query of whole walks."""
    seen: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("SELECT flow_proposal_walks"):
            seen.append(statement)

    connection = db.connection()
    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def ended(count: int) -> list[Walk]:
    return [replace(one, ended_at=float(at + 1)) for at, one in enumerate(walks(count))]


def rows(db: Session, evidence: ProposalEvidence) -> dict[str, str]:
    found = select(ProposalWalk).where(ProposalWalk.proposal_id == evidence.proposal_id)
    return {row.session_id: row.walk for row in db.scalars(found)}


class TestKeeping:
    def test_gives_back_what_was_folded(self, db: Session, evidence: ProposalEvidence) -> None:
        keeping.refold(db, evidence, ended(20))
        loaded = keeping.load(db, evidence)
        assert loaded.folding() == fold(ended(20))
        assert set(loaded.walks.values()) == set(ended(20))

    def test_adds_a_walk_as_one_row_and_reads_no_other(
        self, db: Session, evidence: ProposalEvidence, reads: list[str]
    ) -> None:
        some = ended(25)
        keeping.refold(db, evidence, some[:24])
        keeping.add_walk(db, evidence, keeping.load(db, evidence), some[24])
        assert reads == []
        assert rows(db, evidence).keys() == {one.session_id for one in some}
        assert keeping.load(db, evidence).folding() == fold(some)

    def test_reads_them_when_the_shape_changes(self, db: Session, evidence: ProposalEvidence, reads: list[str]) -> None:
        some = ended(27)
        keeping.refold(db, evidence, some[:26])
        keeping.add_walk(db, evidence, keeping.load(db, evidence), some[26])
        assert len(reads) == 1
        assert keeping.load(db, evidence).folding() == fold(some)

    def test_takes_a_walk_told_anew_for_the_known_one(self, db: Session, evidence: ProposalEvidence) -> None:
        some = ended(20)
        keeping.refold(db, evidence, some)
        failed = replace(some[3], outcome=Outcome.FAILED)
        keeping.add_walk(db, evidence, keeping.load(db, evidence), failed)
        assert keeping.load(db, evidence).walks[failed.session_id] == failed
        assert len(rows(db, evidence)) == 20

    def test_forgets_every_word_of_a_walk_that_left(self, db: Session, evidence: ProposalEvidence) -> None:
        spoken = replace(walk(99), opening="Ms Miller's plotter")
        keeping.refold(db, evidence, [*ended(12), spoken])
        assert "Miller" in evidence.fold
        others = [one for one in keeping.load(db, evidence).walks.values() if one.session_id != spoken.session_id]
        keeping.refold(db, evidence, others)
        assert "Miller" not in evidence.fold + "".join(rows(db, evidence).values())

    def test_goes_with_its_proposal(self, db: Session, evidence: ProposalEvidence) -> None:
        keeping.refold(db, evidence, ended(5))
        db.flush()
        db.execute(delete(Proposal).where(Proposal.id == evidence.proposal_id))
        assert rows(db, evidence) == {}
