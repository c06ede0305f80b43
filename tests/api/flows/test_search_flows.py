"""GET /v1/flows/search."""

from typing import Any

import pytest


@pytest.fixture
def names(account: Any) -> Any:
    def search(role: str = "engineer", **query: Any) -> list[str]:
        answer = account.as_(role).get("/v1/flows/search", **query)
        assert answer.status == 200, answer
        return [flow["name"] for flow in answer.body["items"]]

    return search


class TestSearchFlows:
    def test_finds_every_word_anywhere_and_puts_names_first(self, create: Any, names: Any) -> None:
        create(name="Scanner mute", description="The printer scans nothing.")
        create(name="Printer jam", tags=["paper"])
        create(name="VPN drops", match_keywords=["tunnel"])

        assert names(q="print") == ["Printer jam", "Scanner mute"]
        assert names(q="PAPER printer") == ["Printer jam"]
        assert names(q="tunnel") == ["VPN drops"]
        assert names(q="printer tunnel") == []

    def test_takes_two_letters_for_a_beginning_and_more_for_any_part_of_a_word(self, create: Any, names: Any) -> None:
        create(name="Bluetooth mouse")
        create(name="Mobile phone")

        assert names(q="mo") == ["Bluetooth mouse", "Mobile phone"]
        assert names(q="to") == []
        assert names(q="toot") == ["Bluetooth mouse"]

    def test_takes_signs_for_themselves(self, create: Any, names: Any) -> None:
        create(name="100 % full disk")
        create(name="Plain")

        assert names(q="%") == ["100 % full disk"]
        assert names(q="_") == []

    def test_pages_through_what_it_finds(self, account: Any, create: Any) -> None:
        for name in ("Printer b", "Printer a", "Scanner"):
            create(name=name, description="printer")

        first = account.as_("engineer").get("/v1/flows/search", q="printer", limit=2).body
        second = account.as_("engineer").get("/v1/flows/search", q="printer", limit=2, cursor=first["next_cursor"]).body

        found = [flow["name"] for flow in first["items"] + second["items"]]
        assert (found, second["next_cursor"]) == (["Printer a", "Printer b", "Scanner"], None)

    def test_shows_drafts_to_authors_only_and_nothing_to_strangers(
        self, account: Any, create: Any, publish: Any, names: Any
    ) -> None:
        create(name="Printer draft")
        publish(name="Printer live")

        assert names("viewer", q="printer") == ["Printer live"]
        assert names("engineer", q="printer") == ["Printer draft", "Printer live"]
        assert account.other().as_("owner").get("/v1/flows/search", q="printer").body["items"] == []
