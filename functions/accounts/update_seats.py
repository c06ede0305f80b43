"""PATCH /v1/accounts/me/subscription: change how many seats there are."""

from firstline.accounts import seats
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import Seats, UpdateSeats
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.patch("/v1/accounts/me/subscription", tags=["accounts"], operation_id="update_seats")
def update_seats(body: UpdateSeats) -> Seats:
    """Change the seat limits that are sent; null is unlimited."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return seats.update(db, change=body, by=caller, at=now())


handler = lambda_handler(app)
