"""What the tests of the twenty defects look with: a forgetful model, and figures, people and columns read out."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Engine, String, text

from firstline.categories.rules import Category
from firstline.db.models import AiSession, Proposal, Table, Ticket, Walk
from tests.api.l1.conftest import Technician
from tests.conftest import TestAccount
from tests.faults.building.conftest import Connection, ModelServer
from tests.walking import VPN_CALLS

VPN = VPN_CALLS[0]
NEAR_WORDS = ("vpn", "since", "the", "new", "phone", "line", "caller", "heard", "a", "click", "and", "speaker")
NEAR_OPENINGS = ("", "home ", "connect ", "not connect ", "connect from home ", "tunnel ")
BAD_IDS: tuple[str | None, ...] = (None, "", "node-1", "node-1", "7")


class Forgetful(ModelServer):
    """A model that sends no id, an empty one, the same twice, or its own."""

    def answer(self, body: dict[str, Any], connection: Connection) -> tuple[int, dict[str, Any]]:
        status, document = super().answer(body, connection)
        invented = BAD_IDS[self.nodes % len(BAD_IDS)]
        if status == 200 and invented is not None:
            message = document["choices"][0]["message"]
            message["content"] = message["content"].replace("{", f'{{"id": "{invented}", ', 1)
        return status, document


def values_of(table: str, column: str) -> list[str]:
    (check,) = (
        constraint
        for constraint in Table.metadata.tables[table].constraints
        if str(constraint.name) == f"ck_{table}_{column}_known"
    )
    assert isinstance(check, CheckConstraint)
    return re.findall(r"'([^']*)'", str(check.sqltext))


STATUSES = [
    (Walk, "status", values_of("l1_walk_sessions", "status")),
    (Walk, "analysis_status", values_of("l1_walk_sessions", "analysis_status")),
    (Ticket, "status", values_of("internal_tickets", "status")),
    (Proposal, "status", values_of("flow_proposals", "status")),
    (AiSession, "analysis_status", values_of("ai_sessions", "analysis_status")),
]


def stored_length(engine: Engine, table: str, column: str) -> int:
    declared = Table.metadata.tables[table].columns[column].type
    assert isinstance(declared, String)
    with engine.connect() as connection:
        length = connection.execute(
            text(
                "SELECT character_maximum_length FROM information_schema.columns"
                " WHERE table_name = :table AND column_name = :column"
            ),
            {"table": table, "column": column},
        ).scalar_one()
    return int(length)


def escalate(account: TestAccount) -> str:
    """Escalate a call without a walk and wait until whoever is to know has been told; return its session."""
    wanted = {"problem_statement": VPN, "reason_category": "other"}
    answer = account.as_("l1_tech").post("/v1/l1/escalations", wanted)
    assert answer.status == 201, answer
    account.cloud.idle()
    return str(answer.body["session_id"])


def told_of(account: TestAccount, role: str) -> set[str]:
    """Return the escalated sessions somebody has been told of."""
    items = account.as_(role).get("/v1/notifications", limit=100).body["items"]
    return {item["subject"]["id"] for item in items if item["event"] == "l1.session.escalated"}


def enable(account: TestAccount, *categories: Category) -> None:
    answer = account.as_("admin").patch("/v1/accounts/me/l1-categories", {"enabled": list(categories)})
    assert answer.status == 200, answer


def near_miss(tech: Technician) -> str:
    """Find a problem that is suggested by adding foreign words to one that matches."""
    for opening in NEAR_OPENINGS:
        for count in range(1, len(NEAR_WORDS)):
            problem = opening + " ".join(NEAR_WORDS[:count])
            answer = tech.intake(problem)
            if answer["outcome"] == "suggest":
                assert set(answer) == {"outcome", "near_misses", "can_build", "category"}
                assert all(0.60 <= near["score"] < 0.75 for near in answer["near_misses"][:1])
                return problem
    pytest.fail("no wording scores between 0.60 and 0.75")


def leaves(document: Any) -> Iterator[Any]:
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for part in document:
            yield from leaves(part)
    else:
        yield document
