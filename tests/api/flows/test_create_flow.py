"""POST /v1/flows."""

from typing import Any
from uuid import uuid4

from firstline.db.models import AuditLog, Flow


class TestCreateFlow:
    def test_stores_a_draft_and_returns_it_with_its_etag(self, account: Any, graph: dict[str, Any]) -> None:
        body = {
            "name": "  Printer is dead ",
            "description": "No light at all.",
            "category": "printer",
            "problem_domain": "printing",
            "tags": ["printer"],
            "match_keywords": ["no light"],
            "graph": graph,
        }

        answer = account.as_("engineer").post("/v1/flows", json=body)

        assert answer.status == 201
        assert answer.headers["etag"] == '"1"'
        assert answer.body == {
            "id": answer.body["id"],
            "name": "Printer is dead",
            "description": "No light at all.",
            "status": "draft",
            "category": "printer",
            "problem_domain": "printing",
            "tags": ["printer"],
            "match_keywords": ["no light"],
            "team_id": None,
            "live_version": None,
            "unpublished_changes": True,
            "revision": 1,
            "created_by": account.user_id("engineer"),
            "created_at": answer.body["created_at"],
            "updated_at": answer.body["created_at"],
            "archived_at": None,
            "live": None,
            "draft": {"graph": graph, "draft_of": None, "problems": []},
        }
        (stored,) = account.rows(Flow)
        assert (stored.name, stored.draft, stored.live_version) == ("Printer is dead", graph, None)
        (audited,) = account.rows(AuditLog, action="flow.created")
        assert (audited.resource_id, str(audited.user_id)) == (answer.body["id"], account.user_id("engineer"))
        assert account.outbox() == []

    def test_keeps_an_unsound_draft_and_says_what_is_wrong_with_it(self, account: Any) -> None:
        lonely = {"root": "a", "nodes": [{"id": "a", "type": "decision", "text": "Well?"}], "edges": []}

        answer = account.as_("engineer").post("/v1/flows", json={"name": "Half a flow", "graph": lonely})

        assert answer.status == 201
        assert [problem["code"] for problem in answer.body["draft"]["problems"]] == ["decision_ways"]

    def test_lists_every_fault_of_the_shape(self, account: Any) -> None:
        graph = {"root": "a", "nodes": [{"id": "a", "type": "riddle"}], "edges": [{"from": "a"}]}

        answer = account.as_("engineer").post("/v1/flows", json={"name": "", "graph": graph})

        assert answer.status == 422
        assert [error["location"][1:] for error in answer.body["errors"]] == [
            ["name"],
            ["graph", "nodes", "0", "type"],
            ["graph", "nodes", "0", "text"],
            ["graph", "edges", "0", "to"],
        ]
        assert account.rows(Flow) == []

    def test_refuses_text_the_database_cannot_hold(self, account: Any) -> None:
        assert account.as_("engineer").post("/v1/flows", json={"name": "a\x00b"}).status == 422
        assert account.as_("engineer").post("/v1/flows", json={"name": "a\ud800b"}).status == 422

    def test_refuses_a_team_of_nobody(self, account: Any) -> None:
        answer = account.as_("engineer").post("/v1/flows", json={"name": "Printer", "team_id": str(uuid4())})

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["body", "team_id"])

    def test_is_for_those_who_author(self, account: Any) -> None:
        for role in ("viewer", "l1_tech"):
            assert account.as_(role).post("/v1/flows", json={"name": "Printer"}).status == 403
