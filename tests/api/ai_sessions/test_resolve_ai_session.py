"""POST /v1/ai-sessions/{session_id}/resolve."""

from typing import Any

from firstline.db.models import AiSession, AuditLog, Proposal


class TestResolving:
    def test_with_an_answered_step_feeds_the_flywheel(self, engineer: Any, begun: Any, account: Any) -> None:
        session_id, step = begun["session"]["id"], begun["step"]
        while step["node"]["node_type"] in ("question", "instruction"):
            step = engineer.step(session_id, step)

        answer = engineer.call("POST", session_id, "/resolve", {"helpful": True, "resolution_notes": "Signed in again"})

        assert answer.status == 200
        assert (answer.body["status"], answer.body["helpful"]) == ("resolved", True)
        assert answer.body["resolution_notes"] == "Signed in again"
        assert answer.body["analysis_status"] == "pending"
        [fact] = account.outbox("session.resolved")
        assert (fact["session_id"], fact["session_type"]) == (session_id, "ai_session")
        told = [(event["event"], event["subject_id"]) for event in account.outbox("event.happened")]
        assert ("session.resolved", session_id) in told
        [deed] = account.rows(AuditLog, action="ai_session.resolved")
        assert (deed.resource_type, deed.resource_id) == ("ai_session", session_id)
        assert deed.details["helpful"] is True
        account.cloud.idle()
        [proposal] = account.rows(Proposal)
        assert str(proposal.source_session_id) == session_id
        assert [row.analysis_status for row in account.rows(AiSession)] == ["completed"]

    def test_without_an_answered_step_captures_nothing(self, engineer: Any, begun: Any, account: Any) -> None:
        answer = engineer.call("POST", begun["session"]["id"], "/resolve", {"helpful": True})

        assert answer.body["analysis_status"] == "skipped"
        assert account.outbox("session.resolved") == []

    def test_that_did_not_help_captures_nothing(self, engineer: Any, begun: Any, account: Any) -> None:
        engineer.step(begun["session"]["id"], begun["step"])

        answer = engineer.call("POST", begun["session"]["id"], "/resolve", {"helpful": False})

        assert (answer.body["helpful"], answer.body["analysis_status"]) == (False, "skipped")
        assert account.outbox("session.resolved") == []

    def test_twice_is_refused(self, engineer: Any, begun: Any, account: Any) -> None:
        session_id = begun["session"]["id"]
        engineer.call("POST", session_id, "/resolve", {"helpful": True})

        again = engineer.call("POST", session_id, "/resolve", {"helpful": True})

        assert (again.status, again.body["session_status"]) == (409, "resolved")
        assert len(account.rows(AuditLog, action="ai_session.resolved")) == 1

    def test_is_for_its_owner_alone(self, account: Any, begun: Any) -> None:
        path = f"/v1/ai-sessions/{begun['session']['id']}/resolve"

        assert account.as_("owner").post(path, {"helpful": True}).status == 403
        assert account.other().as_("engineer").post(path, {"helpful": True}).status == 404
        assert account.as_("engineer").post(path, {}).status == 422
