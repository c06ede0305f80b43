"""POST /v1/l1/sessions/{session_id}/advance."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from firstline.db.models import AuditLog

PURPLE = "The projector in the meeting room shows a purple picture"


@pytest.fixture
def flow(tech: Any, library: Any) -> dict[str, Any]:
    """A walk of a published flow in a category that may be built for."""
    begun: dict[str, Any] = tech.intake(PURPLE, flow_id=str(library.publish(category="peripheral_reconnect")))
    return begun


@pytest.fixture
def build(tech: Any) -> dict[str, Any]:
    begun: dict[str, Any] = tech.intake()
    return begun


def walked_to_the_end(tech: Any, session_id: str, node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the nodes served until an end, each answered by its last option."""
    while node["node_type"] in ("question", "instruction"):
        answer = node["options"][-1]["key"] if node["node_type"] == "question" else None
        node = tech.step(session_id, node, answer)
        yield node


class TestLooking:
    def test_returns_the_pending_node_as_it_is(self, tech: Any, build: Any) -> None:
        """Section 14, line 2: two loads return the identical node."""
        first, second = (tech.advance(build["session_id"]) for _ in range(2))

        assert first.body["node"] == second.body["node"] == build["node"]
        assert first.body["session"] == second.body["session"] == tech.session(build["session_id"])
        assert set(first.body) == {"session", "node"}
        assert tech.call("POST", build["session_id"], "/advance").body == first.body


class TestAnswering:
    def test_records_the_step_and_serves_the_next(self, tech: Any, flow: Any) -> None:
        answer = tech.advance(flow["session_id"], flow["node"], "no", note="It hangs out")

        assert answer.body["node"] == {
            "id": "reseat",
            "node_type": "instruction",
            "text": "Take the cable out and put it back in.",
        }
        [entry] = answer.body["session"]["walked_path"]
        assert entry.pop("answered_at").endswith("Z")
        assert entry == {
            "node_id": "cable",
            "node_type": "question",
            "text": "Is the picture cable firmly in?",
            "help": "Push both plugs in.",
            "answer": "no",
            "answer_label": "Loose",
            "options": [{"key": "yes", "label": "Firmly in"}, {"key": "no", "label": "Loose"}],
            "note": "It hangs out",
        }
        assert answer.body["session"]["current_node_id"] == "reseat"
        assert answer.body["session"]["last_step_at"] > answer.body["session"]["started_at"]

    def test_of_an_instruction_is_null(self, tech: Any, flow: Any) -> None:
        reseat = tech.step(flow["session_id"], flow["node"], "no")

        solution = tech.step(flow["session_id"], reseat, "done")

        assert (solution["id"], solution["node_type"]) == ("cured", "resolved")
        path = tech.session(flow["session_id"])["walked_path"]
        assert [(entry["answer"], entry["answer_label"]) for entry in path] == [("no", "Loose"), (None, None)]

    def test_serves_an_end_without_ending_the_session(self, tech: Any, flow: Any) -> None:
        picture = tech.step(flow["session_id"], flow["node"], "yes")
        lamp = tech.step(flow["session_id"], picture, "yes")

        assert (lamp["node_type"], lamp["reason_category"]) == ("escalate", "hardware")
        assert tech.advance(flow["session_id"], lamp).body["node"] == lamp
        session = tech.session(flow["session_id"])
        assert (session["status"], len(session["walked_path"])) == ("active", 2)

    def test_gives_every_built_node_an_id_of_its_own(self, tech: Any, build: Any) -> None:
        """Section 14, line 1: also the first node; answering it grows the path by one and serves another id."""
        served = [build["node"], *walked_to_the_end(tech, build["session_id"], build["node"])]

        ids = [node["id"] for node in served]
        assert all(UUID(node_id).version == 4 for node_id in ids)
        assert len(set(ids)) == len(ids)
        path = tech.session(build["session_id"])["walked_path"]
        assert [entry["node_id"] for entry in path] == ids[:-1]
        assert all(entry["built"] for entry in path)

    def test_takes_text_and_label_from_what_was_served(self, tech: Any, build: Any) -> None:
        """Section 14, line 9: a forged label or text is ignored."""
        forged = {
            "node_id": build["node"]["id"],
            "answer": build["node"]["options"][1]["key"],
            "answer_label": "Format the disk",
            "text": "Shall we format the disk?",
            "options": [{"key": "a", "label": "Format the disk"}],
        }

        answer = tech.call("POST", build["session_id"], "/advance", forged)

        [entry] = answer.body["session"]["walked_path"]
        assert (entry["text"], entry["options"]) == (build["node"]["text"], build["node"]["options"])
        assert entry["answer_label"] == build["node"]["options"][1]["label"]

    def test_writes_no_audit_row(self, tech: Any, flow: Any, account: Any) -> None:
        tech.step(flow["session_id"], flow["node"], "yes")

        assert account.rows(AuditLog, resource_type="walk") == []
        assert account.outbox() == []

    def test_keeps_to_the_version_it_began_with(self, tech: Any, flow: Any, account: Any) -> None:
        account.execute("UPDATE trees SET live_version = NULL, archived_at = now() WHERE account_id = :account")

        assert tech.step(flow["session_id"], flow["node"], "yes")["id"] == "picture"

    def test_walks_a_draft_as_it_was_when_the_walk_began(self, tech: Any, library: Any, account: Any) -> None:
        begun = tech.intake(PURPLE, flow_proposal_id=str(library.propose()))
        account.execute(
            """UPDATE flow_proposals SET proposed_flow_data = '{"root": "x", "nodes": [], "edges": []}'
            WHERE account_id = :account"""
        )

        assert tech.step(begun["session_id"], begun["node"], "yes")["id"] == "picture"


