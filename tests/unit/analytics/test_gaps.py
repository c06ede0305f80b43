"""What makes a knowledge gap."""

from typing import Any

import pytest

from firstline.analytics.gaps import (
    PatternRow,
    ShareRow,
    WayRow,
    high_escalation,
    repeated_patterns,
    uncharted_territory,
    weak_options,
    worst_first,
)
from firstline.db.models.analytics import GapKind, Severity


def way(answer: str = "yes", **counts: int) -> WayRow:
    outcomes: dict[str, Any] = {"resolved": 0, "failed": 0, "escalated": 0, "abandoned": 0, **counts}
    return WayRow("f", "Printer is dead", "light", "Is the light on?", answer, answer.title(), **outcomes)


def ended(sessions: int, *, escalated: int = 0, covered: int = 0) -> ShareRow:
    return ShareRow({"category": "printer", "name": "Printer"}, "Printer", sessions, escalated, covered)


class TestWeakOptions:
    def test_are_answers_after_which_most_walks_fail(self) -> None:
        (gap,) = weak_options([way(resolved=2, failed=1, escalated=3), way("no", resolved=9)])
        assert gap.subject["answer"] == "Yes"
        assert gap.evidence == {
            "sessions": 6,
            "resolved": 2,
            "failed": 1,
            "escalated": 3,
            "abandoned": 0,
            "success_rate": 0.3333,
        }

    def test_are_questions_callers_are_often_unsure_at(self) -> None:
        (gap,) = weak_options([way(resolved=8), way("unsure", resolved=1, escalated=1)])
        assert gap.subject["answer"] is None
        assert gap.evidence == {"sessions": 10, "unsure": 2, "unsure_rate": 0.2}

    def test_need_more_than_a_few_walks(self) -> None:
        assert weak_options([way(escalated=4)]) == []


class TestHighEscalation:
    def test_begins_at_two_in_five(self) -> None:
        assert [gap.evidence for gap in high_escalation([ended(10, escalated=4), ended(10, escalated=3)])] == [
            {"sessions": 10, "escalated": 4, "escalation_rate": 0.4}
        ]

    def test_needs_more_than_a_few_sessions(self) -> None:
        assert high_escalation([ended(4, escalated=4), ended(0)]) == []


class TestUnchartedTerritory:
    def test_is_what_flows_seldom_carry(self) -> None:
        (gap,) = uncharted_territory([ended(10, covered=2), ended(10, covered=3)])
        assert gap.evidence == {"sessions": 10, "covered": 2, "coverage": 0.2}
        assert "Printer" in gap.suggested_action


class TestARepeatedPattern:
    def test_says_how_often_and_how_long_it_waits(self) -> None:
        (gap,) = repeated_patterns([PatternRow("p", "Gateway down", "vpn_connect", 12, 3.25, 40.5)])
        assert gap.kind is GapKind.REPEATED_PATTERN
        assert gap.evidence == {"sessions": 12, "days_waiting": 3.25, "minutes_saved_per_week": 40.5}


class TestTheWorst:
    def test_comes_first(self) -> None:
        rows = [ended(5, escalated=2), ended(100, escalated=90), ended(20, escalated=12)]
        found = worst_first(high_escalation(rows))
        assert [gap.severity for gap in found] == [Severity.HIGH, Severity.MEDIUM, Severity.LOW]

    @pytest.mark.parametrize("sessions", [5, 50, 500])
    def test_is_told_in_plain_numbers(self, sessions: int) -> None:
        for gap in uncharted_territory([ended(sessions)]):
            assert {type(figure) for figure in gap.evidence.values()} <= {int, float}
