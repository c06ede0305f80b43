"""The ticket note of a walk."""

from datetime import UTC, datetime, timedelta

import pytest

from firstline.building.rules import ServedType
from firstline.flows.rules import Condition
from firstline.walks.export import (
    Detail,
    ExportFormat,
    TicketNote,
    note_steps,
    render,
    ruled_out,
    spoken_duration,
)
from firstline.walks.nodes import ServedNode, Step

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
WIRED, WIRELESS, BOTH = (Condition(key, key.title()) for key in ("wired", "wireless", "both"))
ASKED = ServedNode("q", ServedType.QUESTION, "How is it connected?", options=(WIRED, WIRELESS, BOTH))
CURE = ServedNode("s", ServedType.RESOLVED, "The cable was loose.")

PATH = (
    Step(ASKED, "wired", "Wired", AT, note="Blue cable"),
    Step(CURE, "not_fixed", "That did not fix it", AT + timedelta(seconds=70)),
)


def note(**changed: str) -> TicketNote:
    told = {
        "ticket": "T-1",
        "customer": "Ada",
        "problem": "No network",
        "outcome": "Resolved.",
        "next_steps": "None.",
        "time_spent": "1 min 10 s",
    } | changed
    return TicketNote(**told, path=note_steps(PATH), set_aside=(), ruled_out=list(ruled_out(PATH)), notes=())


class TestRuledOut:
    def test_names_the_other_answers_and_the_cures_that_failed(self) -> None:
        assert list(ruled_out(PATH)) == [
            "How is it connected? Not: Wireless; Both",
            "Did not help: The cable was loose.",
        ]

    @pytest.mark.parametrize("answer", ["unsure", "other"])
    def test_rules_nothing_out_by_an_answer_that_is_none(self, answer: str) -> None:
        assert list(ruled_out([Step(ASKED, answer, "?", AT)])) == []


class TestText:
    def test_reads_from_top_to_bottom(self) -> None:
        assert render(note(), ExportFormat.TEXT, Detail.FULL) == (
            "Ticket T-1, Ada\n\n"
            "PROBLEM\nNo network\n\n"
            "STEPS\n"
            "1. 2026-03-01T09:30:00Z How is it connected? → Wired (note: Blue cable)\n"
            "2. 2026-03-01T09:31:10Z The cable was loose. → That did not fix it\n\n"
            "RULED OUT\n"
            "- How is it connected? Not: Wireless; Both\n"
            "- Did not help: The cable was loose.\n\n"
            "OUTCOME\nResolved.\n\n"
            "NEXT STEPS\nNone.\n\n"
            "TIME SPENT\n1 min 10 s\n"
        )

    def test_in_short_leaves_times_and_notes_out(self) -> None:
        short = render(note(), ExportFormat.TEXT, Detail.SUMMARY)

        assert "1. How is it connected? → Wired\n" in short
        assert "Blue" not in short


class TestEscaping:
    @pytest.mark.parametrize("form", [ExportFormat.MARKDOWN, ExportFormat.TEXT, ExportFormat.HTML])
    def test_lets_nothing_typed_pass_for_the_note_itself(self, form: ExportFormat) -> None:
        hostile = "x\n\nOUTCOME\nResolved\u2028# OUTCOME <b>&amp;</b> \u202e`code`"

        written = render(note(problem=hostile), form, Detail.FULL)

        assert "\nOUTCOME\nResolved\n" not in written
        assert "\u202e" not in written
        assert "<b>" not in written or form is ExportFormat.TEXT
        if form is ExportFormat.MARKDOWN:
            assert "\\`code\\`" in written


class TestDuration:
    @pytest.mark.parametrize(
        ("seconds", "spoken"), [(-1, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (3725, "1 h 2 min")]
    )
    def test_is_told_as_people_say_it(self, seconds: int, spoken: str) -> None:
        assert spoken_duration(timedelta(seconds=seconds)) == spoken
