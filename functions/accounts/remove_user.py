"""DELETE /v1/users/{user_id}: remove somebody from the account."""

from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from firstline.accounts import people
from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.delete("/v1/users/<user_id>", tags=["accounts"], operation_id="remove_user", status_code=204)
def remove_user(user_id: UUID) -> Response[None]:
    """Delete a user softly: shut out for good, the history keeps the name."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        people.remove_user(db, user_id=user_id, by=caller, at=now())
    return Response(status_code=204)


handler = lambda_handler(app)
