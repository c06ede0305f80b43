"""The embedded server: its roles, and what a killed one leaves behind."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

import pg8000.exceptions
import pytest

from infra.local.durability import Outbox
from infra.local.ports import free_port
from infra.local.postgres import Postgres
from infra.local.problems import CannotRunError
from infra.local.readable import reachable_by

DONE, WAITING, LOST, CLAIMED, LATER = (f"0000000{n}-0000-4000-8000-000000000000" for n in range(1, 6))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "pg"
    Postgres(tmp_path / "pg", 0, durable=False).erase()


def started(folder: Path) -> Postgres:
    server = Postgres(folder, free_port(), durable=False)
    server.start()
    server.wait()
    server.prepare()
    return server


class TestServer:
    def test_keeps_its_data_and_takes_over_from_one_whose_runner_was_killed(self, folder: Path) -> None:
        first = started(folder)
        with first.connection() as connection:
            connection.run("CREATE TABLE kept AS SELECT 'é' AS letter")

        second = started(folder)  # the first still runs: nobody stopped it

        try:
            with second.connection() as connection:
                assert connection.run("SELECT upper(letter) FROM kept") == [["É"]]
            with pytest.raises(pg8000.exceptions.InterfaceError), first.connection():
                pass
        finally:
            second.stop()
            first.stop()

    def test_gives_the_application_no_power_beyond_its_grants(self, folder: Path) -> None:
        server = started(folder)

        try:
            with server.connection() as connection:
                roles = connection.run(
                    "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles"
                    " WHERE rolname LIKE 'firstline%' ORDER BY 1"
                )
                assert roles == [["firstline_app", False], ["firstline_owner", False]]
            with server.connection("firstline_app") as connection, pytest.raises(pg8000.exceptions.DatabaseError):
                connection.run("CREATE TABLE mine (id int)")
        finally:
            server.stop()

    def test_that_cannot_start_says_why_in_one_sentence(self, folder: Path) -> None:
        server = started(folder)
        server.stop()
        (server.data / "postgresql.conf").write_text("nonsense = true\n")

        with pytest.raises(CannotRunError, match=r"PostgreSQL does not start: .*configuration file"):
            started(folder)


class TestOutbox:
    def test_marks_unsent_what_was_sent_to_queues_that_are_gone_but_not_what_was_consumed(self, folder: Path) -> None:
        server = started(folder)
        outbox = Outbox(server)
        try:
            assert outbox.prepare() == 0  # there is no such table yet
            with server.connection() as connection:
                connection.run(
                    "CREATE TABLE outbox (id uuid, sent_at timestamptz, due_at timestamptz NOT NULL DEFAULT now())"
                )
                connection.run(
                    f"INSERT INTO outbox (id, sent_at) VALUES ('{DONE}', now()), ('{LOST}', now()), ('{WAITING}', NULL)"
                )
                connection.run(
                    f"INSERT INTO outbox VALUES ('{CLAIMED}', NULL, now() + interval '50 seconds'),"
                    f" ('{LATER}', NULL, now() + interval '1 hour')"
                )
            outbox.consumed([f'{{"message_id": "{DONE}"}}', "no json", '{"message_id": "no uuid"}'])

            assert outbox.unsent() == 1
            assert outbox.prepare() == 1
            assert outbox.unsent() == 3  # the claimed one too: whoever claimed it is gone
        finally:
            outbox.stop()
            server.stop()


class TestReachable:
    def test_is_a_folder_whose_way_is_open_to_the_user(self, tmp_path: Path) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root runs the server as someone else")
        nobody = pwd.getpwnam("nobody")
        closed = tmp_path / "closed"
        (closed / "inner").mkdir(parents=True)
        for folder in (tmp_path, *tmp_path.parents):
            if folder.stat().st_uid == 0 and "pytest" in str(folder):
                folder.chmod(0o755)

        assert reachable_by(nobody, closed / "inner")
        closed.chmod(0o700)
        assert not reachable_by(nobody, closed / "inner" / "not-made-yet")
