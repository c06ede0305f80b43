"""GET /v1/notifications, and who is told of an escalation."""

from typing import Any

from firstline.db.models import Notification, NotificationDelivery

CALL = {"problem_statement": "Line is dead, my password is Hunter2!x", "reason_category": "out_of_scope"}


def escalate(account: Any, cloud: Any, **wanted: Any) -> Any:
    answer = account.as_("l1_tech").post("/v1/l1/escalations", json=CALL | wanted)
    assert answer.status == 201, answer
    cloud.idle()
    return answer.body


class TestListNotifications:
    def test_shows_who_may_take_it_over_what_was_escalated(self, account: Any, cloud: Any) -> None:
        escalated = escalate(account, cloud)

        answer = account.as_("engineer").get("/v1/notifications")

        (item,) = answer.body["items"]
        assert item == {
            "id": item["id"],
            "event": "l1.session.escalated",
            "title": item["title"],
            "body": "Reason: out of scope.",
            "link": "/escalations",
            "subject": {"type": "walk", "id": escalated["session_id"]},
            "created_at": item["created_at"],
            "read_at": None,
        }
        assert item["title"].startswith("Escalated: Line is dead")
        assert "Hunter2" not in item["title"]
        assert (answer.body["next_cursor"], answer.body["unread_count"]) == (None, 1)
        told = {row.user_id for row in account.rows(Notification)}
        assert {str(user_id) for user_id in told} == {account.user_id(role) for role in ("owner", "admin", "engineer")}
        assert account.as_("l1_tech").get("/v1/notifications").body["items"] == []

    def test_goes_along_with_a_mail_that_leads_to_the_escalations(self, account: Any, cloud: Any) -> None:
        escalate(account, cloud)

        deliveries = account.rows(NotificationDelivery, channel="email")
        assert {delivery.status for delivery in deliveries} == {"delivered"}
        address = account.users["engineer"]["email"]
        mails = [mail for mail in cloud.client().get("/_local/mail").body["items"] if address in str(mail)]
        assert len(mails) == 1
        assert "/escalations" in str(mails[0])
        assert "Hunter2" not in str(mails[0])

    def test_reaches_only_the_chosen_and_nobody_when_nobody_is_chosen(self, account: Any, cloud: Any) -> None:
        chosen = [account.user_id("engineer")]
        account.as_("owner").patch("/v1/accounts/me", json={"escalation_recipients": chosen})
        escalate(account, cloud)
        account.as_("owner").patch("/v1/accounts/me", json={"escalation_recipients": []})
        escalate(account, cloud)

        assert [str(row.user_id) for row in account.rows(Notification)] == chosen

    def test_pages_and_filters_by_unread(self, account: Any, cloud: Any) -> None:
        for number in range(3):
            escalate(account, cloud, problem_statement=f"call {number}")
        mine = account.as_("engineer")

        first = mine.get("/v1/notifications", limit=2)
        second = mine.get("/v1/notifications", limit=2, cursor=first.body["next_cursor"])
        mine.post(f"/v1/notifications/{second.body['items'][0]['id']}/read")
        unread = mine.get("/v1/notifications", unread="true")

        titles = [item["title"] for item in first.body["items"] + second.body["items"]]
        assert titles == ["Escalated: call 2", "Escalated: call 1", "Escalated: call 0"]
        assert ([item["title"] for item in unread.body["items"]], unread.body["unread_count"]) == (titles[:2], 2)
