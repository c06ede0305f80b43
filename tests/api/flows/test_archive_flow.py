"""DELETE /v1/flows/{flow_id}."""

from typing import Any

from firstline.db.models import AuditLog, Flow, FlowMatchDocument, FlowVersion


class TestArchiveFlow:
    def test_takes_a_flow_from_technicians_and_matching_and_loses_nothing(self, account: Any, publish: Any) -> None:
        flow = publish()
        path = f"/v1/flows/{flow['id']}"

        answer = account.as_("admin").delete(path, if_match='"2"')

        assert (answer.status, answer.headers["etag"]) == (200, '"3"')
        assert (answer.body["status"], answer.body["live_version"]) == ("archived", 1)
        assert account.rows(FlowMatchDocument) == []
        assert len(account.rows(FlowVersion)) == 1
        assert account.rows(Flow)[0].archived_at is not None
        assert account.as_("l1_tech").get(path).status == 404
        assert account.as_("engineer").get(path).body["status"] == "archived"
        (audited,) = account.rows(AuditLog, action="flow.archived")
        assert audited.details == {"name": "Printer is dead", "version": 1}

    def test_is_fine_twice(self, account: Any, create: Any) -> None:
        path = f"/v1/flows/{create()['id']}"
        first = account.as_("engineer").delete(path)

        assert account.as_("engineer").delete(path).body == first.body
        assert len(account.rows(AuditLog, action="flow.archived")) == 1

    def test_keeps_an_archived_flow_as_it_is(self, account: Any, publish: Any) -> None:
        path = f"/v1/flows/{publish()['id']}"
        account.as_("admin").delete(path)

        assert account.as_("admin").put(path, json={"name": "x"}).status == 409
        assert account.as_("admin").post(f"{path}/publish", json={}).status == 409

    def test_of_a_live_flow_is_for_those_who_publish(self, account: Any, publish: Any) -> None:
        path = f"/v1/flows/{publish()['id']}"

        assert account.as_("engineer").delete(path).status == 403
        assert account.as_("viewer").delete(path).status == 403
        assert account.other().as_("admin").delete(path).status == 404
