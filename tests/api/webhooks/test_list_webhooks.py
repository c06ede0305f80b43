"""GET /v1/webhooks."""

from typing import Any


class TestListWebhooks:
    def test_lists_the_own_receivers_without_their_secrets(self, account: Any) -> None:
        account.other().as_("owner").post("/v1/webhooks", json={"url": "https://elsewhere.example"})
        for name in ("a", "b", "c"):
            account.as_("owner").post("/v1/webhooks", json={"url": f"https://{name}.example"})

        first = account.as_("admin").get("/v1/webhooks", limit=2)
        second = account.as_("admin").get("/v1/webhooks", limit=2, cursor=first.body["next_cursor"])

        assert [hook["url"] for hook in first.body["items"]] == ["https://a.example", "https://b.example"]
        assert [hook["url"] for hook in second.body["items"]] == ["https://c.example"]
        assert "whsec_" not in str(first.body)
