"""What holds for every score, whatever the constants are fitted to."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.matching.calibration import BUNDLED, LEXICAL, MATCHED, SUGGEST, Calibration, Evidence, scores, shares
from firstline.matching.documents import FlowDocument, LibraryStatistics, Opening, describe_flow, describe_opening
from firstline.matching.reading import read_intake
from firstline.matching.scoring import Match, score

NAMES = (
    ("Printer offline", "The printer shows as offline and nothing prints."),
    ("Outlook asks for the password", "Outlook prompts for credentials although they are right."),
    ("VPN does not connect", "The VPN client cannot connect from home."),
    ("Laptop battery does not charge", "The battery stays empty although the charger is plugged in."),
)
FLOWS = [describe_flow(flow_id=str(n), name=name, description=text) for n, (name, text) in enumerate(NAMES)]
SAID = ["printer", "offline", "prints", "outlook", "password", "vpn", "connect", "home", "laptop", "battery", "charger"]
BOTH = pytest.mark.parametrize("by", [LEXICAL, BUNDLED], ids=["words", "encoder"])
SHARES = st.floats(0, 1)


def matches(story: str, flows: Sequence[FlowDocument] = FLOWS, openings: Sequence[Opening] = ()) -> list[Match]:
    """Return the matches; the openings are those of flow 0."""
    candidates = [(flow, openings if flow.flow_id == "0" else ()) for flow in flows]
    return score(read_intake(story), candidates, LibraryStatistics.of(flows))


def chance(story: str, openings: Sequence[Opening] = ()) -> float:
    return next(match.score for match in matches(story, openings=openings) if match.flow_id == "0")


class TestProbability:
    @BOTH
    @given(data=st.data())
    @settings(max_examples=50, deadline=None)
    def test_never_falls_with_more_of_any_evidence(self, by: Calibration, data: st.DataObject) -> None:
        less = {name: data.draw(SHARES) for name in ("coverage", "focus", "likeness", "claimed", "told", "learned")}
        more = {name: value + data.draw(SHARES) for name, value in less.items()}
        assert by.log_odds(Evidence(**more)) >= by.log_odds(Evidence(**less))  # type: ignore[arg-type]

    @BOTH
    def test_never_rises_with_the_flows_of_the_account_nor_with_words_that_others_have(self, by: Calibration) -> None:
        more_flows = [by.log_odds(Evidence(0.9, 0.9, 0.9, 2, 3, flows=flows)) for flows in (1, 30, 3000)]
        more_foreign = [by.log_odds(Evidence(0.9, 0.9, 0.9, 2, 3, contrast=share / 4)) for share in range(5)]
        for falling in (more_flows, more_foreign):
            assert falling == sorted(falling, reverse=True)
            assert falling[0] > falling[-1]

    @BOTH
    def test_is_lower_for_a_flow_without_a_description(self, by: Calibration) -> None:
        told, titled = (by.log_odds(Evidence(0.9, 0.9, 0.9, 2, 3, described=each)) for each in (True, False))
        assert titled < told

    @given(st.lists(st.floats(-30, 30), max_size=12), st.floats(-30, 30))
    def test_is_shared_among_flows_and_none_of_them_and_falls_with_each_more(
        self, odds: list[float], one: float
    ) -> None:
        found = shares([*odds, one])
        assert sum(found) <= 1 + 1e-9
        assert found[-1] <= shares([one])[0] + 1e-9
        assert found[:-1] <= shares(odds)

    @given(st.lists(st.floats(-30, 30), min_size=1, max_size=12), st.floats(0, 5))
    def test_never_falls_with_the_odds_of_its_flow(self, odds: list[float], more: float) -> None:
        before, after = scores(odds), scores([odds[0] + more, *odds[1:]])
        assert after[0] >= before[0] - 1e-9

    @given(st.lists(st.floats(-30, 30), min_size=1, max_size=12))
    def test_keeps_the_order_of_the_odds(self, odds: list[float]) -> None:
        ordered = scores(sorted(odds, reverse=True))
        assert ordered == sorted(ordered, reverse=True)

    def test_of_two_flows_on_the_same_problem_suggests_and_matches_neither(self) -> None:
        found = scores([6.0, 6.0, -2.0])
        assert SUGGEST <= found[0] < MATCHED
        assert found[1] < SUGGEST


class TestScore:
    @given(st.lists(st.sampled_from(SAID), unique=True, max_size=6), st.sampled_from(["printer", "offline", "prints"]))
    @settings(max_examples=40, deadline=None)
    def test_never_falls_with_a_word_of_the_flow_beside_no_other_flow(self, words: list[str], more: str) -> None:
        told, before = (matches(" ".join(each), FLOWS[:1])[0].score for each in ([*words, more], words))
        assert told >= before or more in words

    @given(st.lists(st.sampled_from(SAID), unique=True, max_size=6), st.sampled_from(["printer", "offline", "prints"]))
    @settings(max_examples=40, deadline=None)
    def test_never_falls_with_a_word_of_this_flow_alone(self, words: list[str], more: str) -> None:
        """No other flow of the library has or comes near to the words added."""
        told, before = (chance(" ".join(each)) for each in ([*words, more], words))
        assert told >= before - 1e-9 or more in words

    @given(st.permutations(["my printer upstairs is offline", "nothing prints since friday"]))
    @settings(max_examples=5, deadline=None)
    def test_does_not_care_for_the_order_of_clauses(self, clauses: list[str]) -> None:
        expected = chance("my printer upstairs is offline. nothing prints since friday")
        assert chance(". ".join(clauses)) == pytest.approx(expected)

    def test_of_one_account_is_not_moved_by_flows_of_another(self) -> None:
        before = matches("The printer is offline")
        foreign = [describe_flow(flow_id=f"x{n}", name="Printer offline", description=str(n)) for n in range(50)]
        matches("The printer is offline", foreign)
        assert matches("The printer is offline") == before

    def test_says_less_of_the_nearest_of_many_alike(self) -> None:
        alike = [
            describe_flow(flow_id=f"x{n}", name=f"Printer offline {name}", description="The printer shows as offline.")
            for n, name in enumerate(["Lyon", "Turin", "Bergen", "Cadiz", "Ghent", "Lodz", "Oulu", "Split"])
        ]
        story = "The printer shows as offline"
        assert matches(story, [*FLOWS, *alike])[0].score < matches(story, [*FLOWS, *alike[:1]])[0].score


class TestOpenings:
    STORY = "Sheets from the Xerox upstairs come out with nothing on them"

    @given(st.lists(st.sampled_from(["Blank sheets from the Xerox", "The Xerox upstairs", "My invoice"]), max_size=8))
    @settings(max_examples=30, deadline=None)
    def test_that_helped_never_lower_a_score(self, texts: list[str]) -> None:
        past = [describe_opening(text, ticket="T") for text in texts]
        assert chance(self.STORY, past) >= chance(self.STORY)

    def test_of_the_same_words_say_more_the_more_there_are(self) -> None:
        past = [describe_opening(self.STORY, ticket="T")] * 10
        chances = [chance(self.STORY, past[:count]) for count in (0, 1, 3, 10)]
        assert chances == sorted(chances)
        assert chances[0] < chances[-1]

    def test_that_only_repeat_the_flow_say_nothing_new(self) -> None:
        past = [describe_opening("The printer is offline", ticket="T")] * 10
        story = "My printer is offline"
        assert chance(story, past) == pytest.approx(chance(story))

    def test_that_failed_never_raise_a_score(self) -> None:
        failed, other = (describe_opening(text, ticket="T", helpful=False) for text in (self.STORY, "My invoice"))
        assert chance(self.STORY, [failed]) < chance(self.STORY) == chance(self.STORY, [other])
