"""The first calls of a new account, whose flows are the ten playbooks as published."""

from collections import Counter
from dataclasses import replace

import pytest

from firstline.building.playbook import Playbook, playbooks
from firstline.matching.calibration import MATCHED
from firstline.matching.documents import FlowDocument, LibraryStatistics, describe_flow
from firstline.matching.encoder import BundledEncoder
from firstline.matching.reading import read_intake
from firstline.matching.scoring import Match, score
from firstline.matching.vectors import flow_vectors

PLAIN = {
    "My printer does not print, it is offline": "printer",
    "Outlook does not open": "email_outlook_client",
    "Outlook keeps asking for my password": "email_outlook_client",
    "cannot connect to the VPN": "vpn_connect",
    "I can't log in, it says account locked out": "account_lockout",
    "VPN keeps dropping": "vpn_connect",
    "docking station usb devices stopped working": "peripheral_reconnect",
}
ODD = {
    "my mouse does not work": "peripheral_reconnect",
    "windows update failed": "os_restart_update",
    "printer jam": "printer",
    "webcam not detected in teams": "teams_zoom_av",
    "wifi is very slow": "wifi_network_basics",
    "the coffee machine leaks": "",
    "please order two new chairs for the lobby": "",
    "how do I add a footer in Word": "",
}


class Starters:
    def __init__(self, encoder: BundledEncoder | None) -> None:
        self.encoder = encoder
        self.documents = [self._document(describe(each)) for each in playbooks()]
        counted = Counter(stem for document in self.documents for stem in document.stems)
        self.statistics = LibraryStatistics(len(self.documents), counted)

    def _document(self, document: FlowDocument) -> FlowDocument:
        return replace(document, vectors=flow_vectors(self.encoder, document.texts)) if self.encoder else document

    def nearest(self, problem: str) -> Match:
        intake = read_intake(problem, self.encoder)
        return score(intake, [(document, ()) for document in self.documents], self.statistics)[0]


def describe(book: Playbook) -> FlowDocument:
    return describe_flow(
        flow_id=book.category,
        name=book.name,
        description=book.description,
        tags=book.tags,
        keywords=book.match_keywords,
    )


@pytest.fixture(scope="module", params=["by words", "with the encoder"])
def starters(request: pytest.FixtureRequest) -> Starters:
    return Starters(BundledEncoder() if request.param == "with the encoder" else None)


class TestStarterFlows:
    @pytest.mark.parametrize("problem", PLAIN)
    def test_are_matched_by_calls_in_plain_words(self, starters: Starters, problem: str) -> None:
        nearest = starters.nearest(problem)

        assert (nearest.flow_id, nearest.score >= MATCHED) == (PLAIN[problem], True), nearest

    @pytest.mark.parametrize("problem", ODD)
    def test_are_not_taken_for_what_they_are_not(self, starters: Starters, problem: str) -> None:
        nearest = starters.nearest(problem)

        assert nearest.score < MATCHED or nearest.flow_id == ODD[problem], nearest
