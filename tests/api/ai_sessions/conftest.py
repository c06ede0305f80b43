"""An engineer at work in AI sessions."""

from typing import Any
from uuid import UUID

import pytest

from firstline.db.models import AiSession, AiSessionStep

VPN_PROBLEM = "The VPN client cannot connect from home since this morning"


class Engineer:
    """One engineer; each method is a request that is expected to succeed."""

    def __init__(self, account: Any, role: str = "engineer") -> None:
        self.account = account
        self.http = account.as_(role)

    def start(self, problem: str = VPN_PROBLEM, **more: Any) -> dict[str, Any]:
        answer = self.http.post("/v1/ai-sessions", {"problem_text": problem, "intake_type": "free_text", **more})
        assert answer.status == 201, answer
        return dict(answer.body)

    def call(self, method: str, session_id: str, deed: str = "", body: Any = None, **headers: str) -> Any:
        return self.http.call(method, f"/v1/ai-sessions/{session_id}{deed}", body, headers)

    def respond(self, session_id: str, step: dict[str, Any], **said: Any) -> Any:
        return self.call("POST", session_id, "/respond", {"step_id": step["id"], **said})

    def step(self, session_id: str, step: dict[str, Any]) -> dict[str, Any]:
        """Answer a step, a question by its first option, and return the next."""
        options = step["node"].get("options")
        answered = self.respond(session_id, step, **({"answer": options[0]["key"]} if options else {}))
        assert answered.status == 200, answered
        return dict(answered.body["step"])

    def session(self, session_id: str) -> dict[str, Any]:
        return dict(self.call("GET", session_id).body)

    def stored(self, session_id: str) -> AiSession:
        found: list[AiSession] = self.account.rows(AiSession, id=UUID(session_id))
        return found[0]

    def stored_steps(self, session_id: str) -> list[AiSessionStep]:
        rows: list[AiSessionStep] = self.account.rows(AiSessionStep, ai_session_id=UUID(session_id))
        return sorted(rows, key=lambda row: row.position)


@pytest.fixture
def engineer(account: Any) -> Engineer:
    return Engineer(account)


@pytest.fixture
def begun(engineer: Engineer) -> dict[str, Any]:
    """A session with its first step: members `session` and `step`."""
    return engineer.start()
