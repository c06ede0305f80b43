"""GET /v1/webhooks/{webhook_id}."""

from typing import Any


class TestGetWebhook:
    def test_shows_a_receiver_without_its_secret(self, account: Any) -> None:
        made = account.as_("owner").post("/v1/webhooks", json={"url": "https://a.example"}).body

        answer = account.as_("admin").get(f"/v1/webhooks/{made['id']}")

        assert answer.status == 200
        assert answer.body == {name: value for name, value in made.items() if name != "secret"}

    def test_does_not_know_receivers_of_other_accounts(self, account: Any) -> None:
        made = account.other().as_("owner").post("/v1/webhooks", json={"url": "https://a.example"}).body

        assert account.as_("owner").get(f"/v1/webhooks/{made['id']}").status == 404
