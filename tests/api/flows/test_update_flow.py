"""PUT /v1/flows/{flow_id}."""

from typing import Any

from firstline.db.models import Flow


class TestUpdateFlow:
    def test_writes_what_is_given_and_leaves_the_rest(self, account: Any, create: Any, graph: dict[str, Any]) -> None:
        flow = create(tags=["printer"])
        graph["nodes"][2]["text"] = "It prints."

        answer = account.as_("engineer").put(
            f"/v1/flows/{flow['id']}", json={"name": "Printer stays dark", "graph": graph}, if_match='"1"'
        )

        assert (answer.status, answer.headers["etag"]) == (200, '"2"')
        draft: dict[str, Any] = {"graph": graph, "draft_of": None, "problems": []}
        changed = {"name": "Printer stays dark", "revision": 2, "draft": draft}
        assert answer.body == flow | changed | {"updated_at": answer.body["updated_at"]}
        (stored,) = account.rows(Flow)
        assert (stored.name, stored.draft, stored.tags) == ("Printer stays dark", graph, ["printer"])

    def test_does_not_touch_what_technicians_walk(self, account: Any, publish: Any, graph: dict[str, Any]) -> None:
        flow = publish()

        answer = account.as_("engineer").put(f"/v1/flows/{flow['id']}", json={"graph": {"root": "", "nodes": []}})

        assert answer.body["live"] == flow["live"]
        assert answer.body["unpublished_changes"] is True
        assert account.as_("l1_tech").get(f"/v1/flows/{flow['id']}").body["live"]["graph"] == graph

    def test_refuses_to_write_over_what_the_author_has_not_read(self, account: Any, create: Any) -> None:
        flow = create()
        path = f"/v1/flows/{flow['id']}"
        account.as_("admin").put(path, json={"name": "Mine"}, if_match='W/"1"')

        answer = account.as_("engineer").put(path, json={"name": "Yours"}, if_match='"1"')

        assert (answer.status, answer.body["revision"]) == (412, 2)
        assert account.rows(Flow)[0].name == "Mine"
        assert account.as_("engineer").put(path, json={"name": "Yours"}, if_match="nonsense").status == 412
        assert account.as_("engineer").put(path, json={"name": "Yours"}, if_match="*").status == 200

    def test_refuses_a_draft_of_a_version_that_never_was(self, account: Any, create: Any) -> None:
        assert account.as_("engineer").put(f"/v1/flows/{create()['id']}", json={"draft_of": 4}).status == 404

    def test_is_for_authors_of_the_account(self, account: Any, create: Any) -> None:
        path = f"/v1/flows/{create()['id']}"

        assert account.as_("l1_tech").put(path, json={"name": "x"}).status == 403
        assert account.other().as_("engineer").put(path, json={"name": "x"}).status == 404
