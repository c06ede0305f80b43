"""Messages of a queue on their way to the function."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from infra.local.poller import reported
from infra.local.testing import LocalCloud

EVERYTHING = {"a", "b"}


class Work:
    """What the work function was handed."""

    def __init__(self, trial: LocalCloud, notes: Path, call: Any) -> None:
        self._trial, self._notes, self._call = trial, notes, call
        self._notes.touch()

    def send(self, *names: str, fail: bool = False) -> None:
        bodies = [json.dumps({"name": name, "notes": str(self._notes), "fail": fail}) for name in names]
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        self._trial.sqs.send_message_batch(QueueUrl=self._trial.queue_url("WorkQueue"), Entries=entries)

    def wait(self) -> None:
        assert self._call("GET", "/_local/idle?timeout=15").status == 200

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._notes.read_text().splitlines()]

    def dead_letters(self) -> list[str]:
        answer = self._trial.sqs.receive_message(
            QueueUrl=self._trial.queue_url("WorkDeadLetters"), MaxNumberOfMessages=10, WaitTimeSeconds=2
        )
        return [json.loads(message["Body"])["name"] for message in answer.get("Messages", [])]


@pytest.fixture
def work(trial: LocalCloud, call: Any, tmp_path: Path) -> Work:
    return Work(trial, tmp_path / "notes", call)


class TestMessage:
    def test_is_delivered_once_when_it_succeeds(self, work: Work) -> None:
        work.send(*"abcdefgh")
        work.wait()

        assert sorted(delivery["name"] for delivery in work.deliveries) == list("abcdefgh")

    def test_comes_in_batches_no_larger_than_the_template_allows(self, work: Work) -> None:
        work.send(*"abcdefghij")
        work.wait()

        assert max(delivery["batch"] for delivery in work.deliveries) <= 5

    def test_that_fails_comes_back_alone_and_is_dead_lettered_after_the_third_time(self, work: Work) -> None:
        work.send("good")
        work.send("bad", fail=True)
        work.wait()

        assert Counter(delivery["name"] for delivery in work.deliveries) == {"good": 1, "bad": 3}
        assert work.dead_letters() == ["bad"]


class TestPartialResponse:
    @pytest.mark.parametrize("result", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
    def test_without_failures_is_success(self, result: Any) -> None:
        assert reported(result, EVERYTHING) == set()

    def test_names_what_failed(self) -> None:
        assert reported({"batchItemFailures": [{"itemIdentifier": "a"}]}, EVERYTHING) == {"a"}

    @pytest.mark.parametrize(
        "result",
        [
            "done",
            {"batchItemFailures": [{"itemIdentifier": "stranger"}]},
            {"batchItemFailures": [{"itemIdentifier": ""}]},
            {"batchItemFailures": [{"id": "a"}]},
        ],
    )
    def test_that_makes_no_sense_fails_the_whole_batch(self, result: Any) -> None:
        assert reported(result, EVERYTHING) == EVERYTHING
