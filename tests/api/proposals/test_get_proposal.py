"""GET /v1/flow-proposals/{proposal_id}."""

from typing import Any
from uuid import uuid4

from tests.walking import VPN_CALLS, begin, first_option, propose, resolve


def cure(account: Any, problem: str, written: str) -> tuple[str, dict[str, Any]]:
    """Build a call up to its first instruction and write down what helped instead; return it and its last question."""
    technician = account.as_("l1_tech")
    begun = begin(technician, problem)
    node = asked = begun["node"]
    while node["node_type"] == "question":
        asked, answer = node, {"node_id": node["id"], "answer": first_option(node)}
        node = technician.post(f"/v1/l1/sessions/{begun['session_id']}/advance", answer).body["node"]
    resolve(technician, begun["session_id"], notes=written)
    account.cloud.idle()
    return begun["session_id"], asked


class TestGetProposal:
    def test_shows_the_graph_and_the_sessions_behind_each_edge(self, account: Any) -> None:
        summary = propose(account, VPN_CALLS[:2])

        shown = account.as_("engineer").get(f"/v1/flow-proposals/{summary['id']}")

        assert shown.status == 200
        proposal = shown.body
        assert (proposal["proposal_type"], proposal["status"], proposal["source"]) == (
            "new_flow",
            "pending",
            "ai_realtime_l1",
        )
        assert proposal["supporting_session_count"] == 2
        assert sorted(proposal["supporting_session_ids"]) == sorted(each["session_id"] for each in proposal["evidence"])
        graph = proposal["proposed_flow_data"]
        nodes = {node["id"] for node in graph["nodes"]}
        assert graph["root"] in nodes
        assert {edge[end] for edge in graph["edges"] for end in ("from", "to")} <= nodes
        walked = [edge for edge in graph["edges"] if edge["sessions"]]
        assert walked
        assert all(edge["resolved"] == len(edge["sessions"]) == 2 and edge["failed"] == 0 for edge in walked)

    def test_evidence_can_be_read_without_looking_anything_up(self, account: Any) -> None:
        summary = propose(account)

        (session,) = account.as_("admin").get(f"/v1/flow-proposals/{summary['id']}").body["evidence"]

        assert session["problem"] == VPN_CALLS[0]
        assert (session["status"], session["helpful"], session["reopened"]) == ("resolved", True, False)
        assert session["technician"]
        assert all(step["text"] and step["node_id"] for step in session["path"])
        assert session["path"][0]["answer_label"]

    def test_every_edge_is_told_in_words_with_the_calls_that_took_it(self, account: Any) -> None:
        summary = propose(account, VPN_CALLS[:2])

        shown = account.as_("engineer").get(f"/v1/flow-proposals/{summary['id']}").body

        walked = [edge for edge in shown["edges"] if edge["walks"]]
        assert len(shown["edges"]) == len(shown["proposed_flow_data"]["edges"])
        assert all(edge["from_text"] and edge["to_text"] for edge in shown["edges"])
        for edge in walked:
            assert {walk["problem"] for walk in edge["walks"]} == set(VPN_CALLS[:2])
            assert all(edge["from_text"] in walk["path_in_words"] for walk in edge["walks"])
            assert all(
                walk["outcome"] == "resolved" and walk["ticket_id"] and walk["ended_at"] for walk in edge["walks"]
            )
        assert {way: shown["figures"][way] for way in ("resolved", "failed")} == {"resolved": 2, "failed": 0}
        assert shown["figures"]["calls_per_week"] == 2

    def test_counts_who_got_stuck_where_in_plain_numbers(self, account: Any) -> None:
        """Walks of the draft that were given up count against the place where they stood."""
        summary = propose(account)
        technician = account.as_("l1_tech")
        begun = begin(technician, VPN_CALLS[1], flow_proposal_id=summary["id"])
        node = begun["node"]
        path = f"/v1/l1/sessions/{begun['session_id']}"
        answer = {"node_id": node["id"], "answer": node["options"][0]["key"]}
        stuck = technician.post(f"{path}/advance", answer).body["node"]
        technician.post(f"{path}/escalate", {"reason_category": "network"})
        account.cloud.idle()

        shown = account.as_("engineer").get(f"/v1/flow-proposals/{summary['id']}").body

        assert [(one["node_id"], one["walks"], one["given_up"], one["escalated"]) for one in shown["stuck"]] == [
            (stuck["id"], 2, 1, 0)
        ]
        assert begun["session_id"] in {session["session_id"] for session in shown["evidence"]}
        assert shown["supporting_session_count"] == 1
        assert shown["confidence_score"] < summary["confidence_score"]

    def test_tells_a_cure_it_does_not_draw_and_who_found_it(self, account: Any) -> None:
        for problem in (*VPN_CALLS, VPN_CALLS[0]):
            cure(account, problem, "Installed the certificate of the tunnel again.")
        session_id, asked = cure(account, VPN_CALLS[1], "Replaced the home router and its cable.")
        (summary,) = account.as_("engineer").get("/v1/flow-proposals", status="pending").body["items"]

        shown = account.as_("engineer").get(f"/v1/flow-proposals/{summary['id']}").body

        (aside,) = shown["set_aside"]
        assert (aside["sessions"], aside["ended"]) == ([session_id], "Replaced the home router and its cable.")
        (contradiction,) = shown["contradictions"]
        assert (contradiction["node_id"], contradiction["answer"]) == (aside["node_id"], aside["answer"])
        assert contradiction["text"] == asked["text"]
        assert [(len(way["sessions"]), way["to"] is None) for way in contradiction["ways"]] == [(4, False), (1, True)]
        assert session_id in {session["session_id"] for session in shown["evidence"]}
        assert {edge["inferred"] for edge in shown["edges"]} == {False}

    def test_steps_of_a_node_are_entries_of_the_walked_path(self, account: Any) -> None:
        summary = propose(account)

        proposal = account.as_("admin").get(f"/v1/flow-proposals/{summary['id']}").body

        (session,) = proposal["evidence"]
        folded = [(node, step) for node in proposal["proposed_flow_data"]["nodes"] for step in node["steps"]]
        assert sorted(step["index"] for _, step in folded) == list(range(len(session["path"])))
        for node, step in folded:
            assert session["path"][step["index"]]["text"] == node["text"]

    def test_lists_what_keeps_it_from_being_published(self, account: Any) -> None:
        summary = propose(account)

        proposal = account.as_("admin").get(f"/v1/flow-proposals/{summary['id']}").body

        stubs = {node["id"] for node in proposal["proposed_flow_data"]["nodes"] if node.get("needs_review")}
        assert stubs
        assert {
            problem["location"][1] for problem in proposal["problems"] if problem["kind"] == "needs_review"
        } == stubs

    def test_the_suggested_edit_is_sound(self, account: Any) -> None:
        summary = propose(account)
        edit = account.as_("admin").get(f"/v1/flow-proposals/{summary['id']}").body["suggested_edit"]

        checked = account.as_("engineer").post("/v1/flows/validate", {"graph": edit})

        assert (checked.status, checked.body["problems"]) == (200, [])

    def test_personal_data_of_the_caller_is_not_in_the_graph_or_title(self, account: Any) -> None:
        summary = propose(account, ["VPN will not connect from home, call me at +49 151 23456789 or joe@contoso.com"])

        proposal = account.as_("admin").get(f"/v1/flow-proposals/{summary['id']}").body

        shared = str([proposal[name] for name in ("title", "description", "match_keywords", "proposed_flow_data")])
        assert "joe@contoso.com" not in shared
        assert "23456789" not in shared

    def test_another_accounts_or_an_unknown_one_is_not_found(self, account: Any) -> None:
        summary = propose(account)

        for answer in (
            account.other().as_("owner").get(f"/v1/flow-proposals/{summary['id']}"),
            account.as_("owner").get(f"/v1/flow-proposals/{uuid4()}"),
        ):
            assert (answer.status, answer.body["type"].rsplit("/", 1)[1]) == (404, "not-found")
