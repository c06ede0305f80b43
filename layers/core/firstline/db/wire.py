"""pg8000 with one round trip per statement, and the transaction's opening sent along with its first statement.

Stock pg8000 waits for an answer after Parse, Describe and Execute each, and again for `begin` and `commit`: seven
round trips for a transaction of one select. This connection takes two. And it looks for the placeholders of a statement
once, not letter by letter at each execution. It overrides methods that are not part of pg8000's public interface, so
the version is pinned and tests/integration/db counts round trips on the wire.
"""

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import pg8000.dbapi
from pg8000.core import NULL_BYTE, SYNC_MSG, Context, _flush, _write, make_params

_BEGIN = "begin transaction"
_STATEMENTS = 512  # whose placeholders are remembered; a process executes some hundred different ones


@lru_cache(maxsize=_STATEMENTS)
def _numbered(statement: str) -> str:
    """Return a statement whose parameters are `%s` in the server's words, `$1`, `$2` and so on."""
    numbered: str = pg8000.dbapi.convert_paramstyle("format", statement, ())[0]
    return numbered


class _Cursor(pg8000.dbapi.Cursor):  # type: ignore[misc]  # pg8000 carries no types
    """A cursor that reads the letters of a statement once per process."""

    _input_oids: Any

    def execute(self, operation: str, args: Any = (), stream: Any = None) -> None:
        if stream is not None or not args or self._c is None or not self._c.is_open:
            super().execute(operation, args, stream)  # which says so when something is closed
            return
        self._context = self._c.execute_numbered(_numbered(operation), args, self._input_oids)
        self._row_iter = None if self._context.rows is None else iter(self._context.rows)
        self._input_oids = ()
        self.input_types: list[Any] = []


class PipelinedConnection(pg8000.dbapi.Connection):  # type: ignore[misc]  # pg8000 carries no types
    """A DB-API connection whose transactions open lazily, with `local_settings` set for their duration."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._opening: str | None = None
        self.local_settings: Mapping[str, str] = {}
        super().__init__(*args, **options)

    @property
    def is_open(self) -> bool:
        return self._sock is not None

    def cursor(self) -> _Cursor:
        return _Cursor(self)

    def execute_numbered(self, statement: str, vals: Any, oids: Any) -> Context:
        """Run SQL whose parameters are numbered, in a transaction unless that is not wanted."""
        if not self._in_transaction and not self.autocommit:
            self.execute_simple(_BEGIN)
        return self.execute_unnamed(statement, vals=vals, oids=oids)

    @property
    def _in_transaction(self) -> bool:
        return self._opening is not None or super()._in_transaction

    def execute_simple(self, statement: str) -> Context:
        """Run SQL without parameters; `begin` waits for the first statement and is sent in front of it."""
        if statement == _BEGIN:
            self._opening = ";".join([_BEGIN, *(_set_local(*item) for item in self.local_settings.items())])
            return Context(statement)
        if self._opening is None:
            return super().execute_simple(statement)
        opening, self._opening = self._opening, None
        if statement in ("commit", "rollback"):
            return Context(statement)
        return super().execute_simple(f"{opening};{statement}")

    def execute_unnamed(self, statement: str, vals: Any = (), oids: Any = (), stream: Any = None) -> Context:
        """Run SQL with parameters: opening, Parse, Describe, Bind and Execute in one write, then read the answers."""
        if stream is not None:
            return super().execute_unnamed(statement, vals=vals, oids=oids, stream=stream)
        context = Context(statement)
        params = make_params(self.py_types, vals)  # may raise: before anything is sent
        opening, self._opening = self._opening, None
        if opening is not None:
            self.send_QUERY(opening)
        self.send_PARSE(NULL_BYTE, statement, oids)
        self.send_DESCRIBE_STATEMENT(NULL_BYTE)
        self.send_BIND(NULL_BYTE, params)
        self.send_EXECUTE()
        _write(self._sock, SYNC_MSG)
        _flush(self._sock)
        if opening is not None:
            self._await_opening(opening, context)
        self.handle_messages(context)
        return context

    def _await_opening(self, opening: str, following: Context) -> None:
        try:
            self.handle_messages(Context(opening))
        except BaseException:
            with suppress(pg8000.dbapi.DatabaseError):
                self.handle_messages(following)  # its answer is on the wire already, and only says the same
            raise

    def handle_messages(self, context: Context) -> None:
        """Read the answers; an error is raised as the kind of error its SQLSTATE says it is."""
        try:
            super().handle_messages(context)
        except pg8000.dbapi.DatabaseError as error:
            raise _kind_of(error)(*error.args) from error

    def commit(self) -> None:
        if self._in_transaction:
            self.execute_simple("commit")

    def rollback(self) -> None:
        if self._in_transaction:
            self.execute_simple("rollback")


_KINDS: dict[str, type[Exception]] = {
    "22": pg8000.dbapi.DataError,
    "23": pg8000.dbapi.IntegrityError,
    "40": pg8000.dbapi.OperationalError,  # serialisation failure, deadlock
    "42": pg8000.dbapi.ProgrammingError,
    "53": pg8000.dbapi.OperationalError,  # out of memory, connections, disk
    "55": pg8000.dbapi.OperationalError,  # lock not available
    "57": pg8000.dbapi.OperationalError,  # cancelled by time-out, shutting down
}


def _kind_of(error: Exception) -> type[Exception]:
    state = error.args[0].get("C", "") if error.args and isinstance(error.args[0], dict) else ""
    return _KINDS.get(state[:2], type(error))


def _set_local(name: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"set local {name} = '{quoted}'"


def connect(
    *,
    host: str,
    port: int,
    database: str,
    user: str,
    password: str | None,
    tls: ssl.SSLContext | None,
    timeout: float = 5.0,
    statement_timeout: float = 25.0,
) -> PipelinedConnection:
    """Open a connection over a socket without Nagle's delay, which costs 40 ms per TLS handshake otherwise.

    `timeout` bounds connecting, `statement_timeout` each statement; both in seconds.
    """
    channel = socket.create_connection((host, port), timeout=timeout)
    channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    try:
        connection = PipelinedConnection(
            user,
            host=host,
            database=database,
            password=password,
            sock=channel,
            ssl_context=tls if tls is not None else False,
            application_name="firstline",
            startup_params={
                "statement_timeout": str(int(statement_timeout * 1000)),
                "idle_in_transaction_session_timeout": "30000",
            },
        )
    except BaseException:
        channel.close()
        raise
    channel.settimeout(None)
    return connection
