"""GET /v1/ai-sessions."""

from typing import Any

import pytest


class TestListing:
    def test_shows_ones_own_newest_step_first_page_by_page(self, engineer: Any, account: Any) -> None:
        begun = [engineer.start() for _ in range(3)]
        engineer.step(begun[0]["session"]["id"], begun[0]["step"])
        account.as_("admin").post("/v1/ai-sessions", {"problem_text": "The VPN does not connect"})

        first = engineer.http.get("/v1/ai-sessions", limit=2).body
        second = engineer.http.get("/v1/ai-sessions", limit=2, cursor=first["next_cursor"]).body

        listed = [item["id"] for item in first["items"] + second["items"]]
        assert listed == [begun[index]["session"]["id"] for index in (0, 2, 1)]
        assert second["next_cursor"] is None
        assert "steps" not in first["items"][0]

    def test_by_status(self, engineer: Any) -> None:
        ended, active = engineer.start()["session"]["id"], engineer.start()["session"]["id"]
        engineer.call("POST", ended, "/resolve", {"helpful": True})

        for status, expected in (("resolved", [ended]), ("active", [active]), ("escalated", [])):
            found = engineer.http.get("/v1/ai-sessions", status=status).body["items"]
            assert [item["id"] for item in found] == expected

    @pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"status": "x"}, {"cursor": "x"}])
    def test_refuses_what_it_cannot_read(self, engineer: Any, query: dict[str, Any]) -> None:
        assert engineer.http.get("/v1/ai-sessions", **query).status == 422

    def test_is_for_engineers_and_above(self, account: Any) -> None:
        roles = ("owner", "admin", "engineer", "l1_tech", "viewer")
        statuses = [account.as_(role).get("/v1/ai-sessions").status for role in roles]

        assert statuses == [200, 200, 200, 403, 403]
