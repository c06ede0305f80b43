"""POST /v1/l1/queue/{ticket_id}/reopen."""

from typing import Any
from uuid import uuid4

from firstline.db.models import AuditLog


def reopen(tech: Any, ticket_id: str) -> Any:
    return tech.http.post(f"/v1/l1/queue/{ticket_id}/reopen")


class TestReopenTicket:
    def test_puts_it_back_in_the_queue_and_tells_the_flywheel(self, tech: Any, account: Any) -> None:
        begun = tech.intake()
        tech.step(begun["session_id"], begun["node"])
        tech.call("POST", begun["session_id"], "/resolve", {"helpful": True})

        answer = reopen(tech, begun["ticket_id"])

        assert answer.status == 200
        assert (answer.body["id"], answer.body["status"]) == (begun["ticket_id"], "open")
        assert answer.body["reopened_at"]
        [told] = account.outbox("ticket.reopened")
        assert told["session_id"] == begun["session_id"]
        [row] = account.rows(AuditLog, resource_type="ticket")
        assert (row.action, row.resource_id) == ("ticket.reopened", begun["ticket_id"])

    def test_conflicts_unless_it_was_resolved(self, tech: Any) -> None:
        begun = tech.intake()

        answer = reopen(tech, begun["ticket_id"])

        assert (answer.status, answer.body["ticket_status"]) == (409, "walking")

    def test_of_nobody_or_of_another_account_is_not_found(self, tech: Any, account: Any) -> None:
        begun = tech.intake()
        stranger = type(tech)(account.other())

        assert reopen(stranger, begun["ticket_id"]).status == 404
        assert reopen(tech, str(uuid4())).status == 404
