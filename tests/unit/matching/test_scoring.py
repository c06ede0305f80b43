"""Which flow a story means, how sure that is, and why."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.matching.documents import (
    FlowDocument,
    LibraryStatistics,
    Opening,
    describe_flow,
    describe_opening,
)
from firstline.matching.reading import read_intake
from firstline.matching.scoring import Match, score
from firstline.matching.similarity import similar

MATCHED, SUGGEST = 0.75, 0.60
LIBRARY = (
    ("Printer offline", "The printer shows as offline and nothing prints."),
    ("Outlook asks for the password again and again", "Outlook prompts for credentials although they are right."),
    ("VPN does not connect", "The VPN client cannot connect from home."),
    ("Laptop battery does not charge", "The battery stays empty although the charger is plugged in."),
    ("Camera does not work in Teams", "The webcam shows a black picture in meetings."),
    ("Monitor stays black", "The external display is not detected at the docking station."),
)
NOISE = (
    "printer offline outlook password vpn connect home laptop battery charger camera teams black monitor display the "
    "is not my please won't again boss wedding Friday 0x80070005 printr"
)
WORDS = NOISE.split()


def documents(library: Sequence[tuple[str, str]] = LIBRARY) -> list[FlowDocument]:
    return [describe_flow(flow_id=str(n), name=name, description=text) for n, (name, text) in enumerate(library)]


def matches(story: str, flows: Sequence[FlowDocument], openings: Sequence[Opening] = (), of: str = "") -> list[Match]:
    candidates = [(flow, openings if flow.flow_id == of else ()) for flow in flows]
    return score(read_intake(story), candidates, LibraryStatistics.of(flows))


def chance(story: str, flow_id: str = "0", openings: Sequence[Opening] = ()) -> float:
    found = matches(story, documents(), openings, flow_id)
    return next(match.score for match in found if match.flow_id == flow_id)


class TestScore:
    @pytest.mark.parametrize(
        ("story", "flow_id"),
        [
            ("The printer is offline and nothing prints", "0"),
            ("The printr on the second floor is offline, it wont print", "0"),
            ("Outlook keeps asking for my password, again and again, although it is right", "1"),
            ("I am at home and I can't connect to the VPN", "2"),
            ("My notebook's battery is not charging although the charger is plugged in", "3"),
        ],
    )
    def test_is_a_match_for_the_flow_that_is_meant(self, story: str, flow_id: str) -> None:
        best = matches(story, documents())[0]
        assert (best.flow_id, best.score >= MATCHED) == (flow_id, True)

    @pytest.mark.parametrize(
        "story",
        [
            "My boss wants a new chair",
            "How many planets are there?",
            "The coffee machine is leaking",
            "hello",
            "please help me",
            "????",
            "Принтер не печатает",
            "a" * 4000,
        ],
    )
    def test_is_low_for_what_no_flow_knows(self, story: str) -> None:
        assert matches(story, documents())[0].score < SUGGEST

    def test_is_low_for_another_problem_with_the_same_thing(self) -> None:
        assert matches("My printer needs a new toner cartridge", documents())[0].score < SUGGEST

    @given(st.lists(st.sampled_from(WORDS), max_size=30))
    @settings(max_examples=60, deadline=None)
    def test_is_a_probability_for_whatever_is_typed(self, words: list[str]) -> None:
        found = matches(" ".join(words), documents())
        assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
        assert all(0 <= match.score <= 1 for match in found)

    @given(st.permutations(["the", "printer", "upstairs", "is", "offline", "and", "my", "boss", "is", "angry"]))
    @settings(max_examples=40, deadline=None)
    def test_hardly_moves_with_the_order_of_words(self, words: list[str]) -> None:
        assert chance(" ".join(words)) == pytest.approx(
            chance("the printer upstairs is offline my boss is angry"), abs=0.1
        )

    @given(st.lists(st.sampled_from(["printer", "offline", "prints"]), unique=True))
    @settings(max_examples=10, deadline=None)
    def test_never_falls_when_the_story_says_more_of_what_the_flow_says(self, words: list[str]) -> None:
        said = ["Hello"]
        before = chance(" ".join(said))
        for word in words:
            said.append(word)
            after = chance(" ".join(said))
            assert after >= before
            before = after

    def test_bears_a_story_around_the_problem(self) -> None:
        story = (
            "Hi, I am in a hurry because of a presentation on Friday. The printer is offline and nothing prints. "
            "My colleague upstairs has the same model and it works for her. Thank you!"
        )
        assert matches(story, documents())[0].flow_id == "0"
        assert chance(story) >= SUGGEST

    def test_knows_a_thing_by_another_name(self) -> None:
        assert matches("The display is black at my docking station", documents())[0].flow_id == "5"

    def test_of_no_candidates_is_no_match(self) -> None:
        assert score(read_intake("anything"), [], LibraryStatistics(0)) == []

    def test_needs_no_words_in_a_flow(self) -> None:
        nameless = describe_flow(flow_id="0", name="?")
        assert score(read_intake("anything"), [(nameless, ())], LibraryStatistics(1))[0].score < SUGGEST


class TestLibrary:
    def test_of_one_flow_still_answers(self) -> None:
        flows = documents(LIBRARY[:1])
        assert matches("The printer is offline and nothing prints", flows)[0].score >= MATCHED
        assert matches("Outlook keeps asking for my password", flows)[0].score < SUGGEST

    def test_of_three_flows_about_the_same_thing_tells_them_apart(self) -> None:
        flows = documents(
            (
                ("Printer offline", "The printer shows as offline."),
                ("Printer paper jam", "Paper is stuck in the printer."),
                ("Printer prints streaks", "The pages have streaks or lines."),
            )
        )
        assert matches("The printer has a paper jam", flows)[0].flow_id == "1"
        assert matches("There are streaks on every page the printer prints", flows)[0].flow_id == "2"

    def test_of_three_thousand_flows_does_not_drown_the_right_one(self) -> None:
        common = {claim.stem: 300 for flow in documents() for claim in flow.claims}
        candidates = [(flow, ()) for flow in documents()]
        best = score(
            read_intake("The printer is offline, nothing prints"), candidates, LibraryStatistics(3000, common)
        )[0]
        assert (best.flow_id, best.score >= MATCHED) == ("0", True)

    def test_lends_its_own_names_to_misspellings(self) -> None:
        flows = documents((*LIBRARY, ("Zyloprint fails", "Zyloprint stops with an error.")))
        assert matches("zyloprnt stops, there is an error", flows)[0].flow_id == "6"

    def test_that_has_a_word_of_its_own_for_a_thing_takes_less_for_it(self) -> None:
        webcam = ("Webcam cannot be paired", "Pairing the webcam by Bluetooth fails.")
        others = [
            ("Camera is dirty", "The camera has to be cleaned."),
            ("Camera got wet", "Water ran into the camera."),
        ]
        story = "I can't pair the camera with bluetooth"
        unaware, aware = (matches(story, documents((webcam, *library)))[0] for library in (LIBRARY[:4], others))
        assert unaware.flow_id == aware.flow_id == "0"
        assert unaware.score > aware.score

    def test_with_two_flows_on_one_problem_suggests_them_both(self) -> None:
        twice = (*LIBRARY, ("Printer is offline", "The printer shows as offline, nothing prints."))
        first, second, third = matches("The printer is offline and nothing prints", documents(twice))[:3]
        assert {first.flow_id, second.flow_id} == {"0", "6"}
        assert SUGGEST <= first.score < MATCHED
        assert second.score > third.score

    def test_alone_decides_what_is_rare(self) -> None:
        library = LibraryStatistics(100, {"laptop": 90, "jam": 1})
        assert (
            library.rarity("laptop") < library.rarity("jam") < library.rarity("unheard") == pytest.approx(1, abs=0.01)
        )


class TestOpenings:
    STORY = "Sheets come out of the Xerox upstairs with nothing on them"

    def test_that_were_resolved_speak_for_the_flow(self) -> None:
        past = [describe_opening("The Xerox upstairs gives out sheets with nothing on them", ticket="T1")]
        assert chance(self.STORY, "0", past) > chance(self.STORY, "0")

    def test_that_failed_never_speak_for_it(self) -> None:
        failed = [describe_opening(self.STORY, ticket="T1", helpful=False)]
        assert chance(self.STORY, "0", failed) < chance(self.STORY, "0")

    def test_about_something_else_change_nothing(self) -> None:
        past = [describe_opening("My invoice is too high this month", ticket="T1")]
        assert chance(self.STORY, "0", past) == chance(self.STORY, "0")

    def test_are_named_as_reasons_nearest_first(self) -> None:
        past = [
            describe_opening("Blank sheets from the Xerox", ticket="T2"),
            describe_opening(self.STORY, ticket="T1"),
            describe_opening("My invoice is too high", ticket="T3"),
        ]
        found = matches(self.STORY, documents(), past, "0")
        why = next(match.why for match in found if match.flow_id == "0")
        assert list(why.past_tickets) == ["T1", "T2"]

    def test_survive_storage(self) -> None:
        opening = describe_opening(self.STORY, ticket="T1", helpful=False)
        assert Opening.from_json(json.loads(json.dumps(opening.to_json()))) == opening


class TestWhy:
    def test_quotes_the_callers_own_words_weightiest_first(self) -> None:
        why = matches("The printr upstairs is offline, says my boss", documents())[0].why
        assert list(why.words) == ["offline", "printr"]

    def test_is_empty_where_nothing_speaks(self) -> None:
        assert matches("My boss wants a new chair", documents())[-1].why.words == []


class TestFlowDocument:
    def test_survives_storage(self) -> None:
        document = describe_flow(
            flow_id="7",
            name="Printer offline",
            description="It does not print. It is offline. Restart the spooler. Then wait.",
            tags=["hardware"],
            keywords=["spooler", "queue"],
            symptoms=["nothing comes out of the printer"],
        )
        assert FlowDocument.from_json(json.loads(json.dumps(document.to_json()))) == document

    def test_claims_the_problem_and_only_hints_at_the_procedure(self) -> None:
        document = describe_flow(
            flow_id="7", name="Printer offline", description="It is offline. Now. Restart spoolers."
        )
        assert "spooler" not in {claim.stem for claim in document.claims}
        assert "spooler" in {claim.stem for claim in document.hints}

    def test_keywords_never_lower_a_score(self) -> None:
        bare = describe_flow(flow_id="0", name="Printer offline", description="The printer is offline.")
        rich = describe_flow(
            flow_id="0", name="Printer offline", description="The printer is offline.", keywords=["toner", "spooler"]
        )
        story = "The printer is offline, the spooler is stopped"
        scores = [matches(story, [flow, *documents()[1:]])[0].score for flow in (bare, rich)]
        assert scores[1] > scores[0]

    def test_symptoms_are_other_wordings_of_the_whole_problem(self) -> None:
        symptom = "sheets come out blank"
        plain, worded = (
            describe_flow(flow_id="0", name="Printer offline", description="It is offline.", symptoms=symptoms)
            for symptoms in ((), (symptom,))
        )
        assert (
            matches(symptom, [worded, *documents()[1:]])[0].score > matches(symptom, [plain, *documents()[1:]])[0].score
        )


class TestSimilar:
    def test_finds_the_flow_on_the_same_problem_from_both_sides(self) -> None:
        flows = documents((*LIBRARY, ("Printer is not online", "Printer appears offline, does not print.")))
        library = LibraryStatistics.of(flows)
        there = similar(flows[0], flows, library)
        back = similar(flows[-1], flows, library)
        assert [each.flow_id for each in there] == [flows[-1].flow_id]
        assert [each.flow_id for each in back] == [flows[0].flow_id]
        assert there[0].similarity == pytest.approx(back[0].similarity)

    def test_finds_nothing_among_different_problems(self) -> None:
        flows = documents()
        assert similar(flows[2], flows, LibraryStatistics.of(flows)) == []
