"""How far back one looks."""

import pytest

from firstline.analytics.rules import Period


class TestPeriod:
    @pytest.mark.parametrize(("period", "days"), [("7d", 7), ("30d", 30), ("90d", 90)])
    def test_is_as_long_as_it_says(self, period: str, days: int) -> None:
        assert Period(period).length.days == days
