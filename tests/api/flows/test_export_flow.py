"""GET /v1/flows/{flow_id}/export."""

from typing import Any

import pytest


class TestExportFlow:
    def test_writes_json_that_says_everything(self, account: Any, publish: Any, graph: dict[str, Any]) -> None:
        flow = publish(tags=["printer"], category="printer")

        answer = account.as_("viewer").get(f"/v1/flows/{flow['id']}/export")

        assert answer.status == 200
        assert answer.headers["content-disposition"] == f'attachment; filename="{flow["id"]}.json"'
        assert answer.body == {"name": "Printer is dead", "category": "printer", "tags": ["printer"], "graph": graph}

    @pytest.mark.parametrize(
        ("format_", "media_type", "line"),
        [
            ("mermaid", "text/vnd.mermaid", '    lights{"Is the power light on?"}'),
            ("dot", "text/vnd.graphviz", '  "plug" -> "works";'),
            ("markdown", "text/markdown", "- No → [step 3](#step-3)"),
        ],
    )
    def test_writes_text(self, account: Any, publish: Any, format_: str, media_type: str, line: str) -> None:
        flow = publish()

        answer = account.as_("viewer").get(f"/v1/flows/{flow['id']}/export", format=format_)

        assert (answer.status, answer.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")
        assert line in answer.body.splitlines()

    @pytest.mark.parametrize("format_", ["mermaid", "dot"])
    def test_writes_what_an_import_reads_back(
        self, account: Any, publish: Any, graph: dict[str, Any], format_: str
    ) -> None:
        flow = publish(tags=["printer"])
        document = account.as_("engineer").get(f"/v1/flows/{flow['id']}/export", format=format_).body

        body = {"format": format_, "document": document}
        imported = account.as_("engineer").post("/v1/flows/import", json=body).body

        read = account.as_("engineer").get(f"/v1/flows/{imported['flow_id']}").body
        assert (read["name"], read["tags"], read["draft"]["graph"]) == ("Printer is dead", ["printer"], graph)

    def test_writes_a_draft_for_authors_and_old_versions_for_all(self, account: Any, publish: Any) -> None:
        path = f"/v1/flows/{publish()['id']}"
        account.as_("engineer").put(path, json={"name": "Printer stays dark"})

        assert account.as_("engineer").get(f"{path}/export", version="draft").body["name"] == "Printer stays dark"
        assert account.as_("viewer").get(f"{path}/export", version="1").body["name"] == "Printer is dead"
        assert account.as_("viewer").get(f"{path}/export", version="draft").status == 403
        assert account.as_("viewer").get(f"{path}/export", version="2").status == 404
        assert account.as_("viewer").get(f"{path}/export", format="pdf").status == 422
        assert account.other().as_("owner").get(f"{path}/export").status == 404
