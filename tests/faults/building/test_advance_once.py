"""A step is built exactly once, whatever happens at the same time or in between."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from firstline.clock import now
from tests.faults.building.conftest import kill_asker

SAME_STEP = 20


@pytest.fixture
def begun(tech: Any, model: Any) -> dict[str, Any]:
    """A build whose first node is served; the model has been asked once for it."""
    answer: dict[str, Any] = tech.intake()
    assert (model.nodes, model.classifications) == (1, 1)
    return answer


def together(tech: Any, count: int, body: dict[str, Any], session_id: str, **headers: str) -> list[Any]:
    """Send the same request from many connections at once."""
    account, barrier = tech.account, threading.Barrier(count)

    def send() -> Any:
        client = account.cloud.client(account.token("l1_tech"))
        barrier.wait()
        answer = client.post(f"/v1/l1/sessions/{session_id}/advance", body, **headers)
        client.close()
        return answer

    with ThreadPoolExecutor(count) as pool:
        futures: list[Future[Any]] = [pool.submit(send) for _ in range(count)]
        return [future.result() for future in futures]


class TestSameStep:
    def test_answered_by_twenty_at_once_costs_one_model_call_and_one_entry(
        self, tech: Any, model: Any, begun: Any
    ) -> None:
        model.on_node = lambda _connection: time.sleep(0.5)

        answers = together(tech, SAME_STEP, {"node_id": begun["node"]["id"], "answer": "yes"}, begun["session_id"])

        assert [answer.status for answer in answers] == [200] * SAME_STEP
        assert len({answer.body["node"]["id"] for answer in answers}) == 1
        assert model.nodes == 2
        session = tech.session(begun["session_id"])
        assert [entry["node_id"] for entry in session["walked_path"]] == [begun["node"]["id"]]
        assert session["usage"]["model_calls"] == 3
        assert tech.stored(begun["session_id"]).building is None

    def test_answered_in_two_ways_at_once_takes_one_of_them(self, tech: Any, model: Any, begun: Any) -> None:
        model.on_node = lambda _connection: time.sleep(0.3)
        with ThreadPoolExecutor(2) as pool:
            futures = [
                pool.submit(together, tech, 3, {"node_id": begun["node"]["id"], "answer": answer}, begun["session_id"])
                for answer in ("yes", "no")
            ]
            answers = {future.result()[0].status for future in futures}

        assert answers == {200, 409}
        assert model.nodes == 2
        assert len(tech.session(begun["session_id"])["walked_path"]) == 1

    def test_loaded_twice_costs_no_model_call(self, tech: Any, model: Any, begun: Any) -> None:
        """Section 14, line 2."""
        nodes = [tech.advance(begun["session_id"]).body["node"] for _ in range(2)]

        assert nodes == [begun["node"]] * 2
        assert model.nodes == 1

    def test_walked_again_after_stepping_back_costs_no_model_call(self, tech: Any, model: Any, begun: Any) -> None:
        second = tech.step(begun["session_id"], begun["node"], "yes")
        tech.call("POST", begun["session_id"], "/back", {})

        assert tech.step(begun["session_id"], begun["node"], "yes") == second
        assert model.nodes == 2


class TestTransaction:
    @pytest.mark.parametrize("headers", [{}, {"idempotency_key": "step-1"}])
    def test_is_not_open_while_the_model_is_asked(
        self, tech: Any, model: Any, begun: Any, headers: dict[str, str]
    ) -> None:
        model.gate.clear()
        model.asked.clear()
        body = {"node_id": begun["node"]["id"], "answer": "yes"}
        with ThreadPoolExecutor(1) as pool:
            step = pool.submit(together, tech, 1, body, begun["session_id"], **headers)
            assert model.asked.wait(timeout=10)

            noted = tech.call("PUT", begun["session_id"], "/notes", {"notes": [{"text": "meanwhile"}]})
            looked = tech.advance(begun["session_id"])
            model.gate.set()

            [answer] = step.result()
        assert (noted.status, looked.body["node"]) == (200, begun["node"])
        assert answer.status == 200
        assert answer.body["session"]["walk_notes"] == [{"text": "meanwhile"}]

    def test_with_a_key_answers_the_same_again(self, tech: Any, model: Any, begun: Any) -> None:
        body = {"node_id": begun["node"]["id"], "answer": "yes"}

        first, again = (together(tech, 1, body, begun["session_id"], idempotency_key="step-1")[0] for _ in range(2))

        assert first.body == again.body
        assert model.nodes == 2


class TestCrash:
    def test_between_model_call_and_store_costs_one_more_call_and_no_step(
        self, tech: Any, model: Any, begun: Any
    ) -> None:
        body = {"node_id": begun["node"]["id"], "answer": "yes"}
        model.on_node = kill_asker
        [crashed] = together(tech, 1, body, begun["session_id"])
        assert crashed.status >= 500
        model.on_node = lambda _connection: None
        walk = tech.stored(begun["session_id"])
        assert (walk.walked_path, walk.building["answer"]) == ([], "yes")
        pass_time(tech, walk)

        [answer] = together(tech, 1, body, begun["session_id"])

        assert answer.status == 200
        assert len(answer.body["session"]["walked_path"]) == 1
        assert model.nodes == 3

    def test_leaves_a_claim_that_whoever_waits_takes_over(self, tech: Any, model: Any, begun: Any) -> None:
        until = now() + timedelta(seconds=1)
        claim(tech, begun, "yes", until.isoformat())

        answers = together(tech, 4, {"node_id": begun["node"]["id"], "answer": "yes"}, begun["session_id"])

        assert now() >= until
        assert [answer.status for answer in answers] == [200] * 4
        assert model.nodes == 2

    def test_does_not_keep_others_from_looking(self, tech: Any, begun: Any) -> None:
        claim(tech, begun, "yes", (now() + timedelta(minutes=1)).isoformat())

        assert tech.advance(begun["session_id"]).body["node"] == begun["node"]
        assert tech.advance(begun["session_id"], begun["node"], "no").status == 409

    def test_at_intake_leaves_neither_ticket_nor_walk(self, tech: Any, model: Any) -> None:
        model.on_node = kill_asker

        answer = tech.http.post("/v1/l1/intake", {"problem_statement": "The VPN does not connect"})

        assert answer.status >= 500
        assert tech.http.get("/v1/l1/queue").body["items"] == []
        assert tech.http.get("/v1/l1/sessions").body["items"] == []


class TestWalkEndedMeanwhile:
    @pytest.mark.parametrize("deed", ["/resolve", "/back"])
    def test_drops_what_was_built_late(self, tech: Any, model: Any, begun: Any, deed: str) -> None:
        second = tech.step(begun["session_id"], begun["node"], "yes")
        model.gate.clear()
        model.asked.clear()
        with ThreadPoolExecutor(1) as pool:
            step = pool.submit(together, tech, 1, {"node_id": second["id"], "answer": "yes"}, begun["session_id"])
            assert model.asked.wait(timeout=10)
            done = tech.call("POST", begun["session_id"], deed, {"helpful": True} if deed == "/resolve" else {})
            model.gate.set()
            [late] = step.result()

        assert (done.status, late.status) == (200, 409)
        session = tech.session(begun["session_id"])
        assert len(session["walked_path"]) == (1 if deed == "/resolve" else 0)
        assert session["usage"]["model_calls"] == 4


def claim(tech: Any, begun: dict[str, Any], answer: str, until: str) -> None:
    """Leave the claim of a process that died."""
    tech.account.execute(
        """UPDATE l1_walk_sessions SET building = jsonb_build_object('token', 'dead', 'node_id', CAST(:node AS text),
        'answer', CAST(:answer AS text), 'note', null, 'until', CAST(:until AS text)) WHERE account_id = :account""",
        node=begun["node"]["id"],
        answer=answer,
        until=until,
    )


def pass_time(tech: Any, walk: Any) -> None:
    claim(tech, {"node": walk.pending_node}, walk.building["answer"], (now() - timedelta(seconds=1)).isoformat())
