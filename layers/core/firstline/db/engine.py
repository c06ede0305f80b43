"""One connection per execution environment, made on first use."""

import ssl
import time
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from firstline.db.credentials import password_for
from firstline.db.wire import PipelinedConnection, connect
from firstline.settings import Settings, settings

_IDLE_SECONDS = 20.0  # a frozen environment may wake to a connection the server has dropped


@lru_cache(maxsize=1)
def engine() -> Engine:
    """Return the process's engine, as the application's role."""
    now = settings()
    return make_engine(now, user=now.database_user, secret_arn=now.database_secret_arn)


def make_engine(
    settings: Settings, *, user: str, secret_arn: str | None = None, statement_timeout: float = 25.0
) -> Engine:
    """Build an engine with a single connection whose liveness is checked after it lay idle.

    `statement_timeout` is in seconds.
    """
    tls = _tls(settings)

    def creator() -> PipelinedConnection:
        return connect(
            host=settings.database_host,
            port=settings.database_port,
            database=settings.database_name,
            user=user,
            password=password_for(user, settings, secret_arn=secret_arn),
            tls=tls,
            statement_timeout=statement_timeout,
        )

    made = create_engine("postgresql+pg8000://", creator=creator, pool_size=1, max_overflow=0, hide_parameters=True)
    event.listen(made, "checkin", _remember)
    event.listen(made, "checkout", _ping_when_idle)
    return made


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.database_tls == "off":
        return None
    return ssl.create_default_context(cafile=settings.database_ca_file)


def _remember(_connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _ping_when_idle(connection: Any, record: Any, _proxy: Any) -> None:
    if time.monotonic() - record.info.get("used_at", time.monotonic()) < _IDLE_SECONDS:
        return
    try:
        connection.execute_simple("select 1")
    except Exception as error:
        raise DisconnectionError from error
