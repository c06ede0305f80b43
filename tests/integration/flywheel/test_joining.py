"""Proposals that prove to be one problem."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from firstline.db.models import AuditLog, Proposal, ProposalEvidence, ProposalTerm, ProposalWalk, Walk
from firstline.db.models.proposals import ProposalStatus, ProposalType
from firstline.db.models.walks import WalkKind
from firstline.flywheel import joining, service
from firstline.outbox.messages import SessionResolved
from tests.integration.flywheel.conftest import Calls, Said

LAMP, RIBBON = "Which lamp of the label printer blinks?", "Is the ribbon of the label printer used up?"
TEST, HEAD = "What does the label printer print when it tests itself?", "Is the print head of the label printer dirty?"
CLEANED: Said = ("Clean the print head with the pen.", None)
TELLINGS: list[tuple[str, list[Said]]] = [
    ("Labels come out empty", [(LAMP, "Red"), (RIBBON, "Used up"), ("Put a new ribbon into the label printer.", None)]),
    ("The shipping desk gets blank stickers", [(TEST, "Blank labels"), (HEAD, "Dirty"), CLEANED]),
    ("Labels come out empty again", [(LAMP, "Green"), (TEST, "Blank labels"), (HEAD, "Dirty"), CLEANED]),
    (
        "No text on the labels",
        [(LAMP, "Red"), (RIBBON, "Half left"), (TEST, "Blank labels"), (HEAD, "Clean"), ("Replace the head.", None)],
    ),
]


def tell(calls: Calls, *numbers: int) -> list[Walk]:
    return [calls.resolve(TELLINGS[number][1], TELLINGS[number][0]) for number in numbers]


def of_status(calls: Calls, status: ProposalStatus) -> list[Proposal]:
    return [one for one in calls.proposals(ProposalType.NEW_FLOW) if one.status == status]


class TestTwoProposals:
    def test_stay_apart_while_little_speaks_for_one_problem(self, calls: Calls) -> None:
        tell(calls, 0, 1, 2)

        assert [one.supporting_session_count for one in of_status(calls, ProposalStatus.PENDING)] == [2, 1]

    def test_become_the_older_one_when_a_walk_brings_them_together(self, calls: Calls) -> None:
        walks = tell(calls, 0, 1, 2, 3)

        (kept,) = of_status(calls, ProposalStatus.PENDING)
        assert kept.l1_session_id == walks[0].id
        assert sorted(kept.supporting_session_ids) == sorted(str(walk.id) for walk in walks)
        asked = {node["text"] for node in kept.proposed_flow_data["nodes"]}
        assert {LAMP, RIBBON, TEST, HEAD} <= asked

    def test_give_the_same_graph_in_any_order(self, calls: Calls) -> None:
        tell(calls, 3, 1, 0, 2)

        (kept,) = of_status(calls, ProposalStatus.PENDING)
        assert kept.supporting_session_count == len(TELLINGS)

    def test_leave_a_note_without_anybody_s_words(self, calls: Calls, db: Session) -> None:
        tell(calls, 0, 1, 2, 3)

        (kept,) = of_status(calls, ProposalStatus.PENDING)
        (gone,) = of_status(calls, ProposalStatus.DISMISSED)
        assert str(kept.id) in (gone.reviewer_notes or "")
        assert (gone.supporting_session_ids, gone.proposed_flow_data["nodes"], gone.description) == ([], [], None)
        for table in (ProposalEvidence, ProposalWalk, ProposalTerm):
            assert set(db.scalars(select(table.proposal_id))) == {kept.id}
        (noted,) = db.scalars(select(AuditLog).where(AuditLog.action == "proposal.joined"))
        assert (noted.resource_id, noted.details) == (str(gone.id), {"joined_with": str(kept.id)})

    def test_count_a_walk_of_the_one_that_is_gone_for_the_other(self, calls: Calls) -> None:
        tell(calls, 0, 1, 2, 3)
        (kept,) = of_status(calls, ProposalStatus.PENDING)
        (gone,) = of_status(calls, ProposalStatus.DISMISSED)

        problem, steps = TELLINGS[2]
        walk = calls.resolve(steps, problem, session_kind=WalkKind.PROPOSAL, flow_proposal_id=gone.id)

        assert str(walk.id) in kept.supporting_session_ids
        assert (kept.validated_by_outcome, gone.validated_by_outcome) == (True, False)

    def test_are_joined_once_whatever_is_delivered_again(self, calls: Calls) -> None:
        walks = tell(calls, 0, 1, 2, 3)
        (kept,) = of_status(calls, ProposalStatus.PENDING)
        revision = kept.revision

        message = SessionResolved(account_id=kept.account_id, session_id=walks[1].id, session_type="walk")
        service.capture(calls.db, message=message, at=calls.at)
        joining.settle(calls.db, account_id=kept.account_id, proposal_id=kept.id, at=calls.at)

        assert (kept.revision, kept.supporting_session_count) == (revision, len(TELLINGS))

    def test_are_left_alone_once_one_is_reviewed(self, calls: Calls) -> None:
        tell(calls, 0, 1)
        _, second = calls.proposals(ProposalType.NEW_FLOW)
        second.status = ProposalStatus.REJECTED
        calls.db.flush()

        tell(calls, 2, 3)

        assert second.status == ProposalStatus.REJECTED
        assert second.supporting_session_count == 1
        (kept,) = of_status(calls, ProposalStatus.PENDING)
        assert kept.supporting_session_count == 3


class TestCandidates:
    def test_are_read_from_an_index_as_the_application_s_role(self, calls: Calls, db: Session) -> None:
        tell(calls, 0, 1)
        db.execute(text("SET LOCAL enable_seqscan = off"))
        db.execute(text("SET LOCAL enable_bitmapscan = off"))
        plan = db.scalars(
            text(
                "EXPLAIN SELECT proposal_id FROM unnest(ARRAY['lamp', 'ribbon']) AS asked CROSS JOIN LATERAL ("
                " SELECT proposal_id FROM flow_proposal_terms WHERE account_id = :account AND status = 'pending'"
                " AND term = asked LIMIT 64) AS found"
            ),
            {"account": calls.people.account_id},
        ).all()
        (condition,) = [line for line in plan if "Index Cond" in line]
        assert "term = asked.asked" in condition

    def test_of_a_session_s_own_are_read_from_an_index_too(self, calls: Calls, db: Session) -> None:
        (walk,) = tell(calls, 0)
        db.execute(text("SET LOCAL enable_seqscan = off"))
        db.execute(text("SET LOCAL enable_bitmapscan = off"))
        plan = db.scalars(
            text(
                "EXPLAIN SELECT proposal_id FROM flow_proposal_walks WHERE account_id = :account AND session_id = :walk"
            ),
            {"account": calls.people.account_id, "walk": str(walk.id)},
        ).all()

        (condition,) = [line for line in plan if "Index Cond" in line]
        assert "session_id" in condition

    def test_follow_the_status_of_their_proposal(self, calls: Calls, db: Session) -> None:
        tell(calls, 0)
        (proposal,) = calls.proposals(ProposalType.NEW_FLOW)
        found = []
        for status in (ProposalStatus.REJECTED, ProposalStatus.DISMISSED, ProposalStatus.PENDING):
            proposal.status = status
            db.flush()
            found.append(set(db.scalars(select(ProposalTerm.status))))

        assert found == [{"rejected"}, set(), {"pending"}]
