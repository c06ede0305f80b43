"""Fresh accounts and their people, for tests, benches and whoever wants to try things."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

from infra.local.aws import PASSWORD, UserPool
from infra.local.environments import Environments
from infra.local.postgres import Postgres
from infra.local.template import Function

ROLES = ("owner", "admin", "engineer", "l1_tech", "viewer")


def opening(layers: Iterable[str]) -> Function:
    """Return the function that stores an account; it stands beside the template's, in none of them."""
    return Function(
        logical_id="_local/open_account",
        name="open_account",
        code=Path(__file__).parent / "functions",
        handler="open_account.handler",
        timeout=30,
        memory=512,
        environment={},
        layers=tuple(layers),
    )


class People:
    """Who can sign in here; addresses end in example.com, which the stand-in lets mails come from."""

    def __init__(self, postgres: Postgres, pool: UserPool, environments: Environments, opening: Function) -> None:
        self._postgres = postgres
        self._pool = pool
        self._environments = environments
        self._opening = opening

    def open_account(self, name: str, signed_in: Iterable[str] = ROLES) -> dict[str, Any]:
        """Make an account with one person per role; those `signed_in` come with a bearer token."""
        account_id = str(uuid4())
        word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:30].strip("-") or "account"
        emails = {role: f"{role}@{word}-{account_id[:8]}.example.com" for role in ROLES}
        people = {role: {"email": emails[role], "subject": self._pool.subject(emails[role])} for role in ROLES}
        event = {"account_id": account_id, "name": name, "people": people}
        ids = self._environments.invoke(self._opening, event)
        users = {role: {"id": ids[role], "email": emails[role]} for role in ROLES}
        for role in signed_in:
            _, users[role]["token"] = self._pool.sign_in(emails[role])
        return {"account_id": account_id, "users": users}

    def sign_in(self, email: str, password: str | None = None) -> str:
        """Return a bearer token of anybody, user of an account or not; the first password given is the one to keep."""
        subject, token = self._pool.sign_in(email, password or PASSWORD)
        with self._postgres.connection() as connection:
            connection.run(
                "UPDATE users SET identity_sub = :subject WHERE lower(email) = lower(:email) AND deleted_at IS NULL",
                subject=subject,
                email=email,
            )
        return token
