"""POST /v1/flow-proposals/{proposal_id}/review."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from firstline.db.models import AuditLog, Flow, FlowVersion, Proposal
from tests.walking import VPN_CALLS, advance_to_end, begin, propose, publish_proposal, resolve, resolve_call


def review(account: Any, proposal_id: str, role: str = "admin", **body: Any) -> Any:
    return account.as_(role).post(f"/v1/flow-proposals/{proposal_id}/review", body)


class TestModify:
    def test_publishes_the_edited_graph_and_the_next_call_meets_it(self, account: Any) -> None:
        proposal = propose(account, VPN_CALLS[:2])

        reviewed = publish_proposal(account, proposal["id"])

        assert (reviewed["status"], reviewed["reviewed_by"]) == ("modified", account.user_id("admin"))
        (flow,) = account.rows(Flow)
        assert str(flow.id) == reviewed["published_flow_id"]
        assert (flow.live_version, flow.category) == (1, "vpn_connect")
        (version,) = account.rows(FlowVersion)
        assert str(version.proposal_id) == proposal["id"]
        assert not any("steps" in node for node in version.graph["nodes"])
        events = [message["event"] for message in account.outbox("event.happened")]
        assert events.count("proposal.approved") == events.count("flow.published") == 1
        met = account.as_("l1_tech").post("/v1/l1/intake", {"problem_statement": VPN_CALLS[2]}).body
        assert (met["outcome"], met["flow"]["id"]) == ("matched", reviewed["published_flow_id"])
        assert met["why"]["words"]

    def test_an_edit_that_is_not_sound_lists_every_problem_and_writes_nothing(self, account: Any) -> None:
        proposal = propose(account)
        graph = {
            "root": "a",
            "nodes": [
                {"id": "a", "type": "decision", "text": "Is it on?"},
                {"id": "b", "type": "solution", "text": "x"},
            ],
            "edges": [],
        }

        answer = review(account, proposal["id"], action="modify", edited={"graph": graph})

        assert answer.status == 422
        assert {(error["location"][1], error["kind"]) for error in answer.body["errors"]} == {
            ("a", "decision_ways"),
            ("b", "unreachable"),
        }
        assert account.rows(Flow) == []
        (stored,) = account.rows(Proposal)
        assert (stored.status, stored.reviewed_by) == ("pending", None)

    def test_needs_an_edit(self, account: Any) -> None:
        proposal = propose(account)

        answer = review(account, proposal["id"], action="modify")

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["body", "edited"])


class TestApprove:
    def test_is_refused_while_stubs_need_review(self, account: Any) -> None:
        proposal = propose(account)

        answer = review(account, proposal["id"], action="approve")

        assert answer.status == 422
        assert "needs_review" in {error["kind"] for error in answer.body["errors"]}
        assert account.rows(Flow) == []

    def test_publishes_a_graph_that_is_sound_as_it_stands(self, account: Any) -> None:
        proposal = propose(account)
        detail = account.as_("admin").get(f"/v1/flow-proposals/{proposal['id']}").body
        _store_graph(account, detail["suggested_edit"])

        answer = review(account, proposal["id"], action="approve", reviewer_notes="Good.")

        assert answer.status == 200, answer
        assert (answer.body["status"], answer.body["reviewer_notes"]) == ("approved", "Good.")
        (entry,) = account.rows(AuditLog, action="proposal.approved")
        assert (entry.resource_id, str(entry.user_id)) == (proposal["id"], account.user_id("admin"))

    def test_of_an_enhancement_is_refused(self, account: Any) -> None:
        proposal = propose(account)
        account.execute("UPDATE flow_proposals SET proposal_type = 'enhancement' WHERE account_id = :account")

        answer = review(account, proposal["id"], action="approve")

        assert (answer.status, answer.body["errors"][0]["message"]) == (422, "use modify")


class TestRejectAndDismiss:
    @pytest.mark.parametrize(("action", "status"), [("reject", "rejected"), ("dismiss", "dismissed")])
    def test_keeps_the_notes_and_publishes_nothing(self, account: Any, action: str, status: str) -> None:
        proposal = propose(account)

        answer = review(account, proposal["id"], action=action, reviewer_notes="Not ours to fix.")

        assert (answer.status, answer.body["status"]) == (200, status)
        assert answer.body["reviewer_notes"] == "Not ours to fix."
        assert account.rows(Flow) == []

    def test_a_dismissed_one_may_be_reviewed_again_a_rejected_one_not(self, account: Any) -> None:
        proposal = propose(account)

        assert review(account, proposal["id"], action="dismiss").status == 200
        assert review(account, proposal["id"], action="reject").status == 200
        again = review(account, proposal["id"], action="dismiss")

        assert (again.status, again.body["proposal_status"]) == (409, "rejected")
        assert again.body["reviewed_by"]["id"] == account.user_id("admin")

    def test_a_rejected_problem_is_not_proposed_again_from_one_more_call(self, account: Any) -> None:
        proposal = propose(account)
        review(account, proposal["id"], action="reject")

        technician = account.as_("l1_tech")
        resolve_call(technician, VPN_CALLS[1])
        account.cloud.idle()

        assert account.as_("engineer").get("/v1/flow-proposals", status="pending").body["items"] == []
        assert len(account.rows(Proposal)) == 1


class TestReviewers:
    @pytest.mark.parametrize(("role", "status"), [("engineer", 403), ("l1_tech", 403), ("viewer", 403), ("owner", 200)])
    def test_are_owners_and_admins(self, account: Any, role: str, status: int) -> None:
        proposal = propose(account)

        assert review(account, proposal["id"], role, action="dismiss").status == status

    def test_a_team_admin_reviews_the_own_teams_and_those_of_no_team(self, account: Any) -> None:
        proposal = propose(account)
        account.execute(
            "WITH mine AS (INSERT INTO teams (account_id, id, name, created_at)"
            " VALUES (:account, gen_random_uuid(), 'Mine', now()), (:account, gen_random_uuid(), 'Other', now())"
            " RETURNING id, name)"
            " UPDATE flow_proposals SET team_id = (SELECT id FROM mine WHERE name = 'Other')"
            " WHERE account_id = :account"
        )
        account.execute(
            "UPDATE users SET is_team_admin = true, team_id = (SELECT id FROM teams WHERE account_id = :account"
            " AND name = 'Mine') WHERE account_id = :account AND account_role = 'engineer'"
        )

        assert review(account, proposal["id"], "engineer", action="dismiss").status == 403
        account.execute("UPDATE flow_proposals SET team_id = NULL WHERE account_id = :account")
        assert review(account, proposal["id"], "engineer", action="dismiss").status == 200

    def test_two_at_once_one_wins_and_the_other_is_told_who(self, account: Any) -> None:
        proposal = propose(account)
        edit = account.as_("admin").get(f"/v1/flow-proposals/{proposal['id']}").body["suggested_edit"]
        body = {"action": "modify", "edited": {"graph": edit}}
        path = f"/v1/flow-proposals/{proposal['id']}/review"
        clients = {role: account.cloud.client(account.token(role)) for role in ("owner", "admin")}

        with ThreadPoolExecutor(2) as pool:
            answers = dict(
                zip(clients, pool.map(lambda client: client.post(path, body), clients.values()), strict=True)
            )

        assert sorted(answer.status for answer in answers.values()) == [200, 409]
        (winner,) = [role for role, answer in answers.items() if answer.status == 200]
        (lost,) = [answer for answer in answers.values() if answer.status == 409]
        assert lost.body["reviewed_by"]["id"] == account.user_id(winner)
        assert len(account.rows(FlowVersion)) == 1

    def test_repeating_a_review_under_its_key_gives_the_same_answer_and_does_it_once(self, account: Any) -> None:
        proposal = propose(account)

        answers = [
            account.as_("admin").post(
                f"/v1/flow-proposals/{proposal['id']}/review", {"action": "reject"}, idempotency_key="review-1"
            )
            for _ in range(2)
        ]

        assert answers[0].status == 200
        assert answers[0].body == answers[1].body
        assert len(account.rows(AuditLog, action="proposal.rejected")) == 1


class TestBranchAddition:
    def test_grows_the_flow_at_the_node_where_calls_left_it(self, account: Any) -> None:
        published = publish_proposal(account, propose(account)["id"])
        technician = account.as_("l1_tech")
        begun = begin(technician, VPN_CALLS[1], flow_id=published["published_flow_id"])
        left = technician.post(
            f"/v1/l1/sessions/{begun['session_id']}/advance",
            {"node_id": begun["node"]["id"], "answer": "other", "note": "Works from a train"},
        )
        assert left.status == 200, left
        advance_to_end(technician, {"session_id": begun["session_id"], "node": left.body["node"]})
        resolve(technician, begun["session_id"])
        account.cloud.idle()

        (branch,) = account.as_("engineer").get("/v1/flow-proposals", status="pending").body["items"]
        assert (branch["proposal_type"], branch["target_flow_id"]) == (
            "branch_addition",
            published["published_flow_id"],
        )
        detail = account.as_("engineer").get(f"/v1/flow-proposals/{branch['id']}").body
        assert detail["proposed_diff"]["attachment"] == {
            "node_id": begun["node"]["id"],
            "condition": {"key": "other", "label": "Works from a train"},
        }
        publish_proposal(account, branch["id"])
        (flow,) = account.rows(Flow)
        assert flow.live_version == 2
        live = begin(technician, VPN_CALLS[2], flow_id=published["published_flow_id"])
        assert "Works from a train" in [option["label"] for option in live["node"]["options"]]

    def test_of_an_engineers_cure_grows_where_the_call_stuck(self, account: Any) -> None:
        flow_id = publish_proposal(account, propose(account)["id"])["published_flow_id"]
        begun = begin(account.as_("l1_tech"), VPN_CALLS[1], flow_id=flow_id)
        path = f"/v1/l1/sessions/{begun['session_id']}"
        stuck = answer_first(account.as_("l1_tech"), path, begun["node"])
        account.as_("l1_tech").post(f"{path}/escalate", {"reason_category": "network"})
        engineer = account.as_("engineer")
        taken = engineer.post(f"/v1/l1/escalations/{begun['session_id']}/take-over").body
        session = f"/v1/ai-sessions/{taken['session']['id']}"
        node = taken["step"]["node"]
        given = {"answer": node["options"][0]["key"]} if node.get("options") else {}
        engineer.post(f"{session}/respond", {"step_id": taken["step"]["id"], **given})
        engineer.post(f"{session}/resolve", {"helpful": True, "resolution_notes": "Renewed the gateway's route"})
        account.cloud.idle()

        (summary,) = engineer.get("/v1/flow-proposals", status="pending").body["items"]

        assert (summary["proposal_type"], summary["target_flow_id"]) == ("branch_addition", flow_id)
        detail = engineer.get(f"/v1/flow-proposals/{summary['id']}").body
        assert detail["proposed_diff"]["attachment"]["node_id"] == stuck["id"]
        assert [(one["node_id"], one["given_up"]) for one in detail["stuck"] if one["given_up"]] == [(stuck["id"], 1)]
        assert detail["source_session_id"] == taken["session"]["id"]

    def test_is_refused_with_the_places_when_the_live_flow_has_moved_there(self, account: Any) -> None:
        flow_id = publish_proposal(account, propose(account)["id"])["published_flow_id"]
        technician = account.as_("l1_tech")
        for note in ("Works from a train", "Works from a ship"):
            begun = begin(technician, VPN_CALLS[1], flow_id=flow_id)
            left = {"node_id": begun["node"]["id"], "answer": "other", "note": note}
            node = technician.post(f"/v1/l1/sessions/{begun['session_id']}/advance", left).body["node"]
            advance_to_end(technician, {"session_id": begun["session_id"], "node": node})
            resolve(technician, begun["session_id"])
            account.cloud.idle()
        (branch,) = account.as_("engineer").get("/v1/flow-proposals", status="pending").body["items"]
        edit = account.as_("engineer").get(f"/v1/flow-proposals/{branch['id']}").body["suggested_edit"]
        moved = account.as_("admin").get(f"/v1/flows/{flow_id}").body
        _move_live(account, flow_id, begun["node"]["id"], "Is it really connected?")
        edit["nodes"] = [
            {**node, "text": "Is the line up?"} if node["id"] == begun["node"]["id"] else node for node in edit["nodes"]
        ]

        answer = review(account, branch["id"], action="modify", edited={"graph": edit})

        assert moved["live_version"] == 1
        assert (answer.status, answer.body["type"].rsplit("/", 1)[1]) == (409, "merge-conflict")
        assert begun["node"]["id"] in {node["node_id"] for node in answer.body["nodes"]}
        assert answer.body["live_version"] == 2
        assert {row.status for row in account.rows(Proposal, proposal_type="branch_addition")} == {"pending"}


def answer_first(technician: Any, path: str, node: dict[str, Any]) -> dict[str, Any]:
    given = {"answer": node["options"][0]["key"]} if node.get("options") else {}
    answer = technician.post(f"{path}/advance", {"node_id": node["id"], **given})
    assert answer.status == 200, answer
    return dict(answer.body["node"])


def _move_live(account: Any, flow_id: str, node_id: str, text: str) -> None:
    """Publish the flow once more with a node in other words."""
    admin = account.as_("admin")
    shown = admin.get(f"/v1/flows/{flow_id}")
    graph = shown.body["draft"]["graph"] if "graph" in (shown.body.get("draft") or {}) else shown.body["graph"]
    nodes = [{**node, "text": text} if node["id"] == node_id else node for node in graph["nodes"]]
    changed = admin.put(f"/v1/flows/{flow_id}", {"graph": {**graph, "nodes": nodes}}, if_match=shown.headers["etag"])
    assert changed.status == 200, changed
    published = admin.post(f"/v1/flows/{flow_id}/publish", {}, if_match=changed.headers["etag"])
    assert published.status == 200, published


def _store_graph(account: Any, graph: dict[str, Any]) -> None:
    account.execute(
        "UPDATE flow_proposals SET proposed_flow_data = CAST(:graph AS jsonb) WHERE account_id = :account",
        graph=json.dumps(graph),
    )
