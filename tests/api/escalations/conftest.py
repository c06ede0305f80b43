"""Escalated calls."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def escalate(account: Any) -> Callable[..., Any]:
    """Escalate a call without a walk, as the L1 technician unless told otherwise; return the answer's body."""

    def escalate(problem: str = "The whole branch is offline", *, by: str = "l1_tech", **wanted: Any) -> Any:
        body = {"problem_statement": problem, "reason_category": "out_of_scope", **wanted}
        answer = account.as_(by).post("/v1/l1/escalations", json=body)
        assert answer.status == 201, answer
        return answer.body

    return escalate
