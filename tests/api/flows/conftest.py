"""A small sound graph, and flows made of it through the API."""

from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def graph() -> dict[str, Any]:
    """A question, a step to take, and an end of each kind."""
    return {
        "root": "lights",
        "nodes": [
            {"id": "lights", "type": "decision", "text": "Is the power light on?", "help": "Look at the front."},
            {"id": "plug", "type": "action", "text": "Plug the printer in."},
            {"id": "works", "type": "solution", "text": "The printer works."},
            {"id": "engineer", "type": "escalate", "text": "Pass the call on.", "reason_category": "hardware"},
        ],
        "edges": [
            {"from": "lights", "to": "engineer", "condition": {"key": "yes", "label": "Yes"}},
            {"from": "lights", "to": "plug", "condition": {"key": "no", "label": "No"}},
            {"from": "plug", "to": "works"},
        ],
    }


@pytest.fixture
def create(account: Any, graph: dict[str, Any]) -> Make:
    """Make a draft as the engineer and return it as created."""

    def make(**members: Any) -> dict[str, Any]:
        answer = account.as_("engineer").post("/v1/flows", json={"name": "Printer is dead", "graph": graph} | members)
        assert answer.status == 201, answer
        made: dict[str, Any] = answer.body
        return made

    return make


@pytest.fixture
def publish(account: Any, create: Make) -> Make:
    """Make a flow and publish it as the admin; return it as everybody reads it."""

    def make(**members: Any) -> dict[str, Any]:
        path = f"/v1/flows/{create(**members)['id']}"
        published = account.as_("admin").post(f"{path}/publish", json={})
        assert published.status == 200, published
        made: dict[str, Any] = account.as_("engineer").get(path).body
        return made

    return make
