"""How sure an AI session is."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.ai_sessions.rules import confidence_of, tier_of
from firstline.building.rules import ServedType
from firstline.walks.nodes import ServedNode, Step

AT = datetime(2026, 3, 1, tzinfo=UTC)


def answered(*answers: str | None) -> list[Step]:
    node = ServedNode("n", ServedType.QUESTION, "Is it on?")
    return [Step(node, answer, answer, AT) for answer in answers]


def confidence(*answers: str | None, match: float | None = None, pending: ServedType | None = None) -> float:
    return confidence_of(match_score=match, path=answered(*answers), pending=pending)


class TestConfidence:
    def test_is_nothing_at_first(self) -> None:
        assert confidence() == 0.0

    def test_begins_with_half_of_how_well_a_flow_fits(self) -> None:
        assert confidence(match=0.9) == 0.45

    def test_grows_with_definite_answers_only(self) -> None:
        assert confidence("yes") == 0.15
        assert confidence("unsure", "other") == 0.0
        assert confidence("yes", "unsure", None) == confidence("yes", "no")

    def test_is_never_guided_without_a_cure(self) -> None:
        assert confidence(*["yes"] * 12, match=1.0) == 0.79
        assert confidence(*["yes"] * 12, match=1.0, pending=ServedType.ESCALATE) == 0.79

    def test_is_guided_once_a_cure_is_served(self) -> None:
        assert confidence(pending=ServedType.RESOLVED) == 0.8
        assert confidence("yes", "no", match=0.8, pending=ServedType.RESOLVED) > 0.9

    @given(
        st.lists(st.sampled_from(["yes", "no", "unsure", "other"]), max_size=12),
        st.none() | st.floats(0, 1),
        st.none() | st.sampled_from(ServedType),
    )
    def test_is_a_share_and_never_falls_with_another_definite_answer(
        self, answers: list[str | None], match: float | None, pending: ServedType | None
    ) -> None:
        before = confidence(*answers, match=match, pending=pending)
        after = confidence(*answers, "yes", match=match, pending=pending)
        assert 0 <= before <= after <= 1


class TestTier:
    @pytest.mark.parametrize(
        ("figure", "tier"),
        [(0, "discovery"), (0.3999, "discovery"), (0.4, "exploring"), (0.7999, "exploring"), (0.8, "guided")],
    )
    def test_begins_where_the_one_before_ends(self, figure: float, tier: str) -> None:
        assert tier_of(figure) == tier
