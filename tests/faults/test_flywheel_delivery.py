"""The flywheel under at-least-once delivery: doubled, shuffled, poisoned and late messages."""

import json
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from firstline.db.models import EdgeStatistic, Flow, Proposal, Walk
from tests.walking import VPN_CALLS, advance_to_end, begin, propose, publish_proposal, resolve, resolve_call


def send(account: Any, **message: Any) -> None:
    body = {"message_id": str(uuid4()), "account_id": str(account.id), **message}
    account.cloud.local.sqs.send_message(
        QueueUrl=account.cloud.local.queue_url("FlywheelQueue"), MessageBody=json.dumps(body)
    )


class TestRedelivery:
    def test_makes_no_second_proposal_and_no_second_count(self, account: Any) -> None:
        proposal = propose(account, VPN_CALLS[:2])
        for walk in account.rows(Walk):
            for _ in range(3):
                send(account, topic="session.resolved", session_id=str(walk.id), session_type="walk")
        account.cloud.idle()

        (stored,) = account.rows(Proposal)
        assert (str(stored.id), stored.supporting_session_count) == (proposal["id"], 2)
        detail = account.as_("engineer").get(f"/v1/flow-proposals/{proposal['id']}").body
        assert {edge["resolved"] for edge in detail["proposed_flow_data"]["edges"] if edge["sessions"]} == {2}

    def test_counts_a_reinforced_walk_once(self, account: Any) -> None:
        flow_id = publish_proposal(account, propose(account)["id"])["published_flow_id"]
        session_id = resolve_call(account.as_("l1_tech"), VPN_CALLS[1], flow_id=flow_id)
        account.cloud.idle()
        for _ in range(3):
            send(account, topic="session.resolved", session_id=session_id, session_type="walk")
        account.cloud.idle()

        assert {row.resolved for row in account.rows(EdgeStatistic)} == {1}
        (tracked,) = account.rows(Proposal, proposal_type="auto_reinforced")
        assert (tracked.status, str(tracked.target_flow_id)) == ("auto_reinforced", flow_id)

    def test_of_a_failed_walk_counts_against_its_ways_once(self, account: Any) -> None:
        flow_id = publish_proposal(account, propose(account)["id"])["published_flow_id"]
        technician = account.as_("l1_tech")
        begun = begin(technician, VPN_CALLS[1], flow_id=flow_id)
        advance_to_end(technician, begun)
        resolve(technician, begun["session_id"], helpful=False)
        account.cloud.idle()
        send(account, topic="walk.ended", session_id=begun["session_id"])
        account.cloud.idle()

        assert {(row.resolved, row.failed) for row in account.rows(EdgeStatistic)} == {(0, 1)}
        assert len(account.rows(Proposal)) == 1


class TestPoison:
    def test_does_not_hold_up_the_others_and_ends_in_the_dead_letters(self, account: Any) -> None:
        send(account, topic="no.such.topic", session_id=str(uuid4()))
        propose(account)

        local = account.cloud.local
        received = local.sqs.receive_message(
            QueueUrl=local.queue_url("FlywheelDeadLetters"), WaitTimeSeconds=5, MaxNumberOfMessages=10
        )
        topics = [json.loads(message["Body"])["topic"] for message in received.get("Messages", [])]
        assert "no.such.topic" in topics

    def test_a_message_about_a_purged_session_is_done_with_nothing_to_do(self, account: Any) -> None:
        send(account, topic="session.resolved", session_id=str(uuid4()), session_type="walk")
        account.cloud.idle()

        assert account.rows(Proposal) == []


class TestLostSend:
    def test_is_made_up_for_by_the_sweep(self, account: Any) -> None:
        propose(account)
        account.execute("UPDATE outbox SET sent_at = NULL WHERE account_id = :account AND topic = 'session.resolved'")
        account.execute("DELETE FROM flow_proposals WHERE account_id = :account")
        account.execute("UPDATE l1_walk_sessions SET analysis_status = 'pending' WHERE account_id = :account")

        account.cloud.tick("sweep_outbox")
        account.cloud.idle()

        assert len(account.rows(Proposal)) == 1
        assert [row.analysis_status for row in account.rows(Walk)] == ["completed"]


