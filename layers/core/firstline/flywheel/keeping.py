"""A proposal's fold in the database: its state in one column, and beside it a row for each walk.

A further walk is one row more and the state written anew; the rows are read only when walks are folded again.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from firstline.db.models import ProposalEvidence, ProposalWalk
from firstline.flywheel.folding import storing
from firstline.flywheel.folding.evidence import Walk
from firstline.flywheel.folding.shelf import line_of
from firstline.flywheel.folding.state import FoldState


def load(db: Session, evidence: ProposalEvidence) -> FoldState:
    return storing.from_json(evidence.fold, lambda: _lines(db, evidence))


def add_walk(db: Session, evidence: ProposalEvidence, state: FoldState, walk: Walk) -> FoldState:
    """Fold one more walk in and keep it; a walk of a session that the state knows takes the place of the known one."""
    if walk.session_id in state.register.walks:
        others = (known for known in state.walks.values() if known.session_id != walk.session_id)
        return refold(db, evidence, [*others, walk])
    grown = state.add(walk)
    if grown is not state:
        evidence.fold = storing.to_json(grown)
        db.execute(insert(ProposalWalk), [_row(evidence, walk)])
    return grown


def refold(db: Session, evidence: ProposalEvidence, walks: Sequence[Walk]) -> FoldState:
    """Fold a set of walks anew and keep them, and no other."""
    state = FoldState.of(walks)
    evidence.fold = storing.to_json(state)
    db.execute(delete(ProposalWalk).where(*_of(evidence)))
    if state.walks:
        db.execute(insert(ProposalWalk), [_row(evidence, walk) for walk in state.walks.values()])
    return state


def _lines(db: Session, evidence: ProposalEvidence) -> Iterable[str]:
    return db.scalars(select(ProposalWalk.walk).where(*_of(evidence)))


def _of(evidence: ProposalEvidence) -> tuple[ColumnElement[bool], ...]:
    return ProposalWalk.account_id == evidence.account_id, ProposalWalk.proposal_id == evidence.proposal_id


def _row(evidence: ProposalEvidence, walk: Walk) -> dict[str, object]:
    return {
        "account_id": evidence.account_id,
        "proposal_id": evidence.proposal_id,
        "session_id": walk.session_id,
        "walk": line_of(walk),
    }
