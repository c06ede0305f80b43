"""Functions in processes of their own, under the Lambda runtime client."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.environments import EnvironmentEndedError, FunctionFailedError, FunctionTimedOutError
from infra.local.packaged import PackagedEnvironments
from infra.local.template import Function

TRIAL = Path(__file__).parent / "cloud" / "functions" / "trial"

# The packaged mode runs what is built for Lambda's Python 3.12 with the interpreter it stands on, and refuses another.
pytestmark = pytest.mark.skipif(sys.version_info[:2] != (3, 12), reason="Lambda's runtime here is Python 3.12")


def function(file: str, *, code: Path = TRIAL) -> Function:
    return Function(
        logical_id=file,
        name=file,
        code=code,
        handler=f"{file}.handler",
        timeout=1,
        memory=256,
        environment={"STAGE": "packaged", "CHIP": "intel"},
    )


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PackagedEnvironments]:
    made = PackagedEnvironments({}, environment={}, folder=tmp_path_factory.mktemp("packaged"), size=3)
    made.start()
    yield made
    made.stop()


def answer(environments: PackagedEnvironments, **wanted: Any) -> Any:
    return environments.invoke(function("answer"), {"body": json.dumps(wanted)})


class TestFunction:
    def test_gets_its_event_environment_and_context_and_is_kept_for_the_next_event(
        self, environments: PackagedEnvironments
    ) -> None:
        first, second = (
            json.loads(environments.invoke(function("echo"), {"number": number})["body"]) for number in (1, 2)
        )

        assert (first["event"], second["event"]) == ({"number": 1}, {"number": 2})
        assert first["pid"] == second["pid"] != os.getpid()
        assert (first["stage"], first["function"], first["memory"]) == ("packaged", "echo", "256")
        assert first["request_id"] != second["request_id"]
        assert 0 < first["remaining"] <= 1000

    def test_that_raises_is_reported_and_survives(self, environments: PackagedEnvironments) -> None:
        before = answer(environments, stage=True)["pid"]

        with pytest.raises(FunctionFailedError, match="RuntimeError: a secret") as failure:
            answer(environments, **{"raise": "a secret"})

        assert failure.value.error["stackTrace"]
        assert answer(environments, stage=True)["pid"] == before

    def test_that_answers_no_json_is_reported(self, environments: PackagedEnvironments) -> None:
        with pytest.raises(FunctionFailedError, match=r"Runtime\.MarshalError"):
            answer(environments, unspeakable=True)

    def test_that_cannot_be_loaded_is_reported_each_time(self, environments: PackagedEnvironments) -> None:
        for _ in range(2):
            with pytest.raises(FunctionFailedError, match=r"ImportModuleError.*a wheel is missing"):
                environments.invoke(function("broken"), {})

    def test_that_is_late_is_killed_and_replaced(self, environments: PackagedEnvironments) -> None:
        before = answer(environments, stage=True)["pid"]

        with pytest.raises(FunctionTimedOutError):
            answer(environments, sleep=3, answer="late")

        assert answer(environments, stage=True)["pid"] != before

    def test_that_ends_its_process_is_replaced(self, environments: PackagedEnvironments) -> None:
        with pytest.raises(EnvironmentEndedError):
            answer(environments, exit=3)

        assert answer(environments, answer="back") == "back"

    def test_makes_room_for_another_when_all_places_are_taken(
        self, environments: PackagedEnvironments, tmp_path: Path
    ) -> None:
        for number in range(5):
            (tmp_path / f"place_{number}.py").write_text(f"def handler(event, context): return {number}")

            assert environments.invoke(function(f"place_{number}", code=tmp_path), {}) == number

    def test_can_import_nothing_of_the_development_environment(
        self, environments: PackagedEnvironments, tmp_path: Path
    ) -> None:
        (tmp_path / "greedy.py").write_text("import pydantic\ndef handler(event, context): return 'found'")

        with pytest.raises(FunctionFailedError, match="No module named 'pydantic'"):
            environments.invoke(function("greedy", code=tmp_path), {})
