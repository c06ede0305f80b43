"""A step of an AI session is built exactly once, whatever happens at the same time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from firstline.db.models import AiSession, AiSessionStep
from tests.api.ai_sessions.conftest import Engineer

AT_ONCE = 12


@pytest.fixture
def engineer(tech: Any) -> Engineer:
    """An engineer in the product with the scripted model; `tech` has reset it."""
    return Engineer(tech.account)


def together(account: Any, path: str, body: Any = None) -> list[Any]:
    barrier = threading.Barrier(AT_ONCE)

    def send() -> Any:
        client = account.cloud.client(account.token("engineer"))
        barrier.wait()
        answer = client.post(path, body)
        client.close()
        return answer

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [future.result() for future in [pool.submit(send) for _ in range(AT_ONCE)]]


class TestAStep:
    def test_answered_by_many_at_once_costs_one_model_call(self, engineer: Any, model: Any, account: Any) -> None:
        begun = engineer.start("The VPN does not connect", category="vpn_connect")
        path = f"/v1/ai-sessions/{begun['session']['id']}/respond"
        together(account, path, {"step_id": str(uuid4()), "answer": "yes"})  # every process has loaded its code now
        model.on_node = lambda _connection: time.sleep(0.5)

        answers = together(account, path, {"step_id": begun["step"]["id"], "answer": "yes"})

        assert [answer.status for answer in answers] == [200] * AT_ONCE
        assert len({answer.body["step"]["id"] for answer in answers}) == 1
        assert model.nodes == 2
        assert [row.answer for row in engineer.stored_steps(begun["session"]["id"])] == ["yes", None]
        assert engineer.session(begun["session"]["id"])["usage"]["model_calls"] == 2

    def test_of_a_walk_taken_over_many_times_at_once_costs_one_model_call(
        self, tech: Any, model: Any, account: Any
    ) -> None:
        walk = tech.intake("The VPN does not connect")["session_id"]
        tech.call("POST", walk, "/escalate", {"reason_category": "stuck"})
        model.on_node = lambda _connection: time.sleep(0.5)

        answers = together(account, f"/v1/l1/escalations/{walk}/take-over")

        assert [answer.status for answer in answers] == [200] * AT_ONCE
        assert model.nodes == 2
        assert (len(account.rows(AiSession)), len(account.rows(AiSessionStep))) == (1, 1)

    def test_answered_while_the_model_is_off_comes_from_the_playbook(self, engineer: Any, model: Any) -> None:
        begun = engineer.start("The VPN does not connect", category="vpn_connect")
        model.status = 500

        answer = engineer.respond(begun["session"]["id"], begun["step"], answer="yes")

        assert answer.body["step"]["node"]["node_type"] == "question"
        assert answer.body["session"]["usage"]["provider"] == "playbook"


class TestABudgetThatIsSpent:
    @pytest.fixture(autouse=True)
    def begun(self, engineer: Any, account: Any) -> dict[str, Any]:
        begun: dict[str, Any] = engineer.start("The VPN does not connect", category="vpn_connect")
        account.execute("UPDATE model_spend SET cost = 1000 WHERE account_id = :account")
        return begun

    def test_builds_no_step_and_keeps_the_pending_one(self, engineer: Any, begun: Any, model: Any) -> None:
        answer = engineer.respond(begun["session"]["id"], begun["step"], answer="yes")

        assert (answer.status, answer.body["type"].rpartition("/")[2]) == (429, "budget-spent")
        assert model.nodes == 1
        assert [row.answered_at for row in engineer.stored_steps(begun["session"]["id"])] == [None]

    def test_begins_no_session(self, engineer: Any, account: Any) -> None:
        answer = engineer.http.post("/v1/ai-sessions", {"problem_text": "The VPN does not connect"})

        assert answer.status == 429
        assert len(account.rows(AiSession)) == 1
