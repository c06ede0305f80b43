"""The keyword table names the category of a problem as callers put it."""

import pytest

from firstline.categories.rules import Category, classify_by_keywords

PROBLEMS = {
    "I forgot my password": Category.PASSWORD_RESET,
    "password has expired and she can't get in": Category.PASSWORD_RESET,
    "need to reset his password": Category.PASSWORD_RESET,
    "my account is locked": Category.ACCOUNT_LOCKOUT,
    "locked out after too many attempts": Category.ACCOUNT_LOCKOUT,
    "The printer won't print": Category.PRINTER,
    "paper jam on the second floor": Category.PRINTER,
    "Outlook keeps asking for a sign-in": Category.EMAIL_OUTLOOK_CLIENT,
    "mail is stuck in the outbox": Category.EMAIL_OUTLOOK_CLIENT,
    "no internet at home": Category.WIFI_NETWORK_BASICS,
    "Wi-Fi drops every ten minutes": Category.WIFI_NETWORK_BASICS,
    "VPN does not connect": Category.VPN_CONNECT,
    "GlobalProtect says gateway not reachable": Category.VPN_CONNECT,
    "nobody can hear me in the Teams meeting": Category.TEAMS_ZOOM_AV,
    "camera is black in Zoom": Category.TEAMS_ZOOM_AV,
    "the website shows an old version in Chrome": Category.BROWSER_CACHE_COOKIES,
    "bluetooth mouse is not recognised": Category.PERIPHERAL_RECONNECT,
    "second screen stays black on the docking station": Category.PERIPHERAL_RECONNECT,
    "Windows update is stuck at 35 %": Category.OS_RESTART_UPDATE,
    "blue screen twice today": Category.OS_RESTART_UPDATE,
}


class TestAProblem:
    @pytest.mark.parametrize(("text", "category"), PROBLEMS.items())
    def test_is_given_its_category(self, text: str, category: Category) -> None:
        assert classify_by_keywords(text) is category

    @pytest.mark.parametrize("text", ["", "hello", "the coffee machine leaks", "we need a new chair", "💥💥"])
    def test_of_no_category_is_unknown(self, text: str) -> None:
        assert classify_by_keywords(text) is None


def test_every_category_has_a_name_for_people() -> None:
    assert all(category.display_name and "_" not in category.display_name for category in Category)
