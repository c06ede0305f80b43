"""The hard floor against labelled sentences: what it misses, and where it cries wolf."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from firstline.building.floor import Family, check
from firstline.building.rules import RefusalCode, read_node

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "floor_cases.json").read_text("utf-8"))
DANGEROUS: list[dict[str, str]] = CASES["dangerous"]
HARMLESS: list[str] = CASES["harmless"]
MOST = 0.03


class TestTheLabelledList:
    def test_is_long_enough_in_every_family(self) -> None:
        assert len(DANGEROUS) >= 150
        assert len(HARMLESS) >= 150
        families = Counter(case["family"] for case in DANGEROUS)
        assert set(families) == set(Family)
        assert min(families.values()) >= 15

    def test_is_missed_in_three_of_a_hundred_at_most(self) -> None:
        missed = [case["text"] for case in DANGEROUS if not check(case["text"])]
        assert len(missed) <= MOST * len(DANGEROUS), missed

    def test_raises_a_false_alarm_in_three_of_a_hundred_at_most(self) -> None:
        alarms = {text: hits for text in HARMLESS if (hits := check(text))}
        assert len(alarms) <= MOST * len(HARMLESS), alarms

    @pytest.mark.parametrize("family", list(Family))
    def test_is_recognised_in_each_family_by_its_name(self, family: Family) -> None:
        texts = [case["text"] for case in DANGEROUS if case["family"] == family]
        named = [text for text in texts if family in {hit.family for hit in check(text)}]
        assert len(named) >= 0.8 * len(texts)

    def test_is_refused_as_a_label_too(self) -> None:
        served = [case["text"] for case in DANGEROUS if not _refused_as_label(case["text"])]
        assert len(served) <= MOST * len(DANGEROUS), served


class TestDisguise:
    @pytest.mark.parametrize(
        "text",
        [
            "TURN OFF THE FIREWALL",
            "Turn off the firewall",
            "Turn\u200b o\u200bff the fire\u00adwall",
            "Тurn оff thе firеwаll",
            "T.u.r.n off the f-i-r-e-w-a-l-l",
            "turn off the f1rew4ll",
            "𝐓𝐮𝐫𝐧 𝐨𝐟𝐟 𝐭𝐡𝐞 𝐟𝐢𝐫𝐞𝐰𝐚𝐥𝐥",
            "Turn off the fire wall",
            "ᴛurn off the fıreᴡall",
            "Turn the\nfirewall\toff",
            "tu\u0301rn o\u0308ff the firewall",
            "🅃urn off the 🄵irewall",
        ],
    )
    def test_does_not_help(self, text: str) -> None:
        assert [hit.family for hit in check(text)] == [Family.SECURITY]


class TestNegation:
    @pytest.mark.parametrize(
        "text",
        [
            "Never turn off the firewall.",
            "Do not delete the folder.",
            "Wait instead of deleting files.",
            "Don’t run scripts.",
        ],
    )
    def test_directly_before_a_verb_is_harmless(self, text: str) -> None:
        assert check(text) == ()

    @pytest.mark.parametrize(
        "text",
        [
            "Don't wait: turn off the firewall.",
            "Why not turn off the firewall?",
            "Do not forget to delete the folder.",
            "Never mind the warning. Turn off the firewall.",
        ],
    )
    def test_of_something_else_is_no_excuse(self, text: str) -> None:
        assert check(text) != ()


def test_a_hit_names_the_family_and_the_phrase() -> None:
    (hit,) = check("Restart first. Then delete the old folder.")
    assert (hit.family, hit.phrase) == (Family.DELETION, "delete the old folder")
    assert hit.family.deed == "deleting data or disks"


def _refused_as_label(text: str) -> bool:
    options = [{"key": "a", "label": text}, {"key": "b", "label": "Nothing of that"}]
    node = read_node({"node_type": "question", "text": "What next?", "options": options})
    return isinstance(node, list) and any(refusal.code is RefusalCode.FLOOR for refusal in node)
