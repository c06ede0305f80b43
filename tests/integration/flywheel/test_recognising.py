"""Calls that were built anew although a flow is published for them."""

from typing import Any

import pytest
from sqlalchemy import select

from firstline.db.models import ProposalWalk
from firstline.db.models.proposals import ProposalType
from firstline.flows.rules import Graph, problems
from firstline.flywheel.purging import purge_session
from firstline.proposals.repairs import suggest
from tests.integration.flywheel.conftest import DRIVER, FLOW, LIT, PAPER, PLOTTER, QUEUE, Calls, Said

TWICE = [LIT, ("Has the plotter been moved lately?", "Yes"), PAPER, QUEUE, ("Is the network cable plugged in?", "No")]
CLEARER = ("Does the display say that the paper roll is used up?", "Paper is in")
CABLE = ("Plug the network cable into the plotter.", None)


class TestABuiltCall:
    def test_inside_a_published_flow_strengthens_it(self, calls: Calls) -> None:
        flow_id = calls.publish()

        walk = calls.resolve([LIT, PAPER, QUEUE, DRIVER])

        assert walk.analysis_status == "completed"
        (tracked,) = calls.proposals(ProposalType.AUTO_REINFORCED)
        assert (tracked.target_flow_id, tracked.l1_session_id) == (flow_id, walk.id)
        assert [edge["to"] for edge in tracked.proposed_flow_data["edges"]] == ["paper", "queue", "driver"]
        assert calls.ways() == {("power", "yes"): 1, ("paper", "no"): 1, ("queue", "no"): 1}

    def test_that_leaves_by_an_answer_nobody_foresaw_becomes_a_branch_there(self, calls: Calls) -> None:
        flow_id = calls.publish()

        walk = calls.resolve([LIT, PAPER, (QUEUE[0], "Access is denied"), ("Renew the rights on the queue.", None)])

        (branch,) = calls.proposals(ProposalType.BRANCH_ADDITION)
        assert (branch.target_flow_id, branch.supporting_session_ids) == (flow_id, [str(walk.id)])
        assert branch.proposed_diff is not None
        assert branch.proposed_diff["attachment"] == {
            "node_id": "queue",
            "condition": {"key": "other", "label": "Access is denied"},
        }
        added = {change["kind"] for change in branch.proposed_diff["changes"]}
        assert added == {"node_added", "edge_added"}
        assert calls.proposals(ProposalType.NEW_FLOW) == []

    def test_of_another_problem_is_proposed_on_its_own(self, calls: Calls) -> None:
        calls.publish()

        calls.resolve(
            [("Which account is locked?", "Mail"), ("Unlock the mail account.", None)], "My mail account is locked"
        )

        assert len(calls.proposals(ProposalType.NEW_FLOW)) == 1

    def test_that_departs_at_several_points_asks_for_a_change_of_the_flow(self, calls: Calls) -> None:
        flow_id = calls.publish()

        walk = calls.resolve([*TWICE, CABLE])

        (change,) = calls.proposals(ProposalType.ENHANCEMENT)
        assert (change.target_flow_id, change.supporting_session_ids) == (flow_id, [str(walk.id)])
        assert change.proposed_diff is not None
        assert [(one["node_id"], one["back_at"]) for one in change.proposed_diff["departures"]] == [
            ("power", "paper"),
            ("queue", None),
        ]
        texts = {node["text"] for node in change.proposed_flow_data["nodes"]}
        assert {"Has the plotter been moved lately?", "Is the network cable plugged in?", CABLE[0]} <= texts

    def test_that_departs_as_another_did_supports_the_same_change_once(self, calls: Calls) -> None:
        calls.publish()

        first = calls.resolve([*TWICE, CABLE])
        second = calls.resolve([*TWICE, CABLE])
        calls.resolve([*TWICE, CABLE]).analysis_status = "pending"

        (change,) = calls.proposals(ProposalType.ENHANCEMENT)
        assert change.supporting_session_ids[:2] == [str(first.id), str(second.id)]
        assert change.proposed_diff is not None
        assert [len(one["sessions"]) for one in change.proposed_diff["departures"]] == [3, 3]

    def test_that_departs_as_one_decided_against_brings_it_up_on_new_evidence_only(self, calls: Calls) -> None:
        calls.publish()
        calls.resolve([*TWICE, CABLE])
        (change,) = calls.proposals(ProposalType.ENHANCEMENT)
        change.status = "rejected"
        calls.db.flush()

        walks = [calls.resolve([*TWICE, CABLE]) for _ in range(2)]

        assert [walk.analysis_status for walk in walks] == ["skipped", "completed"]
        assert [one.status for one in calls.proposals(ProposalType.ENHANCEMENT)] == ["rejected", "pending"]

    def test_with_another_cure_after_the_same_answers_keeps_both(self, calls: Calls) -> None:
        calls.publish()

        walk = calls.resolve([LIT, PAPER, QUEUE, ("Restart the licence server in the basement.", None)])

        (change,) = calls.proposals(ProposalType.ENHANCEMENT)
        edges = [edge for edge in change.proposed_flow_data["edges"] if edge["from"] == "queue"]
        same_answer = [edge for edge in edges if edge["condition"]["key"] == "no"]
        assert sorted((edge["published"], edge["sessions"]) for edge in same_answer) == [
            (False, [str(walk.id)]),
            (True, []),
        ]

    def test_with_another_cure_can_be_published_as_suggested_with_nothing_lost(self, calls: Calls) -> None:
        calls.publish()
        calls.resolve([LIT, PAPER, QUEUE, ("Restart the licence server in the basement.", None)])
        calls.resolve([*TWICE, CABLE])

        (change,) = calls.proposals(ProposalType.ENHANCEMENT)
        suggested = Graph.from_document(suggest(change.proposed_flow_data) or {})

        assert problems(suggested) == []
        assert {node.text for node in FLOW.nodes} <= {node.text for node in suggested.nodes}
        assert CABLE[0] in {node.text for node in suggested.nodes}


