"""DELETE /v1/users/{user_id}/data: forget a person for good."""

from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.flywheel import purging
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.delete("/v1/users/<user_id>/data", tags=["accounts"], operation_id="purge_user", status_code=204)
def purge_user(user_id: UUID) -> Response[None]:
    """Delete a person and all they walked; their words leave the proposals they stood behind."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        purging.purge_user(db, user_id=user_id, by=caller, at=now())
    return Response(status_code=204)


handler = lambda_handler(app)
