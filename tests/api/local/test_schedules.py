"""When schedules fire, and firing them by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.schedules import read

MOMENT = datetime(2026, 2, 27, 10, 30, 20, tzinfo=UTC)  # a Friday


class TestExpression:
    @pytest.mark.parametrize(
        ("expression", "due"),
        [
            ("rate(1 minute)", MOMENT + timedelta(minutes=1)),
            ("rate(12 hours)", MOMENT + timedelta(hours=12)),
            ("cron(0 * * * ? *)", datetime(2026, 2, 27, 11, 0, tzinfo=UTC)),
            ("cron(0/15 * * * ? *)", datetime(2026, 2, 27, 10, 45, tzinfo=UTC)),
            ("cron(30 10 * * ? *)", datetime(2026, 2, 28, 10, 30, tzinfo=UTC)),
            ("cron(0 3 ? * MON-FRI *)", datetime(2026, 3, 2, 3, 0, tzinfo=UTC)),
            ("cron(0 3 ? * 1 *)", datetime(2026, 3, 1, 3, 0, tzinfo=UTC)),
            ("cron(5,40 9-11 1 JAN,MAR ? 2026)", datetime(2026, 3, 1, 9, 5, tzinfo=UTC)),
            ("cron(0 0 29 2 ? *)", datetime(2028, 2, 29, 0, 0, tzinfo=UTC)),
        ],
    )
    def test_names_the_next_moment(self, expression: str, due: datetime) -> None:
        assert read(expression).after(MOMENT) == due

    @pytest.mark.parametrize(
        "expression", ["", "every day", "rate(1 fortnight)", "cron(* * *)", "cron(61 * * * ? *)", "cron(0 0 L * ? *)"]
    )
    def test_that_means_nothing_is_refused(self, expression: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            read(expression)

    def test_in_the_past_is_refused(self) -> None:
        with pytest.raises(ValueError, match="five years"):
            read("cron(0 0 1 1 ? 2020)").after(MOMENT)


class TestTick:
    @pytest.mark.parametrize("name", ["WorkFunction", "work"])
    def test_runs_the_function_at_once_and_answers_its_result(self, call: Any, name: str) -> None:
        reply = call("POST", f"/_local/tick/{name}")

        assert (reply.status, reply.json()) == (200, {"scheduled": "aws.scheduler"})

    def test_of_a_function_that_fails_answers_its_error(self, call: Any) -> None:
        reply = call("POST", "/_local/tick/broken")

        assert reply.status == 500
        assert reply.json()["errorMessage"] == "a wheel is missing"

    def test_of_an_unknown_function_says_so(self, call: Any) -> None:
        reply = call("POST", "/_local/tick/nothing")

        assert reply.status == 404
        assert "nothing" in reply.json()["detail"]