class TestWhatABranchDoesNotDraw:
    DENIED = (QUEUE[0], "Access is denied")
    RIGHTS = ("Renew the rights on the queue.", None)
    LICENCE = ("Restart the licence server in the basement.", None)

    def test_is_told_at_the_place_where_the_flow_was_left(self, calls: Calls) -> None:
        calls.publish()
        common = [str(calls.resolve([LIT, PAPER, self.DENIED, self.RIGHTS]).id) for _ in range(4)]
        other = str(calls.resolve([LIT, PAPER, self.DENIED, self.LICENCE]).id)

        (branch,) = calls.proposals(ProposalType.BRANCH_ADDITION)
        document = branch.proposed_flow_data

        place = {"node_id": "queue", "answer": "other"}
        assert document["set_aside"] == [
            place | {"asked": self.LICENCE[0], "ended": self.LICENCE[0], "sessions": [other]}
        ]
        ways = [
            {"text": self.RIGHTS[0], "sessions": sorted(common)},
            {"text": self.LICENCE[0], "sessions": [other]},
        ]
        assert document["contradictions"] == [place | {"ways": ways}]
        (entrance,) = [edge for edge in document["edges"] if edge["from"] == "queue" and edge["sessions"]]
        assert entrance["sessions"] == sorted(common)

    def test_is_told_inside_it_too(self, calls: Calls) -> None:
        calls.publish()
        owner: Said = ("Does the caller own the drawings?", "Yes")
        for _ in range(4):
            calls.resolve([LIT, PAPER, self.DENIED, owner, self.LICENCE])
        other = str(calls.resolve([LIT, PAPER, self.DENIED, owner, CABLE]).id)

        (branch,) = calls.proposals(ProposalType.BRANCH_ADDITION)
        document = branch.proposed_flow_data

        (asked,) = [node["id"] for node in document["nodes"] if node["text"] == owner[0]]
        assert [(one["node_id"], one["sessions"]) for one in document["set_aside"]] == [(asked, [other])]
        assert [one["node_id"] for one in document["contradictions"]] == [asked]


class TestWhatAChangeOfAFlowDoesNotDraw:
    def test_is_told_where_it_happened(self, calls: Calls) -> None:
        calls.publish()
        for _ in range(4):
            calls.resolve([*TWICE, CABLE])
        other = str(calls.resolve([*TWICE, ("Restart the licence server in the basement.", None)]).id)

        (change,) = calls.proposals(ProposalType.ENHANCEMENT)
        document = change.proposed_flow_data

        (asked,) = [node["id"] for node in document["nodes"] if node["text"] == TWICE[-1][0]]
        assert [(one["node_id"], one["sessions"]) for one in document["set_aside"]] == [(asked, [other])]
        assert [one["node_id"] for one in document["contradictions"]] == [asked]


