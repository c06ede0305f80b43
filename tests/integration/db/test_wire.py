"""How often a transaction waits for the database, counted on the wire, and that nothing is lost by it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pg8000.dbapi
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from firstline.db.engine import make_engine
from firstline.db.wire import PipelinedConnection, connect
from firstline.settings import Settings


class Relay:
    """Passes bytes to the server and back, and counts how often the client starts to speak again."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.trips = 0
        self._client_speaks = False
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, from_client: bool) -> None:
        with suppress(OSError):
            while chunk := source.recv(1 << 16):
                if from_client and not self._client_speaks:
                    self.trips += 1
                self._client_speaks = from_client
                sink.sendall(chunk)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes the other direction, which ends too
            end.close()


@pytest.fixture
def relay(cloud: Any) -> Iterator[Relay]:
    made = Relay(urlsplit(cloud.local.database_url("app")).port or 0)
    yield made
    made.close()


@pytest.fixture
def wire(relay: Relay) -> Iterator[PipelinedConnection]:
    made = connect(
        host="127.0.0.1", port=relay.port, database="firstline", user="firstline_app", password=None, tls=None
    )
    yield made
    made.close()


@pytest.fixture
def engine(relay: Relay) -> Iterator[Engine]:
    made = make_engine(Settings(database_port=relay.port), user="firstline_app")
    yield made
    made.dispose()


class TestRoundTrips:
    def test_a_transaction_of_one_select_takes_two(self, wire: PipelinedConnection, relay: Relay) -> None:
        wire.local_settings = {"app.current_account_id": str(uuid4())}
        relay.trips = 0
        cursor = wire.cursor()
        cursor.execute("select %s::int", (7,))
        assert cursor.fetchall() == ([7],)
        assert relay.trips == 1
        wire.commit()
        assert relay.trips == 2

    def test_stock_takes_seven(self, relay: Relay) -> None:
        with pg8000.dbapi.connect("firstline_app", host="127.0.0.1", port=relay.port, database="firstline") as stock:
            relay.trips = 0
            cursor = stock.cursor()
            cursor.execute("select %s::int", (7,))
            cursor.fetchall()
            stock.commit()
        assert relay.trips >= 7

    def test_a_transaction_that_does_nothing_takes_none(self, wire: PipelinedConnection, relay: Relay) -> None:
        relay.trips = 0
        wire.execute_simple("begin transaction")
        wire.rollback()
        wire.commit()

        assert relay.trips == 0

    def test_a_warm_engine_adds_none(self, engine: Engine, relay: Relay) -> None:
        with engine.begin() as connection:
            connection.execute(text("select :x"), {"x": 1})
        relay.trips = 0
        with engine.begin() as connection:
            assert connection.scalar(text("select :x"), {"x": 2}) == "2"
        assert relay.trips == 2


class TestPlaceholders:
    def test_are_filled_anew_each_time_and_signs_in_literals_stay(self, wire: PipelinedConnection) -> None:
        cursor = wire.cursor()
        for said in ("one", "two"):
            cursor.execute("select '%s ''%'' ' || %s::text", (said,))
            assert cursor.fetchall() == ([f"%s '%' {said}"],)

    def test_are_of_no_use_once_the_connection_is_closed(self, relay: Relay) -> None:
        closed = connect(
            host="127.0.0.1", port=relay.port, database="firstline", user="firstline_app", password=None, tls=None
        )
        cursor = closed.cursor()
        closed.close()
        with pytest.raises(pg8000.dbapi.InterfaceError, match="closed"):
            cursor.execute("select %s", ("x",))


class TestSettings:
    def test_hold_for_the_transaction_only(self, wire: PipelinedConnection) -> None:
        account = str(uuid4())
        wire.local_settings = {"app.current_account_id": account}
        assert self._seen(wire) == account
        wire.commit()
        wire.local_settings = {}
        assert self._seen(wire) == ""

    def test_are_quoted(self, wire: PipelinedConnection) -> None:
        wire.local_settings = {"app.current_account_id": "it's; drop table users"}

        assert self._seen(wire) == "it's; drop table users"

    def _seen(self, wire: PipelinedConnection) -> str:
        cursor = wire.cursor()
        cursor.execute("select current_setting(%s, true)", ("app.current_account_id",))
        (row,) = cursor.fetchall()
        return str(row[0] or "")


class TestTypes:
    @pytest.mark.parametrize(
        ("sql", "value"),
        [
            ("uuid", UUID("9f1c2d3e-0000-4000-8000-000000000001")),
            ("timestamptz", datetime(2026, 11, 22, 15, 30, 1, 250000, tzinfo=UTC)),
            ("numeric", Decimal("12.340000")),
            ("bytea", b"\x00\xff'"),
            ("text[]", ["a", 'b"c', None]),
            ("float8", 0.1),
            ("boolean", True),
            ("text", "Zürich – 東京"),
            ("text", None),
        ],
    )
    def test_go_there_and_back(self, wire: PipelinedConnection, sql: str, value: Any) -> None:
        cursor = wire.cursor()
        cursor.execute(f"select cast(%s as {sql})", (value,))

        assert cursor.fetchall() == ([value],)

    def test_many_rows(self, wire: PipelinedConnection) -> None:
        cursor = wire.cursor()
        cursor.execute("select n from generate_series(1, %s) n", (20_000,))

        assert len(cursor.fetchall()) == 20_000


class TestErrors:
    def test_leave_the_connection_usable(self, engine: Engine) -> None:
        with pytest.raises(DataError), engine.begin() as connection:
            connection.execute(text("select 1 / cast(:zero as int)"), {"zero": 0})
        with pytest.raises(ProgrammingError), engine.begin() as connection:
            connection.execute(text("select nonsense from nowhere where x = :x"), {"x": 1})
        with engine.begin() as connection:
            assert connection.scalar(text("select 1")) == 1

    def test_in_the_opening_are_told_and_leave_the_connection_usable(self, wire: PipelinedConnection) -> None:
        wire.local_settings = {"transaction_isolation": "no such level"}
        cursor = wire.cursor()
        with pytest.raises(pg8000.dbapi.DatabaseError, match="no such level"):
            cursor.execute("select %s::int", (1,))
        wire.rollback()
        wire.local_settings = {}
        cursor.execute("select %s::int", (2,))
        assert cursor.fetchall() == ([2],)

    def test_in_a_savepoint_roll_back_to_it(self, cloud: Any) -> None:
        url = cloud.local.database_url("superuser").replace("postgresql://", "postgresql+pg8000://")
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("create temporary table kept (n int unique)"))
            connection.execute(text("insert into kept values (:n)"), {"n": 1})
            with pytest.raises(IntegrityError), connection.begin_nested():
                connection.execute(text("insert into kept values (:n)"), {"n": 1})
            assert connection.scalar(text("select count(*) from kept")) == 1
        engine.dispose()

    def test_a_dropped_connection_is_replaced_after_it_lay_idle(
        self, engine: Engine, cloud: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with engine.begin() as connection:
            pid = connection.scalar(text("select pg_backend_pid()"))
        with cloud.owner.begin() as connection:
            connection.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
        monkeypatch.setattr("firstline.db.engine._IDLE_SECONDS", 0.0)
        with engine.begin() as connection:
            assert connection.scalar(text("select pg_backend_pid()")) != pid
