"""GET /v1/l1/queue."""

from typing import Any

PATH = "/v1/l1/queue"


class TestListQueue:
    def test_lists_tickets_newest_first(self, tech: Any, account: Any) -> None:
        first = tech.intake(adhoc=True)
        second = tech.intake(customer_name="Ada Byron")

        answer = tech.http.get(PATH)

        assert [item["id"] for item in answer.body["items"]] == [second["ticket_id"], first["ticket_id"]]
        item = answer.body["items"][0]
        assert item.pop("created_at") == item.pop("updated_at")
        assert item == {
            "id": second["ticket_id"],
            "kind": "internal",
            "status": "walking",
            "customer_name": "Ada Byron",
            "customer_contact": None,
            "reopened_at": None,
            "problem_text": "The caller cannot connect to the VPN from home since this morning",
            "category": "vpn_connect",
            "created_by_user_id": account.user_id("l1_tech"),
        }

    def test_follows_the_state_of_the_walk(self, tech: Any) -> None:
        resolved, escalated, walking = (tech.intake(adhoc=True) for _ in range(3))
        tech.call("POST", resolved["session_id"], "/resolve", {"helpful": True})
        tech.call("POST", escalated["session_id"], "/escalate", {"reason_category": "other"})

        found = {
            status: [item["id"] for item in tech.http.get(PATH, status=status).body["items"]]
            for status in ("open", "walking", "resolved", "escalated")
        }

        assert found == {
            "open": [],
            "walking": [walking["ticket_id"]],
            "resolved": [resolved["ticket_id"]],
            "escalated": [escalated["ticket_id"]],
        }
        assert tech.http.get(PATH, status="lost").status == 422

    def test_comes_page_by_page(self, tech: Any) -> None:
        begun = [tech.intake(adhoc=True)["ticket_id"] for _ in range(3)]

        first = tech.http.get(PATH, limit=2).body
        second = tech.http.get(PATH, limit=2, cursor=first["next_cursor"]).body

        assert [item["id"] for item in first["items"] + second["items"]] == begun[::-1]
        assert second["next_cursor"] is None
