"""What a technician types of the caller's words becomes the option that was meant, or a question back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.flows.rules import Condition
from firstline.walks.replies.polarity import evidence
from firstline.walks.replies.questions import read_question
from firstline.walks.replies.reading import Reading, ReadingKind, probability, read_reply

YES_NO = (Condition("yes", "Yes"), Condition("no", "No"))
LINK = (Condition("yes", "Wired"), Condition("no", "Wireless"))
SCREEN = tuple(
    Condition(key, label)
    for key, label in (
        ("blue", "A blue screen"),
        ("black", "A black screen"),
        ("login", "The login page"),
        ("error", "An error message"),
    )
)
PEOPLE = (Condition("one", "Fewer than 5"), Condition("some", "5 to 20"), Condition("many", "More than 20"))
WORDS = ("yes", "no", "it", "is", "not", "on", "off", "the", "light", "fine", "only", "even", "never", ",", ".")
LIGHTS = (Condition("g", "Green"), Condition("r", "Red"), Condition("n", "None"))


def read(said: str, question: str = "Does the printer print?", options: tuple[Condition, ...] = YES_NO) -> Reading:
    return read_reply(said, question=question, options=options, help=None)


class TestAYesOrNoQuestion:
    @pytest.mark.parametrize(
        ("question", "said", "answer"),
        [
            ("Does the printer print?", "Yes", "yes"),
            ("Does the printer print?", "y", "yes"),
            ("Does the printer print?", "Nope", "no"),
            ("Does the printer print?", "It does.", "yes"),
            ("Does the printer print?", "well, it doesn't", "no"),
            ("Does the printer print?", "absolutely not", "no"),
            ("Does the printer print?", "Yes, what should I do next?", "yes"),
            ("Is the cable plugged in?", "customer confirmed it is plugged in", "yes"),
            ("Is the cable plugged in?", "he said yes", "yes"),
            ("Is Wi-Fi turned on?", "the wifi is on", "yes"),
            ("Can you sign in now?", "I can log in again", "yes"),
            ("Did that fix it?", "nope same thing", "no"),
            ("Have you restarted the computer?", "already did", "yes"),
            ("Have you restarted the computer?", "just did, no change", "yes"),
            ("Is the light on the router on?", "It's off.", "no"),
            ("Is the light on the router on?", "The light is on.", "yes"),
            ("Is the light on the router green?", "it is red", "no"),
            ("Is the cable loose?", "The cable is tight.", "no"),
            ("Can you open the website?", "The page won’t open", "no"),
            ("Are other people affected too?", "It's just me", "no"),
            ("Are you having any trouble with Teams?", "No trouble with Teams", "no"),
            ("Are you having any trouble with Teams?", "Teams works fine", "no"),
            ("Is the signal stronger than 50 %?", "It shows 30 %", "no"),
            ("Is the signal stronger than 50 %?", "about 80", "yes"),
        ],
    )
    def test_is_answered_by_what_the_reply_says_of_it(self, question: str, said: str, answer: str) -> None:
        reading = read(said, question)
        assert (reading.kind, reading.answer) == (ReadingKind.ANSWER, answer)

    @pytest.mark.parametrize(
        ("question", "said", "answer"),
        [
            ("Does it start without showing anything on the screen?", "I see nothing on the screen", "yes"),
            ("Does it fail only when you are on wifi?", "It happens on the cable too", "no"),
            ("Does it fail only when you are on wifi?", "Only on wifi.", "yes"),
            ("Does it freeze even when it is idle?", "It freezes even when it is not busy.", "yes"),
            ("Is it the headset rather than the speakers?", "It's the speakers, not the headset", "no"),
            ("Do you get the message 'No signal'?", "I am not getting that message", "no"),
            ("Do you get the message 'No signal'?", "It does say 'No signal'", "yes"),
            ("Do you still have the problem?", "Nothing has changed", "yes"),
            ("Is the monitor detected now?", "Nothing has changed", "no"),
        ],
    )
    def test_that_carries_its_own_turn_is_read_with_it(self, question: str, said: str, answer: str) -> None:
        assert read(said, question).ranked[0] == answer

    @pytest.mark.parametrize("said", ["", "   ", "hmm", "it just sits there", "maybe", "yes and no", "let me check"])
    def test_is_asked_again_where_the_reply_leaves_it_open(self, said: str) -> None:
        reading = read(said)
        assert reading.kind is ReadingKind.UNCLEAR
        assert reading.answer is None
        assert set(reading.ranked) == {"yes", "no"}

    def test_is_not_settled_by_words_of_its_help(self) -> None:
        explanation = "Look at the adapter: a green lamp means power, a red lamp means none."
        said, question = "the adapter has a red lamp", "Does the adapter have power?"
        reading = read_reply(said, question=question, options=YES_NO, help=explanation)
        assert reading.kind is ReadingKind.UNCLEAR

    def test_takes_yes_and_no_by_their_labels_whatever_the_keys(self) -> None:
        options = (Condition("a", "No, it stays dark"), Condition("b", "Yes, it lights up"))
        assert read("yes", "Does the screen light up?", options).answer == "b"
        assert read("no", "Does the screen light up?", options).answer == "a"

    @pytest.mark.parametrize(
        ("said", "answer"),
        [("it does", "y"), ("it doesn't print", "n"), ("only sometimes", "s"), ("not sure", "u")],
    )
    def test_may_offer_more_than_yes_and_no(self, said: str, answer: str) -> None:
        labels = {"y": "Yes", "n": "No", "s": "Only sometimes", "u": "Not sure"}
        options = tuple(Condition(key, label) for key, label in labels.items())
        assert read(said, "Does the printer print?", options).answer == answer


class TestAChoiceOfLabels:
    @pytest.mark.parametrize(
        ("said", "answer"),
        [
            ("wired", "yes"),
            ("I'm on wireless", "no"),
            ("wired, not wireless", "yes"),
            ("not wireless", "yes"),
            ("the second one", "no"),
            ("the former", "yes"),
            ("option 2", "no"),
        ],
    )
    def test_of_two_is_read_by_word_place_or_exclusion(self, said: str, answer: str) -> None:
        assert read(said, "Is it a wired or a wireless connection?", LINK).answer == answer

    @pytest.mark.parametrize("said", ["yes", "no", "both", "neither of them"])
    def test_of_two_is_not_settled_by_a_yes(self, said: str) -> None:
        assert read(said, "Is it a wired or a wireless connection?", LINK).kind is ReadingKind.UNCLEAR

    def test_follows_a_question_that_asserts_one_of_the_labels(self) -> None:
        assert read("yes", "Is the computer wired to the network?", LINK).answer == "yes"
        assert read("no", "Is the computer wired to the network?", LINK).answer == "no"

    @pytest.mark.parametrize(
        ("said", "answer"),
        [
            ("it's completely blue", "blue"),
            ("not blue, black", "black"),
            ("there's an error about a missing file", "error"),
            ("the login page comes up", "login"),
            ("login", "login"),
            ("the last one", "error"),
        ],
    )
    def test_of_many_is_read_by_the_words_that_set_a_label_apart(self, said: str, answer: str) -> None:
        assert read(said, "What is on the screen?", SCREEN).answer == answer

    def test_of_many_is_only_narrowed_by_an_exclusion(self) -> None:
        reading = read("not a blue screen", "What is on the screen?", SCREEN)
        assert reading.kind is ReadingKind.UNCLEAR
        assert reading.ranked[-1] == "blue"

    @pytest.mark.parametrize(("said", "answer"), [("3 of us", "one"), ("about 12", "some"), ("40 people", "many")])
    def test_of_ranges_is_read_by_the_number(self, said: str, answer: str) -> None:
        assert read(said, "How many people are affected?", PEOPLE).answer == answer

    @pytest.mark.parametrize("said", ["none of them", "nothing is lit", "no light at all"])
    def test_with_a_none_takes_it_for_nothing(self, said: str) -> None:
        assert read(said, "Which light is on?", LIGHTS).answer == "n"

    def test_does_not_count_a_bare_digit_as_a_place(self) -> None:
        options = (Condition("me", "Just me"), Condition("all", "Everyone"))
        assert read("1", "How many are affected?", options).kind is ReadingKind.UNCLEAR


class TestACallerWhoDoesNotAnswer:
    @pytest.mark.parametrize(
        "said",
        [
            "How do I check that?",
            "where's that",
            "what's a splitter",
            "which one?",
            "what do you mean",
            "What does that mean?",
            "Where is that button?",
            "I don't know how to check that",
            "I have no idea what a driver is",
            "Can you tell me where to look?",
            "please explain",
            "I'm not sure where to find it.",
            "Why does that matter?",
            "huh?",
            "no, how do I check that?",
            "I've never heard of it",
        ],
    )
    def test_but_asks_how_gets_help(self, said: str) -> None:
        reading = read(said)
        assert (reading.kind, reading.answer) == (ReadingKind.HELP_REQUEST, None)

    @pytest.mark.parametrize("said", ["I don't know", "not sure", "can't tell", "no idea", "dunno", "hard to say"])
    def test_because_he_does_not_know_is_unsure(self, said: str) -> None:
        reading = read(said)
        assert (reading.kind, reading.answer) == (ReadingKind.UNSURE, None)

    def test_is_not_assumed_where_yes_comes_first(self) -> None:
        assert read("Yes, I don't know why but it does").answer == "yes"


class TestConfidence:
    @settings(max_examples=40)
    @given(said=st.text(max_size=80), labels=st.lists(st.text(min_size=1, max_size=12), max_size=5, unique=True))
    def test_is_shared_out_whatever_is_typed(self, said: str, labels: list[str]) -> None:
        options = tuple(Condition(f"k{index}", label) for index, label in enumerate(labels))
        reading = read(said, "What do you see?", options)
        assert sorted(reading.ranked) == sorted(option.key for option in options)
        assert 0.0 <= reading.confidence <= 1.0
        assert (reading.answer is not None) == (reading.kind is ReadingKind.ANSWER)

    @settings(max_examples=40)
    @given(said=st.lists(st.sampled_from(WORDS), max_size=10))
    def test_is_the_same_for_options_in_any_order(self, said: list[str]) -> None:
        text = " ".join(said)
        assert read(text, "Is the light on?").answer == read(text, "Is the light on?", YES_NO[::-1]).answer

    @settings(max_examples=20)
    @given(st.dictionaries(st.sampled_from(["lead", "denial", "echo", "opposite", "bare"]), st.just(1.0)))
    def test_never_falls_as_evidence_is_added(self, signals: dict[str, float]) -> None:
        assert probability(signals | {"valence": 1.0}) >= probability(signals)

    def test_does_not_depend_on_case_or_typography(self) -> None:
        question = read_question("Does the printer print?")
        assert evidence("IT DOESN’T PRINT", question) == evidence("it doesn't print", question)

    def test_keeps_an_overlong_reply_within_bounds(self) -> None:
        assert read("it prints and " * 1000).kind in set(ReadingKind)
