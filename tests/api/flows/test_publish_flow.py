"""POST /v1/flows/{flow_id}/publish."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from firstline.db.models import AuditLog, Flow, FlowMatchDocument, FlowVersion


class TestPublishFlow:
    def test_makes_version_one_live_matched_audited_and_told(self, account: Any, create: Any, graph: Any) -> None:
        flow = create(description="No light at all.")

        answer = account.as_("admin").post(f"/v1/flows/{flow['id']}/publish", json={"note": "First."})

        assert answer.status == 200
        assert answer.body == {
            "id": answer.body["id"],
            "flow_id": flow["id"],
            "version": 1,
            "name": "Printer is dead",
            "description": "No light at all.",
            "note": "First.",
            "restored_from": None,
            "proposal_id": None,
            "published_by": account.user_id("admin"),
            "published_at": answer.body["published_at"],
            "graph": graph,
            "warnings": [],
        }
        (stored,) = account.rows(Flow)
        assert (stored.live_version, stored.draft_of, stored.revision, stored.live_revision) == (1, 1, 2, 2)
        (version,) = account.rows(FlowVersion)
        assert version.graph == graph
        assert [str(row.subject_id) for row in account.rows(FlowMatchDocument)] == [flow["id"]]
        (audited,) = account.rows(AuditLog, action="flow.published")
        assert audited.details == {"name": "Printer is dead", "version": 1, "note": "First."}
        assert account.outbox() == [
            {
                "topic": "event.happened",
                "account_id": str(account.id),
                "event": "flow.published",
                "subject_id": flow["id"],
                "facts": {"name": "Printer is dead", "version": "1"},
            }
        ]

    def test_warns_of_a_live_flow_on_the_same_problem_and_publishes_all_the_same(
        self, account: Any, create: Any, publish: Any
    ) -> None:
        live = publish(name="Printer shows as offline", description="The printer is offline in Windows.")
        flow = create(name="Printer is offline", description="Windows shows the printer offline.")

        answer = account.as_("admin").post(f"/v1/flows/{flow['id']}/publish", json={})

        assert (answer.status, answer.body["version"]) == (200, 1)
        (warning,) = answer.body["warnings"]
        assert (warning["flow_id"], warning["flow_name"]) == (live["id"], "Printer shows as offline")
        assert warning["message"] == "Both are about offline, printer, windows."

    def test_refuses_an_unsound_draft_with_every_problem_and_stores_nothing(self, account: Any, create: Any) -> None:
        nodes = [{"id": "a", "type": "decision", "text": "Well?"}, {"id": "b", "type": "action", "text": "Go."}]
        flow = create(graph={"root": "a", "nodes": nodes, "edges": []})

        answer = account.as_("admin").post(f"/v1/flows/{flow['id']}/publish", json={})

        assert answer.status == 422
        assert [(each["code"], each["node_id"]) for each in answer.body["problems"]] == [
            ("decision_ways", "a"),
            ("action_ways", "b"),
            ("unreachable", "b"),
        ]
        assert account.rows(FlowVersion) == []
        assert account.outbox() == []

    def test_lets_one_of_two_publishers_win_and_tells_the_other_who(self, account: Any, create: Any) -> None:
        path = f"/v1/flows/{create()['id']}/publish"
        clients = [account.cloud.client(account.token(role)) for role in ("admin", "owner")]

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda client: client.post(path, json={}), clients))

        won, lost = sorted(answers, key=lambda answer: answer.status)
        assert (won.status, lost.status) == (200, 409)
        assert lost.body["live_version"] == 1
        assert lost.body["published_by"]["id"] == won.body["published_by"]
        assert len(account.rows(FlowVersion)) == 1

    def test_refuses_a_change_made_against_an_older_live_version(self, account: Any, publish: Any) -> None:
        flow = publish()
        account.as_("engineer").put(f"/v1/flows/{flow['id']}", json={"name": "Printer stays dark"})

        answer = account.as_("admin").post(f"/v1/flows/{flow['id']}/publish", json={"expected_live_version": 7})

        assert (answer.status, answer.body["live_version"]) == (409, 1)

    def test_refuses_over_a_revision_nobody_read(self, account: Any, create: Any) -> None:
        flow = create()

        answer = account.as_("admin").post(f"/v1/flows/{flow['id']}/publish", json={}, if_match='"9"')

        assert (answer.status, answer.body["revision"]) == (412, 1)

    def test_is_not_for_the_author_alone(self, account: Any, create: Any) -> None:
        path = f"/v1/flows/{create()['id']}/publish"

        for role in ("engineer", "l1_tech", "viewer"):
            assert account.as_(role).post(path, json={}).status == 403

    def test_knows_nothing_of_another_account(self, account: Any, create: Any) -> None:
        path = f"/v1/flows/{create()['id']}/publish"

        assert account.other().as_("admin").post(path, json={}).status == 404
