"""POST /v1/l1/escalations/{session_id}/take-over."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from firstline.db.models import AiSession, AiSessionStep, AuditLog, Proposal, Walk

VPN = "The VPN client cannot connect from home since this morning"


def take_over(account: Any, session_id: str, by: str = "engineer") -> Any:
    return account.as_(by).post(f"/v1/l1/escalations/{session_id}/take-over")


@pytest.fixture
def stuck(account: Any) -> dict[str, Any]:
    """A built walk, escalated after two answers; `asked` are the texts answered, `node` is where it stuck."""
    tech = account.as_("l1_tech")
    begun = tech.post("/v1/l1/intake", {"problem_statement": VPN}).body
    path, node = f"/v1/l1/sessions/{begun['session_id']}", begun["node"]
    asked = []
    for _ in range(2):
        asked.append(node["text"])
        given = {"answer": node["options"][0]["key"]} if node.get("options") else {}
        node = tech.post(f"{path}/advance", {"node_id": node["id"], **given}).body["node"]
    escalated = tech.post(f"{path}/escalate", {"reason_category": "network", "reason": "Gateway does not answer"})
    assert escalated.status == 200, escalated
    return {"id": begun["session_id"], "asked": asked, "node": node, "ticket_id": begun["ticket_id"]}


class TestTakingOver:
    def test_goes_on_where_the_walk_stuck(self, account: Any, stuck: Any) -> None:
        answer = take_over(account, stuck["id"])

        assert answer.status == 200, answer
        session, step = answer.body["session"], answer.body["step"]
        assert (session["intake_type"], session["status"]) == ("escalation", "active")
        assert session["taken_over_walk_id"] == stuck["id"]
        assert session["stuck_node_id"] == stuck["node"]["id"]
        assert (session["problem_text"], session["category"]) == (VPN, "vpn_connect")
        assert (session["ticket_id"], session["ticket_kind"]) == (stuck["ticket_id"], "internal")
        assert [entry["text"] for entry in session["taken_over_path"]] == stuck["asked"]
        assert session["steps"] == [step]
        assert step["node"]["text"] not in [*stuck["asked"], stuck["node"]["text"]]
        [walk] = account.rows(Walk)
        assert (str(walk.claimed_by), walk.status) == (account.user_id("engineer"), "escalated")
        [row] = account.rows(AiSession)
        assert (str(row.id), row.building) == (session["id"], None)
        [deed] = account.rows(AuditLog, action="escalation.taken_over")
        assert (deed.resource_id, deed.details["ai_session_id"]) == (stuck["id"], session["id"])
        assert len(account.rows(AuditLog, action="escalation.claimed")) == 1

    def test_twice_gives_the_same_session(self, account: Any, stuck: Any) -> None:
        first, second = (take_over(account, stuck["id"]) for _ in range(2))

        assert second.body == first.body
        assert len(account.rows(AuditLog, action="escalation.taken_over")) == 1

    def test_many_times_at_once_gives_one_session_with_one_step(self, account: Any, stuck: Any) -> None:
        clients = [account.cloud.client(account.token("engineer")) for _ in range(6)]
        path = f"/v1/l1/escalations/{stuck['id']}/take-over"

        with ThreadPoolExecutor(len(clients)) as together:
            answers = list(together.map(lambda client: client.post(path), clients))

        assert {answer.status for answer in answers} == {200}
        assert len({answer.body["step"]["id"] for answer in answers}) == 1
        assert (len(account.rows(AiSession)), len(account.rows(AiSessionStep))) == (1, 1)

    def test_is_for_whoever_claimed_it(self, account: Any, stuck: Any) -> None:
        account.as_("admin").post(f"/v1/l1/escalations/{stuck['id']}/claim")

        lost, won = take_over(account, stuck["id"]), take_over(account, stuck["id"], by="admin")

        assert (lost.status, lost.body["claimed_by"]["id"]) == (409, account.user_id("admin"))
        assert (won.status, won.body["session"]["user_id"]) == (200, account.user_id("admin"))
        assert len(account.rows(AiSession)) == 1

    def test_goes_on_building_after_a_step_that_was_never_built(self, account: Any, stuck: Any) -> None:
        first = take_over(account, stuck["id"]).body
        account.execute("DELETE FROM ai_session_steps WHERE account_id = :account")

        again = take_over(account, stuck["id"]).body

        assert again["session"]["id"] == first["session"]["id"]
        assert again["step"]["node"]["text"] == first["step"]["node"]["text"]

    def test_of_a_call_without_a_walk_begins_with_its_words(self, account: Any) -> None:
        wanted = {"problem_statement": VPN, "reason_category": "busy"}
        escalated = account.as_("l1_tech").post("/v1/l1/escalations", wanted)

        answer = take_over(account, escalated.body["session_id"])

        assert answer.body["session"]["category"] == "vpn_connect"
        assert answer.body["session"]["stuck_node_id"] is None
        assert answer.body["step"]["node"]["node_type"] == "question"

    def test_brings_the_cure_back_to_the_flywheel(self, account: Any, stuck: Any) -> None:
        engineer, taken = account.as_("engineer"), take_over(account, stuck["id"]).body
        path, step = f"/v1/ai-sessions/{taken['session']['id']}", taken["step"]
        if step["node"]["node_type"] in ("question", "instruction"):
            given = {"answer": step["node"]["options"][0]["key"]} if step["node"].get("options") else {}
            engineer.post(f"{path}/respond", {"step_id": step["id"], **given})

        resolved = engineer.post(
            f"{path}/resolve", {"helpful": True, "resolution_notes": "Renewed the gateway's route"}
        )

        assert resolved.body["status"] == "resolved"
        account.cloud.idle()
        [proposal] = account.rows(Proposal)
        assert str(proposal.source_session_id) == taken["session"]["id"]

    def test_refuses_what_is_not_escalated(self, account: Any) -> None:
        begun = account.as_("l1_tech").post("/v1/l1/intake", {"problem_statement": VPN}).body

        assert take_over(account, begun["session_id"]).status == 409
        assert account.rows(AiSession) == []

    def test_is_not_for_whoever_escalated_it(self, account: Any) -> None:
        wanted = {"problem_statement": VPN, "reason_category": "busy"}
        escalated = account.as_("admin").post("/v1/l1/escalations", wanted)

        assert take_over(account, escalated.body["session_id"], by="admin").status == 409

    @pytest.mark.parametrize("role", ["l1_tech", "viewer"])
    def test_is_for_engineers_and_above(self, account: Any, stuck: Any, role: str) -> None:
        assert take_over(account, stuck["id"], by=role).status == 403

    def test_does_not_tell_a_foreign_walk_from_an_unknown_one(self, account: Any, stuck: Any) -> None:
        other = account.other()

        foreign, unknown = take_over(other, stuck["id"]), take_over(other, str(uuid4()))

        assert (foreign.status, foreign.body) == (404, unknown.body)
