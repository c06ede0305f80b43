"""How a flow has fared of late."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.matching.standing import Standing, shifted

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def standing(helped: int, failed: int, days_ago: int = 0) -> float:
    when = NOW - timedelta(days=days_ago)
    return Standing.of([(when, True)] * helped + [(when, False)] * failed, at=NOW).log_odds(NOW)


class TestStanding:
    def test_of_a_flow_nobody_has_walked_changes_nothing(self) -> None:
        assert standing(0, 0) == pytest.approx(0)

    def test_lifts_by_what_was_resolved_but_mildly(self) -> None:
        assert 0 < standing(1, 0) < standing(10, 0) < standing(1000, 0) < 0.23

    def test_sinks_by_what_failed(self) -> None:
        assert standing(0, 5) < standing(0, 1) < 0
        assert standing(10, 3) < standing(10, 0)

    def test_fades_with_the_months(self) -> None:
        assert standing(5, 0) > standing(5, 0, days_ago=180) > standing(5, 0, days_ago=1000) > 0
        assert standing(0, 5) < standing(0, 5, days_ago=180) < 0

    def test_fades_the_same_whether_counted_then_or_now(self) -> None:
        then = NOW - timedelta(days=200)
        counted_then = Standing.of([(then, True), (then, False)], at=then)
        counted_now = Standing.of([(then, True), (then, False)], at=NOW)
        assert counted_then.log_odds(NOW) == pytest.approx(counted_now.log_odds(NOW))

    def test_survives_storage(self) -> None:
        kept = Standing.of([(NOW, True), (NOW, False)], at=NOW)
        assert Standing.from_json(kept.to_json()) == kept


class TestShiftedScore:
    @given(st.floats(0, 1), st.floats(-3, 0.23))
    def test_stays_a_probability_and_keeps_its_side(self, score: float, log_odds: float) -> None:
        moved = shifted(score, log_odds)
        assert 0 <= moved <= 1
        assert (moved - score) * log_odds >= -1e-9

    def test_at_even_odds_is_the_logistic_of_the_shift(self) -> None:
        assert shifted(0.5, 0.2) == pytest.approx(0.5498, abs=1e-4)
