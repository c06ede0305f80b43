"""POST /v1/flows/validate."""

from typing import Any

from firstline.db.models import Flow


class TestValidateFlow:
    def test_says_yes_to_a_sound_graph_and_stores_nothing(self, account: Any, graph: dict[str, Any]) -> None:
        answer = account.as_("engineer").post("/v1/flows/validate", json={"graph": graph})

        assert (answer.status, answer.body) == (200, {"valid": True, "problems": []})
        assert account.rows(Flow) == []

    def test_lists_every_problem_with_its_node(self, account: Any, graph: dict[str, Any]) -> None:
        graph["nodes"].append({"id": "island", "type": "action", "text": " "})
        graph["edges"][2]["to"] = "lights"

        answer = account.as_("engineer").post("/v1/flows/validate", json={"graph": graph})

        found = {(problem["code"], problem["node_id"]) for problem in answer.body["problems"]}
        assert answer.body["valid"] is False
        assert found == {
            ("text_empty", "island"),
            ("action_ways", "island"),
            ("unreachable", "island"),
            ("unreachable", "works"),
            ("cycle", "plug"),
        }

    def test_is_for_those_who_author(self, account: Any, graph: dict[str, Any]) -> None:
        assert account.as_("l1_tech").post("/v1/flows/validate", json={"graph": graph}).status == 403
