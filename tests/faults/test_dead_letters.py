"""A session whose analysis failed for good says so, and is put back with the command that operations.md gives."""

import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from firstline.db.models import Proposal, Walk
from infra.local.testing import LocalCloud
from tests.conftest import RunningCloud
from tests.walking import VPN_CALLS, resolve_call


@pytest.fixture
def broken(account: Any) -> Iterator[Any]:
    """An account in which no proposal can be stored."""
    account.execute(f"ALTER TABLE flow_proposals ADD CONSTRAINT broken CHECK (account_id <> '{account.id}') NOT VALID")
    yield account
    account.execute("ALTER TABLE flow_proposals DROP CONSTRAINT IF EXISTS broken")


class TestDeadLetter:
    def test_is_told_of_by_its_session_and_put_back_with_one_command(self, broken: Any) -> None:
        account = broken
        session_id = resolve_call(account.as_("l1_tech"), VPN_CALLS[0])
        account.cloud.idle()
        assert [(row.analysis_status, row.analysis_note) for row in account.rows(Walk)] == [
            ("failed", "The analysis failed; the log says why.")
        ]
        account.execute("ALTER TABLE flow_proposals DROP CONSTRAINT broken")

        put_back(account.cloud.local)
        account.cloud.idle()

        assert [row.analysis_status for row in account.rows(Walk)] == ["completed"]
        assert [row.supporting_session_ids for row in account.rows(Proposal)] == [[session_id]]

    def test_of_a_session_that_was_done_meanwhile_changes_nothing(self, account: Any) -> None:
        session_id = resolve_call(account.as_("l1_tech"), VPN_CALLS[0])
        account.cloud.idle()
        local = account.cloud.local
        said = {"topic": "session.resolved", "session_id": session_id, "session_type": "walk"}
        local.sqs.send_message(
            QueueUrl=local.queue_url("FlywheelDeadLetters"),
            MessageBody=json.dumps({"message_id": str(uuid4()), "account_id": str(account.id), **said}),
        )

        put_back(local)
        account.cloud.idle()

        assert [row.supporting_session_count for row in account.rows(Proposal)] == [1]


class TestSessionBeingAnalysed:
    def test_says_so_while_its_account_is_busy_and_is_done_when_its_turn_comes(
        self, cloud: RunningCloud, account: Any
    ) -> None:
        with cloud.owner.connect() as busy:
            busy.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"flywheel:{account.id}",))
            resolve_call(account.as_("l1_tech"), VPN_CALLS[0])
            wait_for(account, "processing")

        account.cloud.idle()

        assert [row.analysis_status for row in account.rows(Walk)] == ["completed"]


def put_back(local: LocalCloud) -> None:
    """Do what `aws sqs start-message-move-task` does."""
    attributes = local.sqs.get_queue_attributes(
        QueueUrl=local.queue_url("FlywheelDeadLetters"), AttributeNames=["QueueArn"]
    )["Attributes"]
    local.sqs.start_message_move_task(SourceArn=attributes["QueueArn"])


def wait_for(account: Any, status: str) -> None:
    until = time.monotonic() + 20
    while [row.analysis_status for row in account.rows(Walk)] != [status]:
        assert time.monotonic() < until
        time.sleep(0.05)