class TestRepeating:
    def test_the_last_answer_is_a_replay(self, tech: Any, flow: Any) -> None:
        first = tech.advance(flow["session_id"], flow["node"], "no")
        again = tech.advance(flow["session_id"], flow["node"], "no")

        assert (again.status, again.body) == (200, first.body)

    def test_another_answer_conflicts_and_shows_the_pending_node(self, tech: Any, flow: Any) -> None:
        pending = tech.step(flow["session_id"], flow["node"], "no")

        answer = tech.advance(flow["session_id"], flow["node"], "yes")

        assert answer.status == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.body["node"] == pending

    def test_an_unknown_node_conflicts(self, tech: Any, flow: Any) -> None:
        answer = tech.advance(flow["session_id"], {"id": "nowhere"}, "yes")

        assert (answer.status, answer.body["node"]) == (409, flow["node"])

    @pytest.mark.parametrize("wrong", ["maybe", "not_fixed", "", None])
    def test_with_no_option_of_the_node_is_refused(self, tech: Any, flow: Any, wrong: str | None) -> None:
        body = {"node_id": flow["node"]["id"], "answer": wrong}

        answer = tech.call("POST", flow["session_id"], "/advance", body)

        assert answer.status == 422
        assert tech.session(flow["session_id"])["walked_path"] == []


class TestUnsure:
    def test_serves_the_help_first(self, tech: Any, flow: Any) -> None:
        answer = tech.advance(flow["session_id"], flow["node"], "unsure")

        assert answer.body["node"] == flow["node"]
        assert answer.body["session"]["walked_path"] == []

    def test_said_again_offers_escalation_and_counts_against_the_node(self, tech: Any, flow: Any) -> None:
        tech.advance(flow["session_id"], flow["node"], "unsure")

        node = tech.step(flow["session_id"], flow["node"], "unsure")

        assert (node["node_type"], node["reason_category"]) == ("escalate", "unsure")
        assert UUID(node["id"]).version == 4
        [entry] = tech.session(flow["session_id"])["walked_path"]
        assert (entry["node_id"], entry["answer"], entry["answer_label"]) == ("cable", "unsure", "Not sure")

    def test_said_again_follows_the_unsure_edge(self, tech: Any, library: Any, graph: Any) -> None:
        graph["edges"].append({"from": "cable", "to": "reseat", "condition": {"key": "unsure", "label": "Cannot tell"}})
        begun = tech.intake(PURPLE, flow_id=str(library.publish(graph=graph)))
        tech.advance(begun["session_id"], begun["node"], "unsure")

        assert tech.step(begun["session_id"], begun["node"], "unsure")["id"] == "reseat"

    def test_at_a_node_without_help_says_how_to_go_on(self, tech: Any, flow: Any) -> None:
        reseat = tech.step(flow["session_id"], flow["node"], "no")

        helped = tech.step(flow["session_id"], reseat, "unsure")

        assert helped["id"] == "reseat"
        assert helped["help"]


