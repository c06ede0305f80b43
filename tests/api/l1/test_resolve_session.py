"""POST /v1/l1/sessions/{session_id}/resolve."""

from typing import Any

import pytest

from firstline.db.models import AuditLog, Proposal, Ticket

PURPLE = "The projector shows a purple picture"


def resolve(tech: Any, session_id: str, helpful: bool = True, **more: Any) -> Any:
    return tech.call("POST", session_id, "/resolve", {"helpful": helpful, **more})


class TestResolve:
    def test_ends_the_walk_its_ticket_and_feeds_the_flywheel(self, tech: Any, account: Any) -> None:
        begun = tech.intake()
        tech.step(begun["session_id"], begun["node"])

        answer = resolve(tech, begun["session_id"], resolution_notes="Signed in again")

        assert answer.status == 200
        body = answer.body
        assert (body["status"], body["helpful"], body["resolution_notes"]) == ("resolved", True, "Signed in again")
        assert (body["analysis_status"], body["ticket"]["status"]) == ("pending", "resolved")
        assert body["resolved_at"] == body["resolved_at"] is not None
        assert account.rows(Ticket)[0].status == "resolved"
        [captured] = account.outbox("session.resolved")
        assert (captured["session_id"], captured["session_type"]) == (begun["session_id"], "walk")
        told = [(event["event"], event["subject_id"]) for event in account.outbox("event.happened")]
        assert ("session.resolved", begun["session_id"]) in told

    def test_writes_one_audit_row_with_acting_as(self, account: Any, tech: Any) -> None:
        """Section 14, line 10."""
        account.execute(
            "UPDATE users SET can_cover_l1 = true WHERE account_id = :account AND account_role = 'engineer'"
        )
        covering = type(tech)(account, "engineer")
        begun = covering.intake()

        resolve(covering, begun["session_id"])

        [row] = account.rows(AuditLog, resource_type="walk")
        assert (row.action, row.resource_id, row.acting_as) == ("walk.resolved", begun["session_id"], "l1_coverage")
        assert str(row.user_id) == account.user_id("engineer")

    @pytest.mark.parametrize(("answered", "helpful"), [(0, True), (0, False), (1, False)])
    def test_captures_nothing_unhelpful_or_without_a_step(
        self, tech: Any, account: Any, answered: int, helpful: bool
    ) -> None:
        """Section 14, line 4: a walk with no answered step never makes a proposal."""
        begun = tech.intake()
        for _ in range(answered):
            tech.step(begun["session_id"], begun["node"])

        body = resolve(tech, begun["session_id"], helpful).body

        account.cloud.idle()
        assert body["analysis_status"] == "skipped"
        assert account.outbox("session.resolved") == []
        assert len(account.outbox("walk.ended")) == answered
        assert account.rows(Proposal) == []

    def test_never_captures_an_adhoc_walk(self, tech: Any, account: Any) -> None:
        begun = tech.intake(adhoc=True)

        assert resolve(tech, begun["session_id"]).body["analysis_status"] == "skipped"
        assert account.outbox("session.resolved") == []

    @pytest.mark.parametrize(("helpful", "validated"), [(True, True), (False, False)])
    def test_validates_the_draft_that_helped(
        self, tech: Any, library: Any, account: Any, helpful: bool, validated: bool
    ) -> None:
        proposal_id = library.propose()
        begun = tech.intake(PURPLE, flow_proposal_id=str(proposal_id))
        tech.step(begun["session_id"], begun["node"])

        resolve(tech, begun["session_id"], helpful)

        assert account.rows(Proposal, id=proposal_id)[0].validated_by_outcome is validated

    def test_twice_conflicts_and_tells_the_state(self, tech: Any, account: Any) -> None:
        begun = tech.intake()
        first = resolve(tech, begun["session_id"]).body

        again = resolve(tech, begun["session_id"])

        assert (again.status, again.body["walk_status"]) == (409, "resolved")
        assert again.body["ended_at"]
        assert len(account.rows(AuditLog, resource_type="walk")) == 1
        assert tech.session(begun["session_id"]) == first

    def test_needs_to_know_whether_it_helped(self, tech: Any) -> None:
        begun = tech.intake()

        answer = tech.call("POST", begun["session_id"], "/resolve", {})

        assert answer.status == 422
        assert "helpful" in answer.body["errors"][0]["location"]
