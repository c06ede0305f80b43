"""GET /v1/l1/sessions/{session_id}/export."""

import json
from typing import Any

import pytest

HOSTILE = "<script>alert(1)</script> **bold** [link](https://evil.example)\n# Heading"


@pytest.fixture
def walk(tech: Any, library: Any) -> str:
    """A walk with a note, a step back, a cure that failed, and a secret in its problem."""
    flow_id = str(library.publish(category="vpn_connect"))
    begun = tech.intake("Purple. My password is Hunter2!x", flow_id=flow_id, customer_name="Ada <Byron>")
    session_id: str = begun["session_id"]
    tech.step(session_id, begun["node"], "no")
    tech.call("POST", session_id, "/back", {})
    picture = tech.step(session_id, begun["node"], "yes", note=HOSTILE)
    solution = tech.step(session_id, picture, "no")
    tech.step(session_id, solution, "not_fixed")
    tech.call("POST", session_id, "/escalate", {"reason_category": "hardware", "reason": "It smells burnt"})
    return session_id


def export(tech: Any, session_id: str, **query: Any) -> Any:
    return tech.http.get(f"/v1/l1/sessions/{session_id}/export", **query)


class TestExport:
    def test_is_markdown_unless_asked_otherwise(self, tech: Any, walk: str) -> None:
        answer = export(tech, walk)

        assert answer.status == 200
        assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
        for heading in ("Problem", "Steps", "Set aside", "Ruled out", "Outcome", "Next steps", "Time spent"):
            assert f"## {heading}\n" in answer.body
        assert "1. " in answer.body
        assert "Firmly in" in answer.body
        assert "Did not help: The cable was loose" in answer.body
        assert "Escalated \\(hardware\\). It smells burnt" in answer.body

    @pytest.mark.parametrize("form", ["markdown", "text", "html", "json"])
    def test_never_tells_a_secret(self, tech: Any, walk: str, form: str) -> None:
        assert "Hunter2" not in export(tech, walk, format=form).body if form != "json" else True
        assert "Hunter2" not in json.dumps(export(tech, walk, format=form).body)

    def test_escapes_what_people_typed(self, tech: Any, walk: str) -> None:
        assert "<script>" not in export(tech, walk, format="html").body
        assert "&lt;script&gt;" in export(tech, walk, format="html").body
        markdown = export(tech, walk, format="markdown").body
        assert "<script>" not in markdown.replace("\\<", "")
        assert "\n# Heading" not in markdown
        assert "](https" not in markdown
        assert "\n# Heading" not in export(tech, walk, format="text").body

    def test_as_json_holds_the_same_in_members(self, tech: Any, walk: str) -> None:
        answer = export(tech, walk, format="json")

        assert answer.headers["content-type"] == "application/json"
        assert [step["answer"] for step in answer.body["path"]] == ["Firmly in", "Normal", "That did not fix it"]
        assert [step["answer"] for step in answer.body["set_aside"]] == ["Loose"]
        assert answer.body["customer"] == "Ada <Byron>"

    def test_in_short_leaves_times_and_notes_out(self, tech: Any, walk: str) -> None:
        short = export(tech, walk, format="json", detail="summary").body

        assert {step["answered_at"] for step in short["path"]} == {None}
        assert {step["note"] for step in short["path"]} == {None}
        assert short["set_aside"] == []

    def test_knows_four_formats(self, tech: Any, walk: str) -> None:
        assert export(tech, walk, format="pdf").status == 422
        assert export(tech, walk, detail="all").status == 422
