"""PATCH /v1/accounts/me/subscription."""

from typing import Any

from firstline.db.models import AuditLog, Subscription

PATH = "/v1/accounts/me/subscription"


class TestUpdateSeats:
    def test_sets_the_limits_that_are_sent(self, account: Any) -> None:
        account.as_("owner").patch(PATH, json={"l1_seat_limit": 9})

        answer = account.as_("owner").patch(PATH, json={"seat_limit": 3})

        assert answer.status == 200
        assert answer.body == {
            "plan": "custom",
            "engineer": {"used": 1, "limit": 3},
            "l1_tech": {"used": 1, "limit": 9},
        }
        (subscription,) = account.rows(Subscription)
        assert (subscription.seat_limit, subscription.l1_seat_limit) == (3, 9)
        deeds = sorted(account.rows(AuditLog, resource_type="subscription"), key=lambda deed: deed.at)
        assert [deed.details["after"] for deed in deeds] == [
            {"l1_seat_limit": 9},
            {"seat_limit": 3},
        ]

    def test_takes_nobodys_seat_when_the_limit_is_below_what_is_used(self, account: Any) -> None:
        answer = account.as_("owner").patch(PATH, json={"seat_limit": 0, "l1_seat_limit": 0})

        assert answer.body["engineer"] == {"used": 1, "limit": 0}
        assert account.as_("engineer").get("/v1/me").status == 200

    def test_refuses_a_negative_limit(self, account: Any) -> None:
        answer = account.as_("owner").patch(PATH, json={"seat_limit": -1})

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["body", "seat_limit"])