class TestCapture:
    def test_a_walk_without_an_answered_step_never_makes_a_proposal(self, account: Any) -> None:
        technician = account.as_("l1_tech")
        begun = begin(technician, VPN_CALLS[0])

        resolve(technician, begun["session_id"], notes="It went away by itself.")
        account.cloud.idle()

        assert account.rows(Proposal) == []
        assert [row.analysis_status for row in account.rows(Walk)] == ["skipped"]
        assert account.outbox("session.resolved") == []

    def test_graphs_hold_real_steps_only(self, account: Any) -> None:
        proposal = propose(account)
        graph = account.as_("engineer").get(f"/v1/flow-proposals/{proposal['id']}").body["proposed_flow_data"]
        (walk,) = account.rows(Walk)

        walked = [entry["text"] for entry in walk.walked_path]
        real = [node["text"] for node in graph["nodes"] if not node.get("needs_review")]
        assert sorted(real) == sorted([*walked, walk.pending_node["text"]])

    def test_sessions_of_no_category_are_deduplicated_too(self, account: Any) -> None:
        for problem in VPN_CALLS[:2]:
            resolve_call(account.as_("l1_tech"), problem)
            account.cloud.idle()
            account.execute(
                "UPDATE flow_proposals SET category = NULL, problem_domain = NULL WHERE account_id = :account"
            )
            account.execute("UPDATE l1_walk_sessions SET category = NULL WHERE account_id = :account")
        account.execute("DELETE FROM flow_proposals WHERE account_id = :account")
        account.execute("UPDATE l1_walk_sessions SET analysis_status = 'pending' WHERE account_id = :account")
        for walk in account.rows(Walk):
            send(account, topic="session.resolved", session_id=str(walk.id), session_type="walk")
        account.cloud.idle()

        (proposal,) = account.rows(Proposal)
        assert (proposal.problem_domain, proposal.supporting_session_count) == (None, 2)


class TestDailyLimit:
    def test_leaves_the_session_for_tomorrow(self, account: Any) -> None:
        propose(account)
        account.execute(
            "INSERT INTO flow_proposals (account_id, id, l1_session_id, proposal_type, title, proposed_flow_data,"
            " supporting_session_ids, supporting_session_count, source, created_at, supported_at)"
            " SELECT :account, gen_random_uuid(), l1_session_id, 'new_flow', 'x', '{}', supporting_session_ids, 1,"
            " 'ai_realtime_l1', now(), now() FROM flow_proposals, generate_series(1, 49)"
            " WHERE account_id = :account"
        )
        resolve_call(account.as_("l1_tech"), "The office printer does not print, the job stays in the queue")
        account.cloud.idle()

        assert len(account.rows(Proposal)) == 50
        waiting = [row for row in account.rows(Walk) if row.analysis_status == "pending"]
        assert [row.category for row in waiting] == ["printer"]
        account.execute("UPDATE flow_proposals SET created_at = now() - interval '1 day' WHERE account_id = :account")
        account.execute(
            "UPDATE l1_walk_sessions SET resolved_at = resolved_at - interval '1 hour' WHERE account_id = :account"
        )
        account.cloud.tick("resume_analysis")
        account.cloud.idle()
        assert len(account.rows(Proposal)) == 51


class TestSources:
    def test_both_or_neither_is_refused_by_the_database(self, account: Any, db: Session) -> None:
        assert db is not None
        propose(account)
        for change in ("l1_session_id = NULL", "source_session_id = gen_random_uuid()"):
            refused = _refusal(account, f"UPDATE flow_proposals SET {change} WHERE account_id = :account")
            assert "one_source" in refused or "fk_flow_proposals" in refused

    def test_a_flow_outlives_the_proposal_it_came_from(self, account: Any) -> None:
        proposal = propose(account)
        publish_proposal(account, proposal["id"])
        account.execute("DELETE FROM l1_walk_sessions WHERE account_id = :account")

        assert account.rows(Proposal) == []
        assert [row.live_version for row in account.rows(Flow)] == [1]


def _refusal(account: Any, sql: str) -> str:
    try:
        account.execute(sql)
    except Exception as error:  # noqa: BLE001  whichever constraint speaks first
        return str(error)
    return ""
