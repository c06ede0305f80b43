"""A local cloud per test process, a fresh account per test, and a client that speaks like any other."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.categories.rules import Category
from firstline.clock import now
from firstline.db.engine import make_engine
from firstline.db.models import Account as AccountRow
from firstline.db.models import OutboxMessage, User
from firstline.db.models.accounts import Role
from firstline.settings import Settings
from infra.local.testing import LocalCloud

_SWEPT_EVERY = 5  # seconds of waiting
_LONG = ("tests/faults/", "tests/packaging/", "tests/api/local/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones, so that no process is left with one of them when the others are done."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


@dataclass(frozen=True)
class Answer:
    """A response: `body` is parsed where it is JSON, text otherwise."""

    status: int
    headers: dict[str, str]
    body: Any


class Client:
    """One person's HTTP client; keeps its connection, as a browser does."""

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port
        self._token = token
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str, **query: Any) -> Answer:
        return self.call("GET", path + (f"?{urlencode(query, doseq=True)}" if query else ""))

    def post(self, path: str, json: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, json, headers)

    def put(self, path: str, json: Any = None, **headers: str) -> Answer:
        return self.call("PUT", path, json, headers)

    def patch(self, path: str, json: Any = None, **headers: str) -> Answer:
        return self.call("PATCH", path, json, headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.call("DELETE", path, None, headers)

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request; header names are written with underscores (`if_match`, `idempotency_key`)."""
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if body is not None:
            sent.setdefault("content-type", "application/json")
        if self._token:
            sent["authorization"] = f"Bearer {self._token}"
        payload = body if isinstance(body, (bytes, str)) or body is None else json.dumps(body)
        try:
            return self._exchange(method, path, payload, sent)
        except (http.client.HTTPException, ConnectionError):
            self.close()  # a kept connection the server has closed meanwhile
            return self._exchange(method, path, payload, sent)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, method: str, path: str, payload: Any, headers: dict[str, str]) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, self._port, timeout=90)
        self._connection.request(method, path, payload, headers)
        response = self._connection.getresponse()
        raw = response.read()
        found = {name.lower(): value for name, value in response.getheaders()}
        is_json = "json" in found.get("content-type", "")
        return Answer(response.status, found, json.loads(raw) if is_json and raw else raw.decode())


class RunningCloud:
    """The product as it runs, and a look at what it stored and queued."""

    def __init__(self, local: LocalCloud) -> None:
        self.local = local
        self.url = local.url
        self.owner: Engine = create_engine(
            _with_driver(local.database_url("superuser")), connect_args={"ssl_context": False}
        )
        self._clients: list[Client] = []
        self._nobody = self.client()

    def client(self, token: str | None = None) -> Client:
        made = Client(self.url, token)
        self._clients.append(made)
        return made

    def account(self, name: str = "Northwind IT") -> "TestAccount":
        opened = self._nobody.post("/_local/accounts", {"name": name, "signed_in": []})
        assert opened.status == 201, opened
        return TestAccount(self, opened.body)

    def sign_in(self, email: str) -> str:
        """Return a bearer token; on a connection of its own, for people sign in at the same time."""
        caller = Client(self.url)
        answer = caller.post("/_local/sign-in", {"email": email})
        caller.close()
        assert answer.status == 200, answer
        return str(answer.body["token"])

    def idle(self, timeout: int = 60) -> None:
        """Wait until the outbox and the queues are drained; what falls due meanwhile is swept, as every minute."""
        for _ in range(0, timeout, _SWEPT_EVERY):
            self.tick("sweep_outbox")
            answer = self._nobody.get("/_local/idle", timeout=_SWEPT_EVERY)
            if answer.status == HTTPStatus.OK:
                return
        raise AssertionError(f"{answer}\n{self.local.functions_log.read_text()[-20_000:]}")

    def tick(self, function: str) -> Any:
        answer = self._nobody.post(f"/_local/tick/{function}")
        assert answer.status == 200, answer
        return answer.body

    def hang_up(self) -> None:
        """Close the connections of the test's people."""
        for client in self._clients:
            client.close()

    def stop(self) -> None:
        for client in self._clients:
            client.close()
        self.owner.dispose()


class TestAccount:
    """A fresh account with one user per role, who signs in when first needed: most tests need one or two."""

    __test__ = False

    def __init__(self, cloud: RunningCloud, opened: dict[str, Any]) -> None:
        self.cloud = cloud
        self.id = UUID(opened["account_id"])
        self.users: dict[str, dict[str, str]] = opened["users"]
        self._by_role: dict[str, Client] = {}

    def as_(self, role: str) -> Client:
        if role not in self._by_role:
            self._by_role[role] = self.cloud.client(self.token(role))
        return self._by_role[role]

    def token(self, role: str) -> str:
        user = self.users[role]
        if "token" not in user:
            user["token"] = self.cloud.sign_in(user["email"])
        return user["token"]

    def user_id(self, role: str) -> str:
        return self.users[role]["id"]

    def other(self) -> "TestAccount":
        return self.cloud.account("Contoso Support")

    def rows(self, model: Any, **equals: Any) -> list[Any]:
        """Return what is stored in this account, seen past row-level security."""
        column = model.id if model is AccountRow else model.account_id
        query = select(model).where(column == self.id).filter_by(**equals)
        with Session(self.cloud.owner, expire_on_commit=False) as db:
            return list(db.scalars(query))

    def outbox(self, topic: str | None = None) -> list[dict[str, Any]]:
        """Return the payloads put in the outbox, oldest first, each with its topic."""
        rows = sorted(self.rows(OutboxMessage), key=lambda row: (row.created_at, str(row.id)))
        return [{"topic": row.topic, **row.payload} for row in rows if topic in (None, row.topic)]

    def execute(self, sql: str, **parameters: Any) -> None:
        """Change what is stored behind the product's back (`:account` is this account)."""
        with self.cloud.owner.begin() as connection:
            connection.execute(text(sql), {"account": self.id, **parameters})


@pytest.fixture(scope="session")
def cloud() -> Iterator[RunningCloud]:
    with LocalCloud() as local:
        running = RunningCloud(local)
        yield running
        running.stop()


@pytest.fixture
def account(cloud: RunningCloud) -> Iterator[TestAccount]:
    yield cloud.account()
    cloud.hang_up()


@dataclass(frozen=True)
class People:
    """The callers of a fresh account in an integration test."""

    account_id: UUID
    owner: Caller
    admin: Caller
    engineer: Caller
    l1_tech: Caller
    viewer: Caller


@pytest.fixture(scope="session")
def application(cloud: RunningCloud) -> Iterator[Engine]:
    """The database as the application's role sees it."""
    port = urlsplit(cloud.local.database_url("app")).port or 0
    engine = make_engine(Settings(database_port=port), user="firstline_app")
    yield engine
    engine.dispose()


@pytest.fixture
def people(db: Session) -> People:
    """One caller per role, in the account of `db`."""
    account_id: UUID = db.info["account_id"]
    db.add(AccountRow(id=account_id, name="Northwind IT", l1_categories=[*Category], created_at=now()))
    db.flush()
    callers = {}
    for role in Role:
        user = User(
            account_id=account_id,
            email=f"{role}@northwind.example.com",
            display_name=role.value,
            account_role=role,
            created_at=now(),
        )
        db.add(user)
        db.flush()
        callers[role.value] = Caller(account_id, user.id, role, user.email, user.display_name)
    return People(account_id, **callers)


@pytest.fixture
def db(application: Engine) -> Iterator[Session]:
    """A session of the application's role in a fresh account, rolled back at the end."""
    account_id = uuid4()
    with application.connect() as connection:
        connection.execute(text("SELECT set_config('app.current_account_id', :id, true)"), {"id": str(account_id)})
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            session.info["account_id"] = account_id
            yield session
        connection.rollback()


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+pg8000://")