class TestLeavingAFlow:
    def test_at_a_question_goes_on_building(self, tech: Any, flow: Any) -> None:
        node = tech.step(flow["session_id"], flow["node"], "other", note="There is no cable, it is wireless")

        assert UUID(node["id"]).version == 4
        tech.step(flow["session_id"], node)
        path = tech.session(flow["session_id"])["walked_path"]
        assert [entry.get("built", False) for entry in path] == [False, True]
        assert (path[0]["answer"], path[0]["note"]) == ("other", "There is no cable, it is wireless")
        stored = tech.stored(flow["session_id"])
        assert stored.session_kind == "flow"
        assert stored.left_flow == {
            "node_id": "cable", "answer": "other", "note": "There is no cable, it is wireless", "steps": 0,
        }  # fmt: skip

    def test_at_its_solution_goes_on_building(self, tech: Any, flow: Any) -> None:
        picture = tech.step(flow["session_id"], flow["node"], "yes")
        solution = tech.step(flow["session_id"], picture, "no")

        node = tech.step(flow["session_id"], solution, "not_fixed")

        assert UUID(node["id"]).version == 4
        assert tech.stored(flow["session_id"]).left_flow["node_id"] == "cured"

    def test_needs_a_note_of_what_the_caller_sees(self, tech: Any, flow: Any) -> None:
        answer = tech.advance(flow["session_id"], flow["node"], "other")

        assert answer.status == 422
        assert answer.body["errors"][0]["location"] == ["body", "note"]

    @pytest.mark.parametrize("enabled", ["[]", '["printer"]'])
    def test_offers_escalation_where_building_is_off(self, tech: Any, flow: Any, account: Any, enabled: str) -> None:
        account.execute(
            "UPDATE accounts SET l1_categories = CAST(:enabled AS jsonb) WHERE id = :account", enabled=enabled
        )

        node = tech.step(flow["session_id"], flow["node"], "other", note="It is wireless")

        assert (node["node_type"], node["reason_category"]) == ("escalate", "building_off")

    def test_without_a_category_is_classified_by_the_problem(self, tech: Any, library: Any) -> None:
        begun = tech.intake("The VPN does not connect", flow_id=str(library.publish(category=None)))

        tech.step(begun["session_id"], begun["node"], "other", note="It is wireless")

        assert tech.session(begun["session_id"])["category"] == "vpn_connect"

    def test_may_build_twelve_steps_after_a_long_way_through_the_flow(self, tech: Any, library: Any) -> None:
        long = long_flow(20)
        begun = tech.intake(PURPLE, flow_id=str(library.publish(graph=long, category="vpn_connect")))
        node = begun["node"]
        for _ in range(19):
            node = tech.step(begun["session_id"], node, "yes")
        assert node["id"] == "n19"

        assert tech.step(begun["session_id"], node, "other", note="Nothing of that")["node_type"] != "escalate"


