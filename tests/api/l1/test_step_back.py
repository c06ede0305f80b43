"""POST /v1/l1/sessions/{session_id}/back."""

from typing import Any

import pytest


@pytest.fixture
def walk(tech: Any) -> dict[str, Any]:
    """A build with three answered steps; `served` are all nodes so far."""
    begun = tech.intake()
    served = [begun["node"]]
    for _ in range(3):
        served.append(tech.step(begun["session_id"], served[-1]))
    return {"id": begun["session_id"], "served": served}


def back(tech: Any, walk: dict[str, Any], **body: Any) -> Any:
    return tech.call("POST", walk["id"], "/back", body or None)


class TestStepBack:
    def test_reopens_the_last_step_under_its_own_id(self, tech: Any, walk: Any) -> None:
        answer = back(tech, walk)

        assert answer.status == 200
        assert set(answer.body) == {"session", "node"}
        assert answer.body["node"] == walk["served"][2]
        assert [entry["node_id"] for entry in answer.body["session"]["walked_path"]] == [
            node["id"] for node in walk["served"][:2]
        ]

    def test_keeps_what_followed_in_the_history(self, tech: Any, walk: Any) -> None:
        back(tech, walk, to_node_id=walk["served"][1]["id"])

        [tail] = tech.stored(walk["id"]).path_history
        assert [entry["node_id"] for entry in tail["steps"]] == [node["id"] for node in walk["served"][1:3]]
        assert tail["pending"]["id"] == walk["served"][3]["id"]

    def test_answered_the_same_way_walks_the_same_nodes(self, tech: Any, walk: Any) -> None:
        back(tech, walk, to_node_id=walk["served"][0]["id"])

        again = [walk["served"][0]]
        for _ in range(3):
            again.append(tech.step(walk["id"], again[-1]))

        assert again == walk["served"]

    def test_answered_another_way_builds_anew(self, tech: Any, walk: Any) -> None:
        reopened = back(tech, walk, to_node_id=walk["served"][0]["id"]).body["node"]

        other = tech.step(walk["id"], reopened, reopened["options"][1]["key"])

        assert other["id"] not in {node["id"] for node in walk["served"]}

    def test_to_the_pending_node_changes_nothing(self, tech: Any, walk: Any) -> None:
        first = back(tech, walk, to_node_id=walk["served"][1]["id"])
        again = back(tech, walk, to_node_id=walk["served"][1]["id"])

        assert again.body == first.body

    def test_returns_to_the_flow_that_was_left(self, tech: Any, library: Any) -> None:
        begun = tech.intake("The picture is purple", flow_id=str(library.publish(category="vpn_connect")))
        tech.step(begun["session_id"], begun["node"], "other", note="It is wireless")
        assert tech.stored(begun["session_id"]).left_flow is not None

        tech.call("POST", begun["session_id"], "/back", {})

        assert tech.stored(begun["session_id"]).left_flow is None
        assert tech.step(begun["session_id"], begun["node"], "yes")["id"] == "picture"

    def test_conflicts_where_nothing_was_answered(self, tech: Any) -> None:
        begun = tech.intake()

        answer = tech.call("POST", begun["session_id"], "/back", {})

        assert (answer.status, answer.body["node"]) == (409, begun["node"])

    def test_conflicts_for_a_step_that_was_not_walked(self, tech: Any, walk: Any) -> None:
        assert back(tech, walk, to_node_id="elsewhere").status == 409

    def test_is_refused_once_the_walk_has_ended(self, tech: Any, walk: Any) -> None:
        tech.call("POST", walk["id"], "/resolve", {"helpful": True})

        assert back(tech, walk).status == 409
