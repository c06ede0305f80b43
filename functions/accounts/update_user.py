"""PATCH /v1/users/{user_id}: change somebody's role, flags, team or state."""

from uuid import UUID

from firstline.accounts import people
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import UpdateUser, UserDetails
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.patch("/v1/users/<user_id>", tags=["accounts"], operation_id="update_user")
def update_user(user_id: UUID, body: UpdateUser) -> UserDetails:
    """Change what is sent; is_active false shuts the person out and frees the seat."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return people.update_user(db, user_id=user_id, change=body, by=caller, at=now())


handler = lambda_handler(app)
