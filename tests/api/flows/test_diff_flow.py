"""GET /v1/flows/{flow_id}/diff."""

from typing import Any


class TestDiffFlow:
    def test_lists_what_the_draft_changes(self, account: Any, publish: Any, graph: dict[str, Any]) -> None:
        path = f"/v1/flows/{publish()['id']}"
        before = dict(graph["nodes"][2])
        graph["nodes"][2]["text"] = "It prints again."
        account.as_("engineer").put(path, json={"graph": graph})

        answer = account.as_("engineer").get(f"{path}/diff", **{"from": 1, "to": "draft"})

        change = {"kind": "node_changed", "node_id": "works", "before": before, "after": graph["nodes"][2]}
        assert (answer.status, answer.body) == (200, {"from": "1", "to": "draft", "changes": [change]})
        assert account.as_("viewer").get(f"{path}/diff", **{"from": "live", "to": 1}).body["changes"] == []

    def test_refuses_what_is_not_there_or_not_theirs(self, account: Any, publish: Any) -> None:
        path = f"/v1/flows/{publish()['id']}/diff"

        assert account.as_("engineer").get(path, **{"from": 1, "to": 2}).status == 404
        assert account.as_("engineer").get(path, **{"from": 1}).status == 422
        assert account.as_("engineer").get(path, **{"from": "one", "to": 1}).status == 422
        assert account.as_("viewer").get(path, **{"from": 1, "to": "draft"}).status == 403
        assert account.other().as_("owner").get(path, **{"from": 1, "to": 1}).status == 404
