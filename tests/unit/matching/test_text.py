"""What a text says."""

import pytest

from firstline.matching.reading import is_misspelling, read_intake
from firstline.matching.stemming import stem
from firstline.matching.text import read_terms, split_sentences, split_words, spoken_name


def stems(text: str) -> list[str]:
    return [term.stem for term in read_terms(text)]


class TestStem:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("overheating", "overheats"),
            ("printing", "prints"),
            ("noises", "noise"),
            ("batteries", "battery"),
            ("connected", "connection"),
            ("electrical", "electricity"),
        ],
    )
    def test_is_shared_by_the_forms_of_a_word(self, one: str, other: str) -> None:
        assert stem(one) == stem(other)

    def test_leaves_codes_and_other_scripts_alone(self) -> None:
        assert [stem(word) for word in ("0x80070005", "принтеры", "pc")] == ["0x80070005", "принтеры", "pc"]


class TestWords:
    @pytest.mark.parametrize("text", ["It won't start", "it wont start", "IT WILL NOT START", "it won’t start."])
    def test_open_contractions_however_they_are_typed(self, text: str) -> None:
        assert split_words(text) == ["it", "will", "not", "start"]

    def test_lose_accents_and_case(self) -> None:
        assert split_words("Café's PRINTER") == ["cafe", "printer"]

    def test_of_an_identifier_are_apart(self) -> None:
        assert spoken_name("car_wont_start") == "car wont start"
        assert spoken_name("PrinterOffline") == "Printer Offline"


class TestSentences:
    def test_end_at_stops_and_line_breaks(self) -> None:
        assert split_sentences("It broke. Why?\nPlease help") == ["It broke.", "Why?", "Please help"]


class TestTerms:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("two-factor", "2FA"),
            ("a blue screen of death", "BSOD"),
            ("Outlook on the web", "OWA"),
            ("remote desktop", "RDP"),
            ("the hard drive", "the HDD"),
            ("wi-fi", "wireless network"),
            ("it will not power up", "it won't turn on"),
        ],
    )
    def test_are_the_same_for_an_abbreviation_and_what_it_stands_for(self, written: str, meant: str) -> None:
        assert stems(written) == stems(meant)

    def test_say_nothing_of_courtesies(self) -> None:
        assert read_terms("Hi, could you please help me? Thank you so much!") == []

    @pytest.mark.parametrize(
        "text",
        ["It won't print", "it is unable to print", "nothing prints", "it refuses to print", "trouble printing"],
    )
    def test_under_a_denial_are_marked(self, text: str) -> None:
        denied = {term.stem: term.denied for term in read_terms(text)}
        assert denied[stem("print")]

    def test_after_the_denied_clause_are_not_marked(self) -> None:
        denied = {term.stem: term.denied for term in read_terms("I don't know why the laptop is overheating")}
        assert denied == {"laptop": False, "overheat": False}

    def test_leave_out_a_start_that_only_says_since_when(self) -> None:
        assert stem("start") not in stems("The fan started rattling")
        assert stem("start") in stems("The car does not start")


class TestMisspelling:
    @pytest.mark.parametrize(
        ("typed", "meant"), [("printr", "printer"), ("conection", "connection"), ("authentcatoin", "authentication")]
    )
    def test_is_near(self, typed: str, meant: str) -> None:
        assert is_misspelling(typed, meant)

    @pytest.mark.parametrize(
        ("typed", "other"), [("fan", "van"), ("mouse", "house"), ("drive", "driver side"), ("", "a")]
    )
    def test_is_not_just_any_word_nearby(self, typed: str, other: str) -> None:
        assert not is_misspelling(typed, other)

    def test_of_a_common_word_reaches_it_and_its_neighbours(self) -> None:
        reached = read_intake("my pasword").reached
        assert stem("password") in reached
        assert stem("credential") in reached