class TestDepthCap:
    def test_lets_twelve_steps_be_answered_and_serves_an_escalation_then(self, tech: Any, build: Any) -> None:
        """Section 14, line 5; "something else" keeps a build going where an option would end it."""
        node, served = build["node"], []
        for number in range(12):
            answer = {"question": "other", "resolved": "not_fixed"}.get(node["node_type"])
            assert node["node_type"] != "escalate", (number, node)
            node = tech.step(build["session_id"], node, answer, note=f"Something else {number}")
            served.append(node["id"])

        assert (node["node_type"], node["reason_category"]) == ("escalate", "depth_cap")
        assert UUID(node["id"]).version == 4
        session = tech.session(build["session_id"])
        assert len(session["walked_path"]) == 12
        assert session["status"] == "active"


class TestSaid:
    def test_is_read_as_an_answer(self, tech: Any, flow: Any) -> None:
        answer = tech.advance(flow["session_id"], flow["node"], said="No, it is loose")

        assert answer.body["said_as"] == "answer"
        assert answer.body["node"]["id"] == "reseat"
        assert answer.body["session"]["walked_path"][0]["answer"] == "no"

    def test_asking_how_gets_the_help(self, tech: Any, flow: Any) -> None:
        answer = tech.advance(flow["session_id"], flow["node"], said="How do I check that?")

        assert (answer.body["said_as"], answer.body["node"]) == ("help", flow["node"])
        assert answer.body["session"]["walked_path"] == []

    def test_not_knowing_is_unsure(self, tech: Any, flow: Any) -> None:
        answers = [tech.advance(flow["session_id"], flow["node"], said="I don't know") for _ in range(2)]

        assert [answer.body["said_as"] for answer in answers] == ["unsure", "unsure"]
        assert [answer.body["node"]["node_type"] for answer in answers] == ["question", "escalate"]

    def test_that_fits_no_option_is_asked_back(self, tech: Any, flow: Any) -> None:
        answer = tech.advance(flow["session_id"], flow["node"], said="My lunch was excellent today")

        assert answer.status == 200
        assert answer.body["said_as"] == "unclear"
        assert sorted(answer.body["ask_back"]["options"]) == ["no", "yes"]
        assert answer.body["node"] == flow["node"]
        assert answer.body["session"]["walked_path"] == []

    def test_beside_an_answer_is_refused(self, tech: Any, flow: Any) -> None:
        assert tech.advance(flow["session_id"], flow["node"], "yes", said="Yes").status == 422

    def test_twice_is_a_replay(self, tech: Any, flow: Any) -> None:
        first, again = (tech.advance(flow["session_id"], flow["node"], said="No, it is loose") for _ in range(2))

        assert first.body["session"] == again.body["session"]


class TestEndedWalk:
    @pytest.mark.parametrize("ending", ["resolve", "escalate"])
    def test_is_not_walked_on(self, tech: Any, flow: Any, ending: str) -> None:
        body = {"helpful": True} if ending == "resolve" else {"reason_category": "other"}
        assert tech.call("POST", flow["session_id"], f"/{ending}", body).status == 200

        answer = tech.advance(flow["session_id"], flow["node"], "yes")

        assert answer.status == 409
        assert answer.body["walk_status"] in ("resolved", "escalated")


class TestForeignWalk:
    def test_is_not_found(self, flow: Any, account: Any) -> None:
        stranger = account.other().as_("l1_tech")

        answer = stranger.post(f"/v1/l1/sessions/{flow['session_id']}/advance", {})

        assert answer.status == 404


def long_flow(depth: int) -> dict[str, Any]:
    """Build a chain of questions, each ending on "no" and going on on "yes"."""
    nodes = [{"id": f"n{number}", "type": "decision", "text": f"Question {number}?"} for number in range(depth)]
    edges = [
        {"from": f"n{number}", "to": f"n{number + 1}" if number + 1 < depth else "end", "condition": YES}
        for number in range(depth)
    ]
    edges += [{"from": f"n{number}", "to": "end", "condition": NO} for number in range(depth)]
    end = {"id": "end", "type": "solution", "text": "Done."}
    return {"root": "n0", "nodes": [*nodes, end], "edges": edges}


YES = {"key": "yes", "label": "Yes"}
NO = {"key": "no", "label": "No"}
