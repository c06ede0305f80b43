"""POST /v1/flows/{flow_id}/rollback."""

from typing import Any

import pytest

from firstline.db.models import AuditLog, FlowMatchDocument


@pytest.fixture
def twice_published(account: Any, publish: Any, graph: dict[str, Any]) -> dict[str, Any]:
    flow: dict[str, Any] = publish()
    graph["nodes"][2]["text"] = "It prints again."
    account.as_("engineer").put(f"/v1/flows/{flow['id']}", json={"graph": graph})
    assert account.as_("admin").post(f"/v1/flows/{flow['id']}/publish", json={}).status == 200
    return flow


class TestRollBackFlow:
    def test_publishes_the_old_version_as_the_newest(self, account: Any, twice_published: dict[str, Any]) -> None:
        path = f"/v1/flows/{twice_published['id']}"

        answer = account.as_("admin").post(f"{path}/rollback", json={"version": 1, "note": "Two was wrong."})

        assert answer.status == 200
        assert answer.body == twice_published["live"] | {
            "id": answer.body["id"],
            "version": 3,
            "restored_from": 1,
            "note": "Two was wrong.",
            "published_at": answer.body["published_at"],
        }
        read = account.as_("engineer").get(path).body
        assert read["live"] == answer.body
        assert (read["draft"]["graph"], read["draft"]["draft_of"]) == (answer.body["graph"], 3)
        assert read["unpublished_changes"] is False
        (audited,) = account.rows(AuditLog, action="flow.rolled_back")
        assert audited.details == {
            "name": "Printer is dead",
            "version": 3,
            "restored_from": 1,
            "note": "Two was wrong.",
        }
        assert [each["facts"]["version"] for each in account.outbox("event.happened")] == ["1", "2", "3"]

    def test_brings_an_archived_flow_back(self, account: Any, twice_published: dict[str, Any]) -> None:
        path = f"/v1/flows/{twice_published['id']}"
        account.as_("admin").delete(path)

        answer = account.as_("admin").post(f"{path}/rollback", json={"version": 2})

        assert (answer.status, answer.body["version"]) == (200, 3)
        assert account.as_("l1_tech").get(path).status == 200
        assert len(account.rows(FlowMatchDocument)) == 1

    def test_refuses_what_is_live_and_what_never_was(self, account: Any, twice_published: dict[str, Any]) -> None:
        path = f"/v1/flows/{twice_published['id']}/rollback"

        assert account.as_("admin").post(path, json={"version": 2}).status == 409
        assert account.as_("admin").post(path, json={"version": 9}).status == 404
        assert account.as_("admin").post(path, json={"version": 1}, if_match='"1"').status == 412

    def test_is_for_those_who_publish(self, account: Any, twice_published: dict[str, Any]) -> None:
        path = f"/v1/flows/{twice_published['id']}/rollback"

        assert account.as_("engineer").post(path, json={"version": 1}).status == 403
        assert account.other().as_("admin").post(path, json={"version": 1}).status == 404
