"""GET /v1/flows/{flow_id}/versions."""

from typing import Any


class TestListVersions:
    def test_pages_from_the_newest(self, account: Any, publish: Any) -> None:
        flow = publish()
        path = f"/v1/flows/{flow['id']}"
        account.as_("engineer").put(path, json={"name": "Printer stays dark"})
        account.as_("admin").post(f"{path}/publish", json={"note": "Better name."})

        first = account.as_("viewer").get(f"{path}/versions", limit=1)
        second = account.as_("viewer").get(f"{path}/versions", limit=1, cursor=first.body["next_cursor"])

        (newest,) = first.body["items"]
        assert (newest["version"], newest["name"], newest["note"]) == (2, "Printer stays dark", "Better name.")
        assert second.body == {
            "items": [{name: value for name, value in flow["live"].items() if name != "graph"}],
            "next_cursor": None,
        }

    def test_hides_drafts_and_strangers_flows(self, account: Any, create: Any, publish: Any) -> None:
        assert account.as_("viewer").get(f"/v1/flows/{create()['id']}/versions").status == 404
        assert account.other().as_("owner").get(f"/v1/flows/{publish()['id']}/versions").status == 404
