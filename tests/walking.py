"""Walking calls through the running product, as a technician's browser would."""

from collections.abc import Callable, Sequence
from typing import Any

VPN_CALLS = (
    "My VPN will not connect from home since this morning",
    "cannot connect to the vpn from the home office, it times out",
    "The VPN client says it cannot reach the company, I work from home",
)
Choose = Callable[[dict[str, Any]], str]


def first_option(node: dict[str, Any]) -> str:
    return str(node["options"][0]["key"])


def begin(technician: Any, problem: str, **intake: Any) -> dict[str, Any]:
    """Take a call in and return the intake's answer; it must have begun a walk."""
    answer = technician.post("/v1/l1/intake", {"problem_statement": problem, **intake})
    assert answer.status == 200, answer
    assert "session_id" in answer.body, answer.body
    return dict(answer.body)


def advance_to_end(technician: Any, begun: dict[str, Any], choose: Choose = first_option) -> list[dict[str, Any]]:
    """Answer every node until an end is served; return the nodes served, the end last."""
    served = [begun["node"]]
    while served[-1]["node_type"] in ("question", "instruction"):
        node = served[-1]
        given = {"answer": choose(node)} if node["node_type"] == "question" else {}
        answer = technician.post(f"/v1/l1/sessions/{begun['session_id']}/advance", {"node_id": node["id"], **given})
        assert answer.status == 200, answer
        served.append(answer.body["node"])
    return served


def resolve(technician: Any, session_id: str, *, helpful: bool = True, notes: str | None = None) -> Any:
    answer = technician.post(f"/v1/l1/sessions/{session_id}/resolve", {"helpful": helpful, "resolution_notes": notes})
    assert answer.status == 200, answer
    return answer.body


def resolve_call(technician: Any, problem: str, choose: Choose = first_option, **intake: Any) -> str:
    """Take a call in, walk it to its end and resolve it; return the session's id."""
    begun = begin(technician, problem, **intake)
    advance_to_end(technician, begun, choose)
    resolve(technician, begun["session_id"])
    return str(begun["session_id"])


def propose(account: Any, problems: Sequence[str] = VPN_CALLS[:1]) -> dict[str, Any]:
    """Resolve built walks of one problem and return the one pending proposal they made."""
    for problem in problems:
        resolve_call(account.as_("l1_tech"), problem)
    account.cloud.idle()
    listed = account.as_("engineer").get("/v1/flow-proposals", status="pending")
    assert listed.status == 200, listed
    (proposal,) = listed.body["items"]
    return dict(proposal)


def publish_proposal(account: Any, proposal_id: str) -> dict[str, Any]:
    """Publish a proposal in the nearest publishable form it suggests itself."""
    reviewer = account.as_("admin")
    detail = reviewer.get(f"/v1/flow-proposals/{proposal_id}").body
    answer = reviewer.post(
        f"/v1/flow-proposals/{proposal_id}/review",
        {"action": "modify", "edited": {"graph": detail["suggested_edit"]}},
    )
    assert answer.status == 200, answer
    return dict(answer.body)
