"""The only place that commits: a unit of work in one account, and what is sent once it is done."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.db.engine import engine

AFTER_COMMIT = "firstline.after_commit"


class InAccount(Protocol):
    """Whoever works in an account: a caller of a route, or a message of a queue."""

    @property
    def account_id(self) -> UUID: ...


@dataclass
class Deferred:
    """The last unit of work of a request that wants its reply committed with it; at most one is open."""

    session: Session | None = None
    resources: ExitStack | None = None

    def commit(self) -> None:
        """Commit what is open, if anything is."""
        session, resources = self.session, self.resources
        self.session = self.resources = None
        if session is not None and resources is not None:
            with resources:
                session.commit()
            _run_what_waited(session)

    @contextmanager
    def joined(self, who: InAccount) -> Iterator[Session]:
        """Yield the open unit of work, or a new one when there is none, and commit it at the end."""
        if self.session is None:
            with _open(who, {}) as session:
                yield session
                session.commit()
        else:
            yield self.session
            self.commit()


_deferred: ContextVar[Deferred | None] = ContextVar("firstline_deferred", default=None)


@contextmanager
def deferring(deferred: Deferred) -> Iterator[None]:
    """Leave each unit of work open until the next one begins, or until the end of this block commits it."""
    token = _deferred.set(deferred)
    try:
        yield
        deferred.commit()
    finally:
        _deferred.reset(token)
        if deferred.resources is not None:
            deferred.resources.close()


@contextmanager
def transaction(who: InAccount | None, **local_settings: str) -> Iterator[Session]:
    """Open a unit of work whose row-level security shows only the account of `who`.

    Returning commits, raising rolls back. What services registered with `after_commit` runs once the commit is done
    and the connection is free. `local_settings` are settings of the transaction (`app.current_subject` at sign-in).
    """
    deferred = _deferred.get()
    if deferred is not None:
        deferred.commit()
    with ExitStack() as resources:
        session = resources.enter_context(_open(who, local_settings))
        yield session
        if deferred is not None:
            session.flush()
            deferred.session, deferred.resources = session, resources.pop_all()
            return
        session.commit()
    _run_what_waited(session)


def after_commit(session: Session, deed: Callable[[], None]) -> None:
    """Run `deed` after this session's commit; it must not raise, for the work it follows is already done."""
    session.info.setdefault(AFTER_COMMIT, []).append(deed)


@contextmanager
def _open(who: InAccount | None, local_settings: dict[str, str]) -> Iterator[Session]:
    """Yield a session on the environment's connection; it rolls back unless it was committed."""
    account = {"app.current_account_id": str(who.account_id)} if who is not None else {}
    with engine().connect() as connection:
        wire = connection.connection.dbapi_connection
        wire.local_settings = {**account, **local_settings}  # type: ignore[union-attr]  # our own connection class
        try:
            with Session(connection, expire_on_commit=False) as session:
                yield session
        finally:
            wire.local_settings = {}  # type: ignore[union-attr]


def _run_what_waited(session: Session) -> None:
    for deed in session.info.pop(AFTER_COMMIT, []):
        deed()