class TestWordsCallersGetStuckOn:
    def test_are_changed_for_those_that_got_a_call_further(self, calls: Calls, statistics: Any) -> None:
        flow_id = calls.publish()
        statistics(flow_id, "paper", "unsure", resolved=4, unsure=4)
        statistics(flow_id, "paper", "no", resolved=8)

        walk = calls.resolve([LIT, CLEARER, QUEUE, DRIVER])

        (change,) = calls.proposals(ProposalType.ENHANCEMENT)
        assert change.proposed_diff is not None
        assert change.proposed_diff["rewordings"] == [
            {
                "node_id": "paper",
                "before": "Does the display report an empty paper roll?",
                "after": CLEARER[0],
                "sessions": [str(walk.id)],
            }
        ]
        assert calls.proposals(ProposalType.AUTO_REINFORCED) == []

    def test_stay_where_callers_get_by(self, calls: Calls, statistics: Any) -> None:
        flow_id = calls.publish()
        statistics(flow_id, "paper", "no", resolved=40)

        calls.resolve([LIT, CLEARER, QUEUE, DRIVER])

        assert calls.proposals(ProposalType.ENHANCEMENT) == []


class TestATicketThatCameBack:
    def test_counts_against_the_flow_its_call_was_found_to_follow(self, calls: Calls, reopen: Any) -> None:
        flow_id = calls.publish()
        walk = calls.resolve([LIT, PAPER, QUEUE, DRIVER])

        openings = reopen(walk)

        assert [(opening.flow_id, opening.helpful, opening.text) for opening in openings] == [(flow_id, False, PLOTTER)]

    def test_counts_as_failed_on_the_ways_it_took_once(self, calls: Calls, reopen: Any) -> None:
        flow_id = calls.publish()
        served = [(FLOW.nodes[0].text, "Lit"), (FLOW.nodes[2].text, "Paper is in"), (FLOW.nodes[4].text, "None wait")]
        calls.resolve([LIT, PAPER, QUEUE, DRIVER])
        walks = [
            calls.resolve([*served, (FLOW.nodes[-1].text, None)], flow_id=flow_id),
            calls.resolve([LIT, PAPER, QUEUE, DRIVER]),
        ]

        for walk in walks * 2:
            reopen(walk)

        ways = [("power", "yes"), ("paper", "no"), ("queue", "no")]
        assert calls.ways() == dict.fromkeys(ways, 1)
        assert calls.ways("failed") == dict.fromkeys(ways, 2)

    def test_before_its_call_was_captured_proposes_nothing(self, calls: Calls, reopen: Any) -> None:
        walk = calls.end([LIT, PAPER, QUEUE, DRIVER])

        reopen(walk)
        calls.capture(walk)

        assert walk.analysis_status == "skipped"
        assert calls.proposals(ProposalType.NEW_FLOW) == []


@pytest.mark.parametrize(
    "ending",
    [{"status": "escalated"}, {"status": "abandoned"}, {"helpful": False}],
    ids=["escalated", "abandoned", "failed"],
)
class TestACallThatWasNotHelped:
    def test_counts_against_what_is_proposed_for_its_problem_and_leaves_the_graph(
        self, calls: Calls, ending: dict[str, Any]
    ) -> None:
        calls.resolve([LIT, PAPER, QUEUE, DRIVER])
        (proposal,) = calls.proposals(ProposalType.NEW_FLOW)
        before = proposal.confidence_score
        drawn = [node["text"] for node in proposal.proposed_flow_data["nodes"]]

        for _ in range(2):
            calls.fail([LIT, PAPER, ("Is the plotter's cover closed?", "Yes"), CABLE], **ending)

        assert proposal.confidence_score < before
        assert proposal.figures is not None
        assert (proposal.figures["resolved"], proposal.figures["failed"]) == (1, 2)
        assert proposal.supporting_session_count == 1
        assert [node["text"] for node in proposal.proposed_flow_data["nodes"]] == drawn

    def test_proposes_nothing(self, calls: Calls, ending: dict[str, Any]) -> None:
        calls.fail([LIT, PAPER, QUEUE, DRIVER], **ending)

        assert calls.proposals(ProposalType.NEW_FLOW) == []

    def test_leaves_nothing_behind_when_it_is_purged(self, calls: Calls, ending: dict[str, Any]) -> None:
        calls.resolve([LIT, PAPER, QUEUE, DRIVER])
        walk = calls.fail([LIT, PAPER, QUEUE, DRIVER], **ending)
        (proposal,) = calls.proposals(ProposalType.NEW_FLOW)

        purge_session(calls.db, session_id=walk.id, by=calls.people.owner, at=calls.at)

        assert proposal.figures is not None
        assert (proposal.figures["resolved"], proposal.figures["failed"]) == (1, 0)
        assert list(calls.db.scalars(select(ProposalWalk.session_id))) == proposal.supporting_session_ids
