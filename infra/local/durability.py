"""What makes the queues outlive a killed process: the outbox table, and a note of each message that is done."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

from pg8000.exceptions import InterfaceError

from infra.local.postgres import Postgres

_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS local_cloud;
CREATE TABLE IF NOT EXISTS local_cloud.consumed (message_id uuid PRIMARY KEY);
"""


class Outbox:
    """The product's outbox as seen from below; the stand-in's queues are empty after every start.

    It is asked many times a second while somebody waits for what is still to do, so it keeps its connection.
    """

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._exists = False
        self._asking = threading.Lock()
        self._kept: Any = None

    def stop(self) -> None:
        with self._asking:
            self._close()

    def prepare(self) -> int:
        """Mark messages unsent that were sent to queues which are gone, so that the sweep sends them again.

        Returns how many there were.
        """
        with self._connection() as connection:
            connection.run(_SCHEMA)
            if not self._there(connection):
                return 0
            connection.run(
                "DELETE FROM local_cloud.consumed c WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.id = c.message_id)"
            )
            connection.run(
                "UPDATE outbox SET sent_at = NULL WHERE sent_at IS NOT NULL"
                " AND NOT EXISTS (SELECT FROM local_cloud.consumed c WHERE c.message_id = outbox.id)"
            )
            lost = int(connection.row_count)
            # a sweep puts what it is about to send off by a minute; one that was killed never came back to it
            connection.run(
                "UPDATE outbox SET due_at = now() WHERE sent_at IS NULL"
                " AND due_at BETWEEN now() AND now() + interval '1 minute'"
            )
            return lost

    def consumed(self, bodies: list[str]) -> None:
        """Note that these messages will not be delivered again."""
        ids = [found for found in map(_message_id, bodies) if found is not None]
        if not ids:
            return
        with self._connection() as connection:
            connection.run(
                "INSERT INTO local_cloud.consumed SELECT unnest(CAST(:ids AS uuid[])) ON CONFLICT DO NOTHING",
                ids=[str(found) for found in ids],
            )

    def unsent(self) -> int:
        """Count the messages that are due and not yet sent."""
        with self._connection() as connection:
            if not self._there(connection):
                return 0
            ((count,),) = connection.run("SELECT count(*) FROM outbox WHERE sent_at IS NULL AND due_at <= now()")
            return int(count)

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        with self._asking:
            try:
                self._kept = self._kept or self._postgres.connect()
                yield self._kept
            except BaseException:
                self._close()  # whatever is wrong with it, the next one is new
                raise

    def _close(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            with suppress(InterfaceError, OSError):  # the server may be gone
                kept.close()

    def _there(self, connection: Any) -> bool:
        if not self._exists:
            ((found,),) = connection.run("SELECT to_regclass('public.outbox') IS NOT NULL")
            self._exists = bool(found)
        return self._exists


def _message_id(body: str) -> UUID | None:
    try:
        return UUID(json.loads(body)["message_id"])
    except (ValueError, KeyError, TypeError):
        return None
