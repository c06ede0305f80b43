"""GET /v1/l1/sessions."""

from typing import Any

import pytest

PATH = "/v1/l1/sessions"


@pytest.fixture
def walks(tech: Any, account: Any) -> dict[str, str]:
    """Five walks of two people, oldest first."""
    colleague = type(tech)(account, "admin")
    begun = {
        "own first": tech.intake(adhoc=True),
        "colleague's": colleague.intake(adhoc=True),
        "own ended": tech.intake(adhoc=True),
        "own second": tech.intake(adhoc=True),
        "colleague's newest": colleague.intake(adhoc=True),
    }
    tech.call("POST", begun["own ended"]["session_id"], "/resolve", {"helpful": False})
    return {walk["session_id"]: name for name, walk in begun.items()}


class TestListSessions:
    def test_puts_own_active_walks_first_then_the_newest_step(self, tech: Any, walks: Any) -> None:
        answer = tech.http.get(PATH)

        assert answer.status == 200
        assert set(answer.body) == {"items", "next_cursor"}
        assert answer.body["next_cursor"] is None
        assert [walks[item["id"]] for item in answer.body["items"]] == [
            "own second",
            "own first",
            "colleague's newest",
            "own ended",
            "colleague's",
        ]

    @pytest.mark.parametrize("limit", [1, 2, 3, 4])
    def test_tells_the_same_page_by_page(self, tech: Any, walks: Any, limit: int) -> None:
        whole = [item["id"] for item in tech.http.get(PATH).body["items"]]

        pages: list[str] = []
        cursor = None
        while cursor is not None or not pages:
            page = tech.http.get(PATH, limit=limit, **({"cursor": cursor} if cursor else {})).body
            pages += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]

        assert pages == whole
        assert len(walks) == len(whole)

    def test_filters(self, tech: Any, walks: Any) -> None:
        def names(**query: Any) -> list[str]:
            return [walks[item["id"]] for item in tech.http.get(PATH, **query).body["items"]]

        assert names(status="resolved") == ["own ended"]
        assert names(status="active", mine="true") == ["own second", "own first"]
        assert names(mine="true") == ["own second", "own first", "own ended"]

    @pytest.mark.parametrize("query", [{"status": "lost"}, {"limit": 0}, {"limit": 101}, {"cursor": "rubbish"}])
    def test_refuses_what_it_does_not_know(self, tech: Any, query: dict[str, Any]) -> None:
        assert tech.http.get(PATH, **query).status == 422
