"""The table of permissions: every route, who passes its gate, and what it answers them.

It says what the product promises; tests/api/test_permissions.py holds every route of the template against it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from firstline.clock import now
from firstline.db.models import Notification, Proposal, User

OWNER = frozenset({"owner"})
MANAGERS = frozenset({"owner", "admin"})
ENGINEERS = MANAGERS | {"engineer"}
L1 = MANAGERS | {"l1_tech"}
EVERYONE = ENGINEERS | {"l1_tech", "viewer"}

PROBLEM = {"problem_statement": "The projector in the meeting room shows a purple picture"}
WEBHOOK_WANTED = {"url": "https://127.0.0.1:9/", "events": ["knowledge_gap.detected"]}  # nobody listens there
GRAPH: dict[str, Any] = {
    "root": "cable",
    "nodes": [
        {"id": "cable", "type": "decision", "text": "Is the picture cable firmly in?"},
        {"id": "cured", "type": "solution", "text": "The cable was loose."},
        {"id": "lamp", "type": "escalate", "text": "The lamp is worn out.", "reason_category": "hardware"},
    ],
    "edges": [
        {"from": "cable", "to": "lamp", "condition": {"key": "yes", "label": "Firmly in"}},
        {"from": "cable", "to": "cured", "condition": {"key": "no", "label": "Loose"}},
    ],
}


class World:
    """Makes what a route needs in one account: fresh for a deed, kept for reading."""

    def __init__(self, account: Any) -> None:
        self.account = account

    def draft(self, _role: str) -> str:
        return str(self._post("engineer", "/v1/flows", {"name": "Projector is purple", "graph": GRAPH})["id"])

    def flow(self, role: str) -> str:
        flow_id = self.draft(role)
        self._post("admin", f"/v1/flows/{flow_id}/publish", {})
        return flow_id

    def changed_flow(self, role: str) -> str:
        flow_id = self.flow(role)
        changed = self.account.as_("engineer").put(f"/v1/flows/{flow_id}", json={"name": "Beamer", "graph": GRAPH})
        assert changed.status == 200, changed
        self._post("admin", f"/v1/flows/{flow_id}/publish", {})
        return flow_id

    def walk(self, role: str) -> str:
        begun = self._post("l1_tech", "/v1/l1/intake", PROBLEM | {"flow_id": self.flow(role)})
        return str(begun["session_id"])

    def answered_walk(self, role: str) -> str:
        session_id = self.walk(role)
        path = f"/v1/l1/sessions/{session_id}/advance"
        node = self._post("l1_tech", path, {})["node"]
        self._post("l1_tech", path, {"node_id": node["id"], "answer": "no"})
        return session_id

    def resolved_ticket(self, role: str) -> str:
        path = f"/v1/l1/sessions/{self.walk(role)}/resolve"
        return str(self._post("l1_tech", path, {"helpful": False})["ticket_id"])

    def escalation(self, _role: str) -> str:
        body = PROBLEM | {"reason_category": "out_of_scope"}
        return str(self._post("l1_tech", "/v1/l1/escalations", body)["session_id"])

    def ai_session(self, role: str) -> str:
        body = {"intake_type": "free_text", "problem_text": "The VPN does not connect from home"}
        return str(self._post(role if role in ENGINEERS else "engineer", "/v1/ai-sessions", body)["session"]["id"])

    def proposal(self, role: str) -> str:
        session_id = self.escalation(role)
        row = Proposal(
            account_id=self.account.id,
            l1_session_id=session_id,
            proposal_type="new_flow",
            title="Projector is purple",
            proposed_flow_data=GRAPH,
            supporting_session_ids=[session_id],
            created_at=now(),
            supported_at=now(),
        )
        return self._store(row)

    def user(self, _role: str) -> str:
        email = f"{uuid4().hex}@example.com"
        row = User(
            account_id=self.account.id, email=email, display_name="Someone", account_role="viewer", created_at=now()
        )
        return self._store(row)

    def notification(self, role: str) -> str:
        row = Notification(
            account_id=self.account.id,
            user_id=self.account.user_id(role),
            event="l1.session.escalated",
            title="Escalated",
            created_at=now(),
        )
        return self._store(row)

    def invite(self, _role: str) -> str:
        return str(self._post("owner", "/v1/invites", _new_invite())["id"])

    def team(self, _role: str) -> str:
        return str(self._post("owner", "/v1/teams", _new_team())["id"])

    def webhook(self, _role: str) -> str:
        self.account.execute("DELETE FROM webhook_endpoints WHERE account_id = :account")  # an account has at most 20
        return str(self._post("owner", "/v1/webhooks", WEBHOOK_WANTED)["id"])

    def _post(self, role: str, path: str, body: Any) -> Any:
        answer = self.account.as_(role).post(path, json=body)
        assert answer.status in {200, 201}, answer
        return answer.body

    def _store(self, row: Any) -> str:
        row.id = made = uuid4()
        with Session(self.account.cloud.owner) as db:
            db.add(row)
            db.commit()
        return str(made)


def _new_invite() -> dict[str, str]:
    return {"email": f"{uuid4().hex}@example.com", "account_role": "viewer"}


def _new_team() -> dict[str, str]:
    return {"name": uuid4().hex}


Body = Any | Callable[[], Any]


@dataclass(frozen=True)
class Row:
    """Who passes the gate of a route, and what it answers them about their own account.

    `ids` make what the path names; the same of another account is not found.
    """

    gate: frozenset[str]
    status: int
    body: Body = None
    ids: Mapping[str, Callable[[World, str], str]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    to_foreign: int = 404


def _on(name: str, make: Callable[[World, str], str], **fixed: str) -> dict[str, Any]:
    return {"ids": {name: make}, "fixed": fixed}


FLOW, DRAFT = _on("flow_id", World.flow), _on("flow_id", World.draft)
WALK, ANSWERED = _on("session_id", World.walk), _on("session_id", World.answered_walk)
ESCALATION, AI_SESSION = _on("session_id", World.escalation), _on("session_id", World.ai_session)
PROPOSAL, USER, TEAM = _on("proposal_id", World.proposal), _on("user_id", World.user), _on("team_id", World.team)
WEBHOOK = _on("webhook_id", World.webhook)
REASON = {"reason_category": "other"}

TABLE: Mapping[str, Row] = {
    # L1 workspace
    "POST /v1/l1/intake": Row(L1, 200, PROBLEM | {"adhoc": True}),
    "GET /v1/l1/queue": Row(L1, 200),
    "POST /v1/l1/queue/{ticket_id}/reopen": Row(L1, 200, **_on("ticket_id", World.resolved_ticket)),
    "GET /v1/l1/sessions": Row(L1, 200),
    "GET /v1/l1/sessions/{session_id}": Row(L1, 200, **WALK),
    "POST /v1/l1/sessions/{session_id}/advance": Row(L1, 200, {}, **WALK),
    "POST /v1/l1/sessions/{session_id}/back": Row(L1, 200, {}, **ANSWERED),
    "PUT /v1/l1/sessions/{session_id}/notes": Row(L1, 200, {"notes": [{"text": "x"}]}, **WALK),
    "POST /v1/l1/sessions/{session_id}/resolve": Row(L1, 200, {"helpful": False}, **WALK),
    "POST /v1/l1/sessions/{session_id}/escalate": Row(L1, 200, REASON, **WALK),
    "DELETE /v1/l1/sessions/{session_id}": Row(MANAGERS, 204, **WALK),
    "GET /v1/l1/sessions/{session_id}/export": Row(L1, 200, **WALK),
    # flows
    "GET /v1/flows": Row(EVERYONE, 200),
    "GET /v1/flows/search": Row(EVERYONE, 200, query="?q=projector"),
    "POST /v1/flows": Row(ENGINEERS, 201, {"name": "Projector", "graph": GRAPH}),
    "GET /v1/flows/{flow_id}": Row(EVERYONE, 200, **FLOW),
    "PUT /v1/flows/{flow_id}": Row(ENGINEERS, 200, {"name": "Beamer"}, **DRAFT),
    "DELETE /v1/flows/{flow_id}": Row(ENGINEERS, 200, **DRAFT),
    "POST /v1/flows/validate": Row(ENGINEERS, 200, {"graph": GRAPH}),
    "POST /v1/flows/{flow_id}/publish": Row(MANAGERS, 200, {}, **DRAFT),
    "POST /v1/flows/{flow_id}/rollback": Row(MANAGERS, 200, {"version": 1}, **_on("flow_id", World.changed_flow)),
    "GET /v1/flows/{flow_id}/versions": Row(EVERYONE, 200, **FLOW),
    "GET /v1/flows/{flow_id}/versions/{version}": Row(EVERYONE, 200, **_on("flow_id", World.flow, version="1")),
    "GET /v1/flows/{flow_id}/diff": Row(EVERYONE, 200, query="?from=1&to=1", **FLOW),
    "GET /v1/flows/{flow_id}/similar": Row(EVERYONE, 200, **FLOW),
    "GET /v1/flows/{flow_id}/export": Row(EVERYONE, 200, query="?format=json", **FLOW),
    "POST /v1/flows/import": Row(
        ENGINEERS,
        201,
        {"format": "mermaid", "document": "graph TD\n a{Is it on?} -->|Yes| b([Done])\n a -->|No| c([Done too])"},
    ),
    "GET /v1/flows/starters": Row(ENGINEERS, 200),
    "POST /v1/flows/starters": Row(ENGINEERS, 201, {"categories": ["printer"]}),
    # proposals
    "GET /v1/flow-proposals": Row(ENGINEERS, 200),
    "GET /v1/flow-proposals/stats": Row(ENGINEERS, 200),
    "GET /v1/flow-proposals/{proposal_id}": Row(ENGINEERS, 200, **PROPOSAL),
    "GET /v1/flow-proposals/{proposal_id}/replay": Row(ENGINEERS, 200, **PROPOSAL),
    "POST /v1/flow-proposals/{proposal_id}/review": Row(MANAGERS, 200, {"action": "reject"}, **PROPOSAL),
    # AI sessions
    "POST /v1/ai-sessions": Row(ENGINEERS, 201, {"intake_type": "free_text", "problem_text": "The VPN is slow"}),
    "GET /v1/ai-sessions": Row(ENGINEERS, 200),
    "GET /v1/ai-sessions/{session_id}": Row(ENGINEERS, 200, **AI_SESSION),
    "POST /v1/ai-sessions/{session_id}/respond": Row(
        ENGINEERS, 409, {"step_id": str(uuid4()), "answer": "yes"}, **AI_SESSION
    ),
    "POST /v1/ai-sessions/{session_id}/resolve": Row(
        ENGINEERS, 200, {"helpful": False, "resolution_notes": ""}, **AI_SESSION
    ),
    "POST /v1/ai-sessions/{session_id}/escalate": Row(ENGINEERS, 200, REASON, **AI_SESSION),
    # escalations
    "GET /v1/l1/escalations": Row(ENGINEERS, 200),
    "POST /v1/l1/escalations/{session_id}/claim": Row(ENGINEERS, 200, **ESCALATION),
    "POST /v1/l1/escalations/{session_id}/take-over": Row(ENGINEERS, 200, **ESCALATION),
    "POST /v1/l1/escalations": Row(L1, 201, PROBLEM | REASON),
    # accounts; whoever has a user opens no account, and has accepted their invite
    "GET /v1/me": Row(EVERYONE, 200),
    "POST /v1/accounts": Row(EVERYONE, 409, {"name": "Another"}),
    "GET /v1/accounts/me": Row(MANAGERS, 200),
    "PATCH /v1/accounts/me": Row(MANAGERS, 200, {"name": "Northwind IT"}),
    "GET /v1/accounts/me/l1-categories": Row(MANAGERS, 200),
    "PATCH /v1/accounts/me/l1-categories": Row(MANAGERS, 200, {"enabled": ["printer", "vpn_connect"]}),
    "GET /v1/accounts/me/subscription": Row(MANAGERS, 200),
    "PATCH /v1/accounts/me/subscription": Row(MANAGERS, 200, {"seat_limit": None}),
    "POST /v1/accounts/me/transfer-ownership": Row(OWNER, 404, lambda: {"user_id": str(uuid4())}),
    "GET /v1/users": Row(MANAGERS, 200),
    "GET /v1/users/{user_id}": Row(MANAGERS, 200, **USER),
    "PATCH /v1/users/{user_id}": Row(MANAGERS, 200, {"can_cover_l1": True}, **USER),
    "DELETE /v1/users/{user_id}": Row(MANAGERS, 204, **USER),
    "DELETE /v1/users/{user_id}/data": Row(MANAGERS, 204, **USER),
    "POST /v1/invites": Row(MANAGERS, 201, _new_invite),
    "GET /v1/invites": Row(MANAGERS, 200),
    "DELETE /v1/invites/{invite_id}": Row(MANAGERS, 200, **_on("invite_id", World.invite)),
    "POST /v1/invites/accept": Row(EVERYONE, 200),
    "GET /v1/teams": Row(EVERYONE, 200),
    "POST /v1/teams": Row(MANAGERS, 201, _new_team),
    "PATCH /v1/teams/{team_id}": Row(MANAGERS, 200, _new_team, **TEAM),
    "DELETE /v1/teams/{team_id}": Row(MANAGERS, 204, **TEAM),
    # analytics
    "GET /v1/analytics/overview": Row(ENGINEERS, 200),
    "GET /v1/analytics/coverage": Row(ENGINEERS, 200),
    "GET /v1/analytics/flow-quality": Row(ENGINEERS, 200),
    "GET /v1/analytics/knowledge-gaps": Row(ENGINEERS, 200),
    # audit log
    "GET /v1/audit": Row(MANAGERS, 200),
    # notifications
    "GET /v1/notifications": Row(EVERYONE, 200),
    "POST /v1/notifications/{notification_id}/read": Row(EVERYONE, 200, **_on("notification_id", World.notification)),
    "POST /v1/notifications/read": Row(EVERYONE, 200),
    # webhooks
    "POST /v1/webhooks": Row(MANAGERS, 201, WEBHOOK_WANTED),
    "GET /v1/webhooks": Row(MANAGERS, 200),
    "GET /v1/webhooks/{webhook_id}": Row(MANAGERS, 200, **WEBHOOK),
    "PATCH /v1/webhooks/{webhook_id}": Row(MANAGERS, 200, {"description": "Chat"}, **WEBHOOK),
    "DELETE /v1/webhooks/{webhook_id}": Row(MANAGERS, 204, **WEBHOOK),
    "POST /v1/webhooks/{webhook_id}/rotate-secret": Row(MANAGERS, 200, **WEBHOOK),
    "POST /v1/webhooks/{webhook_id}/test": Row(MANAGERS, 202, **WEBHOOK),
    "GET /v1/webhooks/{webhook_id}/deliveries": Row(MANAGERS, 200, **WEBHOOK),
}
