"""Every route against every role, for the own account and for another one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.intrinsics import load
from tests.permissions import EVERYONE, TABLE, Row, World

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


def routes_of_the_template() -> set[str]:
    functions = (resource.get("Properties", {}) for resource in load(TEMPLATE)["Resources"].values())
    events = (event for properties in functions for event in properties.get("Events", {}).values())
    asked = (event["Properties"] for event in events if event["Type"] == "HttpApi")
    return {f"{wanted['Method']} {wanted['Path']}" for wanted in asked}


def test_every_route_has_its_row_in_the_table() -> None:
    assert set(TABLE) == routes_of_the_template()


@pytest.fixture(scope="module")
def worlds(cloud: Any) -> Iterator[tuple[World, World]]:
    """The callers' own account, and another one; nothing stays behind that falls due while another test waits."""
    own, other = cloud.account(), cloud.account("Contoso Support")
    yield World(own), World(other)
    cloud.idle()
    own.execute("DELETE FROM outbox WHERE account_id = :account AND sent_at IS NULL")


def ask(world: World, role: str | None, route: str, row: Row, ids: dict[str, str]) -> Any:
    method, path = route.split(" ")
    client = world.account.as_(role) if role else world.account.cloud.client()
    body = row.body() if callable(row.body) else row.body
    return client.call(method, path.format(**ids, **row.fixed) + row.query, body)


def made(world: World, role: str, row: Row) -> dict[str, str]:
    return {name: make(world, role) for name, make in row.ids.items()}


@pytest.mark.parametrize("route", TABLE)
class TestRoute:
    def test_answers_each_role_about_the_own_account(self, worlds: tuple[World, World], route: str) -> None:
        own, row = worlds[0], TABLE[route]
        shared = made(own, "engineer", row) if route.startswith("GET ") else None

        found = {}
        for role in sorted(EVERYONE):
            ids = shared or made(own, role, row)
            found[role] = ask(own, role, route, row, ids).status

        assert found == {role: row.status if role in row.gate else 403 for role in sorted(EVERYONE)}

    def test_knows_nothing_of_another_account(self, worlds: tuple[World, World], route: str) -> None:
        (own, other), row = worlds, TABLE[route]
        if not row.ids:
            return
        ids = made(other, "engineer", row)

        found = {role: ask(own, role, route, row, ids).status for role in sorted(EVERYONE)}

        assert found == {role: row.to_foreign if role in row.gate else 403 for role in sorted(EVERYONE)}

    def test_answers_nobody_without_a_token(self, worlds: tuple[World, World], route: str) -> None:
        row = TABLE[route]
        ids = dict.fromkeys(row.ids, "1")

        assert ask(worlds[0], None, route, row, ids).status == 401
