"""GET /v1/flow-proposals/{proposal_id}."""

from typing import Any
from uuid import uuid4

from tests.walking import VPN_CALLS, propose


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
