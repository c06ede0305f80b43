"""Changes of a published flow that its figures speak for."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from firstline.db.models import Proposal
from firstline.db.models.proposals import ProposalSource, ProposalType
from firstline.flows.rules import Graph
from firstline.flywheel.enhancing import propose_enhancement
from firstline.flywheel.withdrawing import release_session
from firstline.outbox.messages import EventHappened
from firstline.settings import settings
from tests.integration.flywheel.conftest import FLOW, Calls

SERVED = [(node.text, label) for node, label in zip(FLOW.nodes[::2], ("Lit", "Paper is in", "None wait"), strict=False)]
CURED = [*SERVED, (FLOW.nodes[-1].text, None)]
BETTER = replace(FLOW, root="paper")


def reworded(text: str) -> Graph:
    return replace(FLOW, nodes=tuple(replace(node, text=text) if node.id == "power" else node for node in FLOW.nodes))


def made_today(calls: Calls) -> Proposal:
    walk = calls.made[-1]
    return Proposal(
        account_id=walk.account_id,
        l1_session_id=walk.id,
        proposal_type=ProposalType.NEW_FLOW,
        title="The fax prints nothing",
        proposed_flow_data={"root": None, "nodes": [], "edges": []},
        source=ProposalSource.AI_REALTIME_L1,
        supporting_session_ids=[str(walk.id)],
        created_at=calls.at,
        supported_at=calls.at,
    )


@pytest.fixture
def flow_id(calls: Calls) -> UUID:
    """A published flow with three helpful walks."""
    flow_id = calls.publish()
    for _ in range(3):
        calls.end(CURED, flow_id=flow_id)
    return flow_id


@pytest.fixture
def advise(calls: Calls, flow_id: UUID) -> Any:
    def advise(edited: Graph = BETTER, **changed: Any) -> Any:
        wanted: dict[str, Any] = {
            "edited": edited,
            "reason": "Ask about the paper first",
            "evidence": {"walks": 40, "saved_share": 0.25},
            "at": calls.at,
        } | changed
        done = propose_enhancement(calls.db, account_id=calls.people.account_id, flow_id=flow_id, **wanted)
        calls.db.flush()
        return done

    return advise


def the_one(calls: Calls) -> Proposal:
    (proposal,) = calls.proposals(ProposalType.ENHANCEMENT)
    return proposal


class TestAnEnhancement:
    def test_shows_the_change_the_reason_and_the_figures(self, calls: Calls, advise: Any, flow_id: UUID) -> None:
        assert advise() is not None

        proposal = the_one(calls)
        assert (proposal.target_flow_id, proposal.target_version, proposal.status) == (flow_id, 1, "pending")
        assert proposal.proposed_flow_data["root"] == "paper"
        assert proposal.proposed_diff is not None
        assert proposal.proposed_diff["evidence"] == {"walks": 40, "saved_share": 0.25}
        assert proposal.supporting_session_ids == [str(walk.id) for walk in reversed(calls.made)]
        assert proposal.l1_session_id == calls.made[-1].id
        # Three calls in four weeks, of twelve minutes each, a quarter of it saved.
        assert proposal.impact == pytest.approx(3 / 4 * 12 * 0.25, abs=0.01)

    def test_of_the_same_kind_is_proposed_once(self, calls: Calls, advise: Any) -> None:
        advise()

        assert advise() is None
        the_one(calls)

    def test_that_waits_is_renewed_when_the_advice_moves(self, calls: Calls, advise: Any) -> None:
        advise()

        assert advise(reworded("Is there light?")) is not None
        assert the_one(calls).proposed_flow_data["nodes"][0]["text"] == "Is there light?"

    @pytest.mark.parametrize("status", ["rejected", "dismissed"])
    def test_decided_against_does_not_come_back(self, calls: Calls, advise: Any, status: str) -> None:
        advise()
        the_one(calls).status = status
        the_one(calls).reviewed_at = calls.at

        assert advise(at=calls.at + timedelta(days=400)) is None

    def test_decided_against_comes_in_another_form_only_on_new_walks(
        self, calls: Calls, advise: Any, flow_id: UUID
    ) -> None:
        advise(evidence={"walks": 1})
        the_one(calls).status = "rejected"
        the_one(calls).reviewed_at = calls.at
        other = reworded("Is there light?")

        assert advise(other) is None
        for _ in range(2):
            calls.end(CURED, flow_id=flow_id)
        assert advise(other) is not None

    def test_respects_the_days_limit(self, calls: Calls, advise: Any) -> None:
        for _ in range(settings().proposals_per_day):
            calls.db.add(made_today(calls))
        calls.db.flush()

        assert advise() is None
        assert calls.proposals(ProposalType.ENHANCEMENT) == []
        assert advise(at=calls.at + timedelta(days=1)) is not None

    def test_outlives_the_purge_of_one_of_its_walks(self, calls: Calls, advise: Any) -> None:
        advise()
        proposal = the_one(calls)
        gone = calls.made[-1]

        assert release_session(calls.db, proposal=proposal, session_id=str(gone.id), at=calls.at)
        assert str(gone.id) not in proposal.supporting_session_ids
        assert proposal.l1_session_id == calls.made[-2].id
        assert proposal.proposed_flow_data["root"] == "paper"

    def test_tells_that_it_waits(self, calls: Calls, advise: Any, told: Any) -> None:
        advise()

        assert [(event["event"], event["subject_id"]) for event in told(EventHappened.topic)][-1:] == [
            ("proposal.pending", str(the_one(calls).id))
        ]
