"""PUT /v1/l1/sessions/{session_id}/notes."""

from typing import Any

import pytest


def replace(tech: Any, session_id: str, notes: Any) -> Any:
    return tech.call("PUT", session_id, "/notes", {"notes": notes})


class TestReplaceNotes:
    def test_replaces_all_of_them_and_touches_the_walk(self, tech: Any) -> None:
        begun = tech.intake(adhoc=True)
        before = tech.session(begun["session_id"])
        replace(tech, begun["session_id"], [{"text": "first"}, {"text": "second"}])

        answer = replace(tech, begun["session_id"], [{"text": "Zweifel ✓", "pinned": True}])

        assert answer.status == 200
        assert answer.body["walk_notes"] == [{"text": "Zweifel ✓", "pinned": True}]
        assert answer.body["last_step_at"] > before["last_step_at"]
        assert tech.stored(begun["session_id"]).walk_notes == [{"text": "Zweifel ✓", "pinned": True}]

    def test_takes_256_kilobytes_and_no_more(self, tech: Any) -> None:
        begun = tech.intake(adhoc=True)
        frame = len('[{"text": ""}]')

        assert replace(tech, begun["session_id"], [{"text": "x" * (256 * 1024 - frame)}]).status == 200
        assert replace(tech, begun["session_id"], [{"text": "x" * (256 * 1024 - frame + 1)}]).status == 413

    @pytest.mark.parametrize("notes", ["text", ["text"], [{"text": "null \x00"}], [{"null \x00": 1}], None])
    def test_are_objects_that_can_be_kept(self, tech: Any, notes: Any) -> None:
        begun = tech.intake(adhoc=True)

        assert replace(tech, begun["session_id"], notes).status == 422

    def test_of_an_ended_walk_stay(self, tech: Any) -> None:
        begun = tech.intake(adhoc=True)
        tech.call("POST", begun["session_id"], "/resolve", {"helpful": True})

        assert replace(tech, begun["session_id"], []).status == 409
