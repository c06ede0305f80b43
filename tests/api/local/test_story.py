"""`make demo`: the loop told from outside, and what it says when nothing is served."""

import re

import pytest

from infra.local import story
from infra.local.picture import draw
from infra.local.ports import free_port
from tests.conftest import RunningCloud


class TestStory:
    def test_goes_through_the_whole_loop(self, cloud: RunningCloud, capsys: pytest.CaptureFixture[str]) -> None:
        assert story.main(["--url", cloud.url]) == 0

        told = " ".join(capsys.readouterr().out.split())  # however the lines are broken
        assert told.count("build: no flow fits; category vpn_connect") == 3
        assert "new_flow, 3 sessions" in told
        assert "├─ At home (3): " in told
        assert "? not walked" in told
        assert "with the suggested edit: modified" in told
        score = re.search(r"matched: “VPN connection: .*?” version 1, score (\d\.\d\d)", told)
        assert score is not None
        assert float(score[1]) >= 0.75
        assert "(1 auto_reinforced)" in told
        assert "claimed by Engineer" in told
        assert "Where to look next" in told

    def test_says_what_to_do_when_nothing_serves(self, capsys: pytest.CaptureFixture[str]) -> None:
        url = f"http://127.0.0.1:{free_port()}"

        assert story.main(["--url", url]) == 1

        said = capsys.readouterr()
        assert (said.out, said.err) == ("", f"Nothing serves at {url}; start it with `make run`.\n")

    def test_says_what_to_do_about_no_address(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert story.main(["--url", "localhost:8000"]) == 1

        assert capsys.readouterr().err == "localhost:8000 is no address; name one like http://127.0.0.1:8000.\n"


class TestPicture:
    def test_puts_the_way_most_walked_first_and_marks_what_nobody_walked(self) -> None:
        graph = {
            "root": "where",
            "nodes": [
                {"id": "where", "type": "decision", "text": "Where?"},
                {"id": "stub", "type": "escalate", "text": "", "needs_review": True},
                {"id": "try", "type": "action", "text": "Restart it."},
                {"id": "end", "type": "solution", "text": "It works."},
            ],
            "edges": [
                {"from": "where", "to": "stub", "condition": {"key": "a", "label": "Away"}, "sessions": []},
                {"from": "where", "to": "try", "condition": {"key": "h", "label": "Home"}, "sessions": ["1", "2"]},
                {"from": "try", "to": "end", "sessions": ["1", "2"], "failed": 1},
            ],
        }

        assert draw(graph).splitlines() == [
            "Where?",
            "├─ Home (2): ▸ Restart it.",
            "│  └─ then (2, 1 failed): ✔ It works.",
            "└─ Away: ? not walked",
        ]

    def test_draws_a_node_that_two_ways_lead_to_once(self) -> None:
        graph = {
            "root": "where",
            "nodes": [
                {"id": "where", "type": "decision", "text": "Where?"},
                {"id": "end", "type": "solution", "text": "It works."},
            ],
            "edges": [
                {"from": "where", "to": "end", "condition": {"key": "a", "label": "Away"}},
                {"from": "where", "to": "end", "condition": {"key": "h", "label": "Home"}},
            ],
        }

        assert draw(graph).splitlines() == ["Where?", "├─ Away: ✔ It works.", "└─ Home: ↑ It works."]
