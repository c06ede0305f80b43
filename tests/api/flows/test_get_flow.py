"""GET /v1/flows/{flow_id}."""

from typing import Any
from uuid import uuid4


class TestGetFlow:
    def test_shows_the_live_version_to_everybody_and_the_draft_to_authors(
        self, account: Any, publish: Any, graph: dict[str, Any]
    ) -> None:
        flow = publish()

        seen = {role: account.as_(role).get(f"/v1/flows/{flow['id']}") for role in ("engineer", "l1_tech", "viewer")}

        assert {answer.status for answer in seen.values()} == {200}
        assert seen["engineer"].headers["etag"] == '"2"'
        assert seen["engineer"].body["draft"] == {"graph": graph, "draft_of": 1, "problems": []}
        for role in ("l1_tech", "viewer"):
            assert seen[role].body == seen["engineer"].body | {"draft": None}
            assert seen[role].body["live"]["graph"] == graph
            assert (seen[role].body["status"], seen[role].body["unpublished_changes"]) == ("published", False)

    def test_hides_a_draft_from_those_who_do_not_author(self, account: Any, create: Any) -> None:
        path = f"/v1/flows/{create()['id']}"

        assert account.as_("engineer").get(path).status == 200
        assert account.as_("l1_tech").get(path).status == 404
        assert account.as_("viewer").get(path).status == 404

    def test_knows_neither_strangers_nor_nobodys_flows(self, account: Any, publish: Any) -> None:
        flow = publish()

        assert account.other().as_("owner").get(f"/v1/flows/{flow['id']}").status == 404
        assert account.as_("owner").get(f"/v1/flows/{uuid4()}").status == 404
        assert account.as_("owner").get("/v1/flows/none").status == 422
