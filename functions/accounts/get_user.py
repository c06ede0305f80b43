"""GET /v1/users/{user_id}: one person of the account."""

from uuid import UUID

from firstline.accounts import queries
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import UserDetails
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.get("/v1/users/<user_id>", tags=["accounts"], operation_id="get_user")
def get_user(user_id: UUID) -> UserDetails:
    """Return a user."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return UserDetails.model_validate(queries.get_user(db, account_id=caller.account_id, user_id=user_id))


handler = lambda_handler(app)
