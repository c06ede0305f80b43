"""POST /v1/l1/queue/{ticket_id}/reopen: the cure did not hold."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.tickets.schemas import QueuedTicket
from firstline.walks import service

app = api()


@app.post("/v1/l1/queue/<ticket_id>/reopen", tags=["l1"], operation_id="reopen_ticket")
def reopen_ticket(ticket_id: UUID) -> QueuedTicket:
    """Put a resolved ticket back in the queue."""
    caller = authorize(app.current_event, Permission.WORK_L1)
    with transaction(caller) as db:
        return QueuedTicket.of(service.reopen_ticket(db, by=caller, ticket_id=ticket_id, at=now()))


handler = lambda_handler(app)
