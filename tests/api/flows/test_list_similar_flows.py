"""GET /v1/flows/{flow_id}/similar."""

from typing import Any

import pytest

SAME = {"name": "Printer stays dark", "description": "The printer is dead, no light at all."}


@pytest.fixture
def dead(publish: Any) -> dict[str, Any]:
    flow: dict[str, Any] = publish(description="The printer stays dark, no light at all.")
    return flow


@pytest.fixture
def otherwise(publish: Any, graph: dict[str, Any]) -> dict[str, Any]:
    """Publish the same problem and question with another cure."""
    nodes = [
        {**node, "text": "Send the fuser to the workshop."} if node["id"] == "plug" else node for node in graph["nodes"]
    ]
    flow: dict[str, Any] = publish(**SAME, graph=graph | {"nodes": nodes})
    return flow


class TestListSimilarFlows:
    def test_tells_duplicates_and_where_they_contradict(
        self, account: Any, dead: dict[str, Any], otherwise: dict[str, Any], publish: Any
    ) -> None:
        publish(name="VPN drops", description="The tunnel breaks every hour.")

        answer = account.as_("l1_tech").get(f"/v1/flows/{dead['id']}/similar")

        assert answer.status == 200
        score = answer.body["items"][0]["score"]
        assert 0.6 <= score <= 1
        words = answer.body["items"][0]["words"]
        assert {"printer", "dead", "dark"} <= set(words)
        asked = "“Is the power light on?” with “No”"
        cure, other = "Plug the printer in. The printer works.", "Send the fuser to the workshop. The printer works."
        parts = f"After {asked} one says “{cure}”, the other “{other}”."
        assert answer.body == {
            "items": [
                {
                    "flow_id": otherwise["id"],
                    "flow_name": "Printer stays dark",
                    "version": 1,
                    "score": score,
                    "duplicate": True,
                    "reason": f"Both are about {', '.join(words)}. {parts}",
                    "words": words,
                    "contradictions": [
                        {
                            "path": [{"question": "Is the power light on?", "answer": "No"}],
                            "cure": cure,
                            "other_cure": other,
                        }
                    ],
                }
            ],
            "next_cursor": None,
        }

    def test_is_empty_for_a_flow_alone(self, account: Any, dead: dict[str, Any]) -> None:
        answer = account.as_("viewer").get(f"/v1/flows/{dead['id']}/similar")

        assert (answer.status, answer.body) == (200, {"items": [], "next_cursor": None})

    def test_compares_the_draft_for_authors_and_hides_it_from_others(
        self, account: Any, dead: dict[str, Any], create: Any
    ) -> None:
        path = f"/v1/flows/{create(**SAME)['id']}/similar"

        assert [each["flow_id"] for each in account.as_("engineer").get(path).body["items"]] == [dead["id"]]
        assert account.as_("l1_tech").get(path).status == 404

    def test_does_not_offer_what_is_archived_or_a_draft(
        self, account: Any, dead: dict[str, Any], otherwise: dict[str, Any], create: Any
    ) -> None:
        create(**SAME)
        account.as_("admin").delete(f"/v1/flows/{otherwise['id']}")

        assert account.as_("engineer").get(f"/v1/flows/{dead['id']}/similar").body["items"] == []

    def test_knows_nothing_of_another_account(self, account: Any, dead: dict[str, Any], otherwise: Any) -> None:
        assert otherwise
        assert account.other().as_("owner").get(f"/v1/flows/{dead['id']}/similar").status == 404
