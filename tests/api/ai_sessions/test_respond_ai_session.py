"""POST /v1/ai-sessions/{session_id}/respond."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from firstline.db.models import AuditLog


class TestAnswering:
    def test_keeps_the_answer_and_serves_the_next_step(self, engineer: Any, begun: Any) -> None:
        session_id, step = begun["session"]["id"], begun["step"]
        option = step["node"]["options"][0]

        answer = engineer.respond(session_id, step, answer=option["key"])

        assert set(answer.body) == {"session", "step"}
        first, second = answer.body["session"]["steps"]
        assert (first["id"], first["answer"], first["answer_label"]) == (step["id"], option["key"], option["label"])
        assert first["answered_at"] is not None
        assert second == answer.body["step"]
        assert second["id"] != step["id"]
        assert second["position"] == 1
        assert answer.body["session"]["confidence"] == 0.15
        assert [row.answer for row in engineer.stored_steps(session_id)] == [option["key"], None]

    def test_becomes_surer_with_every_answer_and_sure_with_a_cure(self, engineer: Any, begun: Any) -> None:
        session_id, step = begun["session"]["id"], begun["step"]
        seen = [begun["session"]["confidence"]]
        while step["node"]["node_type"] in ("question", "instruction"):
            step = engineer.step(session_id, step)
            seen.append(engineer.session(session_id)["confidence"])

        assert seen == sorted(seen)
        assert step["node"]["node_type"] == "resolved"
        assert engineer.session(session_id)["confidence_tier"] == "guided"

    def test_in_words_that_name_an_option_takes_it(self, engineer: Any, begun: Any) -> None:
        step = begun["step"]
        option = step["node"]["options"][-1]

        answer = engineer.respond(begun["session"]["id"], step, free_text=option["label"])

        kept = answer.body["session"]["steps"][0]
        assert (kept["answer"], kept["free_text"]) == (option["key"], option["label"])

    def test_in_other_words_goes_on_with_them(self, engineer: Any, begun: Any) -> None:
        said = "Event 20227 from RasClient in the log with error 720"

        answer = engineer.respond(begun["session"]["id"], begun["step"], free_text=said)

        kept = answer.body["session"]["steps"][0]
        assert (answer.status, kept["answer"], kept["free_text"]) == (200, "other", said)
        assert answer.body["step"]["id"] != begun["step"]["id"]
        assert answer.body["session"]["confidence"] == 0.0

    def test_not_sure_gets_the_help_first(self, engineer: Any, begun: Any) -> None:
        answer = engineer.respond(begun["session"]["id"], begun["step"], answer="unsure")

        assert answer.body["step"]["id"] == begun["step"]["id"]
        assert answer.body["step"]["node"]["help"]
        assert answer.body["step"]["answered_at"] is None

    def test_not_sure_again_goes_on_all_the_same(self, engineer: Any, begun: Any) -> None:
        _, answer = (engineer.respond(begun["session"]["id"], begun["step"], answer="unsure") for _ in range(2))

        assert answer.body["step"]["id"] != begun["step"]["id"]
        assert answer.body["step"]["node"]["node_type"] == "question"
        assert answer.body["session"]["steps"][0]["answer"] == "unsure"

    def test_ends_after_twelve_steps(self, engineer: Any, begun: Any) -> None:
        session_id, step = begun["session"]["id"], begun["step"]
        for number in range(12):
            options = step["node"].get("options")
            said = {"free_text": f"Event {7000 + number} in the log"} if options else {}
            said = {"answer": "not_fixed"} if step["node"]["node_type"] == "resolved" else said
            answer = engineer.respond(session_id, step, **said)
            assert answer.status == 200, answer
            step = answer.body["step"]
            if step["node"]["node_type"] == "escalate":
                break

        assert step["node"]["node_type"] == "escalate"
        assert step["position"] <= 12

    def test_takes_nothing_but_an_answer_of_the_step(self, engineer: Any, begun: Any) -> None:
        answer = engineer.respond(begun["session"]["id"], begun["step"], answer="perhaps")

        assert answer.status == 422
        assert answer.body["type"].endswith("answer-unknown")
        assert len(engineer.stored_steps(begun["session"]["id"])) == 1

    def test_takes_an_answer_or_words_not_both(self, engineer: Any, begun: Any) -> None:
        both = engineer.respond(begun["session"]["id"], begun["step"], answer="yes", free_text="yes")

        assert both.status == 422

    def test_writes_no_audit_row(self, engineer: Any, begun: Any, account: Any) -> None:
        engineer.step(begun["session"]["id"], begun["step"])

        assert account.rows(AuditLog, resource_type="ai_session") == []


class TestAnsweringAgain:
    def test_in_the_same_way_is_a_replay(self, engineer: Any, begun: Any) -> None:
        key = begun["step"]["node"]["options"][0]["key"]
        first, again = (engineer.respond(begun["session"]["id"], begun["step"], answer=key) for _ in range(2))

        assert again.status == 200
        assert again.body == first.body

    def test_in_the_same_words_is_a_replay_and_in_others_is_not(self, engineer: Any, begun: Any) -> None:
        session_id, step = begun["session"]["id"], begun["step"]
        first = engineer.respond(session_id, step, free_text="Error 720 in the log")

        assert engineer.respond(session_id, step, free_text="Error 720 in the log").body == first.body
        other = engineer.respond(session_id, step, free_text="Error 812 in the log")
        assert (other.status, other.body["node"]["id"]) == (409, first.body["step"]["id"])

    def test_in_another_way_is_told_the_pending_step(self, engineer: Any, begun: Any) -> None:
        session_id, step = begun["session"]["id"], begun["step"]
        following = engineer.step(session_id, step)

        answer = engineer.respond(session_id, step, answer=step["node"]["options"][1]["key"])

        assert (answer.status, answer.body["node"]) == (409, following["node"])

    def test_a_step_that_never_was_is_told_the_pending_step(self, engineer: Any, begun: Any) -> None:
        answer = engineer.respond(begun["session"]["id"], {"id": str(uuid4())}, answer="yes")

        assert (answer.status, answer.body["node"]) == (409, begun["step"]["node"])

    def test_many_times_at_once_costs_one_step(self, engineer: Any, begun: Any, account: Any) -> None:
        session_id, step = begun["session"]["id"], begun["step"]
        body = {"step_id": step["id"], "answer": step["node"]["options"][0]["key"]}
        token = account.token("engineer")
        clients = [account.cloud.client(token) for _ in range(8)]

        with ThreadPoolExecutor(len(clients)) as together:
            path = f"/v1/ai-sessions/{session_id}/respond"
            answers = list(together.map(lambda client: client.post(path, body), clients))

        assert {answer.status for answer in answers} == {200}
        assert len({answer.body["step"]["id"] for answer in answers}) == 1
        assert len(engineer.stored_steps(session_id)) == 2


class TestAClaim:
    def test_whose_owner_died_is_taken_over(self, engineer: Any, begun: Any, account: Any) -> None:
        account.execute(
            "UPDATE ai_sessions SET building = jsonb_build_object('token', 'gone', 'answer', 'x', 'note', null,"
            " 'until', '2020-01-01T00:00:00+00:00') WHERE account_id = :account"
        )

        assert engineer.step(begun["session"]["id"], begun["step"])["position"] == 1

    def test_of_another_answer_came_first(self, engineer: Any, begun: Any, account: Any) -> None:
        account.execute(
            "UPDATE ai_sessions SET building = jsonb_build_object('token', 'alive', 'answer', 'x', 'note', null,"
            " 'until', '2999-01-01T00:00:00+00:00') WHERE account_id = :account"
        )
        key = begun["step"]["node"]["options"][0]["key"]

        answer = engineer.respond(begun["session"]["id"], begun["step"], answer=key)

        assert (answer.status, answer.body["node"]) == (409, begun["step"]["node"])


class TestWhoMay:
    @pytest.mark.parametrize(("role", "status"), [("admin", 403), ("owner", 403), ("l1_tech", 403), ("viewer", 403)])
    def test_is_its_owner_alone(self, account: Any, begun: Any, role: str, status: int) -> None:
        path = f"/v1/ai-sessions/{begun['session']['id']}/respond"

        assert account.as_(role).post(path, {"step_id": begun["step"]["id"], "answer": "yes"}).status == status

    def test_does_not_tell_a_foreign_session_from_an_unknown_one(self, account: Any, begun: Any) -> None:
        other = account.other().as_("engineer")
        body = {"step_id": begun["step"]["id"], "answer": "yes"}

        foreign = other.post(f"/v1/ai-sessions/{begun['session']['id']}/respond", body)
        unknown = other.post(f"/v1/ai-sessions/{uuid4()}/respond", body)

        assert (foreign.status, foreign.body) == (404, unknown.body)

    def test_is_nobody_once_it_has_ended(self, engineer: Any, begun: Any) -> None:
        session_id = begun["session"]["id"]
        engineer.call("POST", session_id, "/resolve", {"helpful": False})

        answer = engineer.respond(session_id, begun["step"], answer="yes")

        assert (answer.status, answer.body["session_status"]) == (409, "resolved")
