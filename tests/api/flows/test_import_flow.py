"""POST /v1/flows/import."""

import json
from typing import Any

from firstline.db.models import Flow, FlowMatchDocument, FlowVersion


def _chart() -> dict[str, Any]:
    return {
        "name": "printer_is_dead",
        "category": "Office Machines",
        "problem_description": "The printer shows no light.",
        "nodes": {
            "1": {"utterance": "Is the power light on?", "terminal": False},
            "2": {"utterance": "Plug it in.", "terminal": True},
            "3": {"utterance": "Is there a fuse inside?", "terminal": False},
            "4": {"utterance": "Change the fuse.", "terminal": True},
        },
        "edges": {"1": {"no": "2", "yes": "3"}, "3": {"yes": "4"}},
        "supporting_faqs": [{"id": "0", "q": "Where is the power light?", "a": "At the front, beside the switch."}],
    }


class TestImportFlow:
    def test_publishes_our_own_format_at_once(self, account: Any, graph: dict[str, Any]) -> None:
        document = {"name": "Printer is dead", "tags": ["printer"], "graph": graph}

        answer = account.as_("admin").post(
            "/v1/flows/import", json={"format": "firstline", "document": document, "publish": True}
        )

        assert answer.status == 201
        assert answer.body == {
            "flow_id": answer.body["flow_id"],
            "name": "Printer is dead",
            "version": 1,
            "problems": [],
            "notes": [],
        }
        assert [version.graph for version in account.rows(FlowVersion)] == [graph]
        assert len(account.rows(FlowMatchDocument)) == 1
        assert [each["event"] for each in account.outbox("event.happened")] == ["flow.published"]

    def test_stores_an_unsound_draft_and_lists_its_problems(self, account: Any, graph: dict[str, Any]) -> None:
        del graph["edges"][2]
        document = json.dumps({"name": "Printer is dead", "graph": graph})

        answer = account.as_("engineer").post("/v1/flows/import", json={"format": "firstline", "document": document})

        assert (answer.status, answer.body["version"]) == (201, None)
        assert [problem["code"] for problem in answer.body["problems"]] == ["action_ways", "unreachable"]
        assert account.rows(Flow)[0].draft == graph

    def test_refuses_to_publish_what_is_unsound_and_stores_nothing(self, account: Any, graph: dict[str, Any]) -> None:
        del graph["edges"][2]
        body = {"format": "firstline", "document": {"name": "Printer", "graph": graph}, "publish": True}

        answer = account.as_("admin").post("/v1/flows/import", json=body)

        assert answer.status == 422
        assert [problem["code"] for problem in answer.body["problems"]] == ["action_ways", "unreachable"]
        assert account.rows(Flow) == []

    def test_takes_a_yes_no_chart_and_completes_its_one_answer_question(self, account: Any) -> None:
        answer = account.as_("admin").post(
            "/v1/flows/import", json={"format": "flodial", "document": _chart(), "publish": True}
        )

        assert (answer.status, answer.body["name"], answer.body["problems"]) == (201, "printer is dead", [])
        assert [(note["code"], note["node_id"]) for note in answer.body["notes"]] == [("answer_added", "3")]
        (version,) = account.rows(FlowVersion)
        nodes = {node["id"]: node for node in version.graph["nodes"]}
        assert nodes["1"]["help"] == "At the front, beside the switch."
        assert {key: node["type"] for key, node in nodes.items()} == {
            "1": "decision",
            "2": "solution",
            "3": "decision",
            "4": "solution",
            "3-no": "escalate",
        }

    def test_takes_drawings_as_people_make_them(self, account: Any) -> None:
        mermaid = "graph LR\n  A{Light on?} -->|Yes| B[Call the vendor]\n  A -- No --> C([Plug it in])"
        dot = 'digraph Light { a [label="Light on?", shape=diamond]; a -> b [label=Yes]; a -> c [label=No]; }'

        for format_, document in (("mermaid", mermaid), ("dot", dot)):
            body = {"format": format_, "document": document, "publish": True, "name": "Light"}
            assert account.as_("admin").post("/v1/flows/import", json=body).status == 201

        types = [[node["type"] for node in version.graph["nodes"]] for version in account.rows(FlowVersion)]
        assert sorted(types) == [["decision", "escalate", "solution"], ["decision", "solution", "solution"]]

    def test_says_where_it_cannot_read(self, account: Any) -> None:
        documents = {
            "mermaid": "flowchart TD\n  A{Light on? --> B",
            "dot": "digraph {\n a -> \n}",
            "firstline": {"name": "Printer", "graph": {"nodes": [{"id": "a"}]}},
            "flodial": {"name": "Printer"},
        }

        for format_, document in documents.items():
            answer = account.as_("engineer").post("/v1/flows/import", json={"format": format_, "document": document})
            assert (answer.status, bool(answer.body["errors"])) == (422, True), answer
        assert account.rows(Flow) == []

    def test_refuses_what_is_too_large(self, account: Any) -> None:
        crowd = "digraph { " + " -> ".join(f"n{number}" for number in range(2_001)) + " }"

        large = account.as_("engineer").post("/v1/flows/import", json={"format": "dot", "document": "x" * 2_100_000})
        crowded = account.as_("engineer").post("/v1/flows/import", json={"format": "dot", "document": crowd})

        assert (large.status, crowded.status) == (413, 422)

    def test_publishes_for_those_who_may_and_stores_drafts_for_authors(self, account: Any) -> None:
        body = {"format": "flodial", "document": _chart()}

        assert account.as_("engineer").post("/v1/flows/import", json=body).status == 201
        assert account.as_("engineer").post("/v1/flows/import", json=body | {"publish": True}).status == 403
        assert account.as_("l1_tech").post("/v1/flows/import", json=body).status == 403
        assert account.as_("viewer").post("/v1/flows/import", json=body).status == 403
