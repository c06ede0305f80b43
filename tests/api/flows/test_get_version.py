"""GET /v1/flows/{flow_id}/versions/{version}."""

from typing import Any


class TestGetVersion:
    def test_returns_what_was_published_whatever_came_after(self, account: Any, publish: Any) -> None:
        flow = publish()
        path = f"/v1/flows/{flow['id']}"
        account.as_("engineer").put(path, json={"name": "Printer stays dark"})
        account.as_("admin").post(f"{path}/publish", json={})

        answer = account.as_("viewer").get(f"{path}/versions/1")

        assert (answer.status, answer.body) == (200, flow["live"])

    def test_knows_no_other_versions(self, account: Any, publish: Any) -> None:
        path = f"/v1/flows/{publish()['id']}/versions"

        assert account.as_("viewer").get(f"{path}/2").status == 404
        assert account.as_("viewer").get(f"{path}/0").status == 422
        assert account.other().as_("owner").get(f"{path}/1").status == 404
