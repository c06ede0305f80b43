"""GET /v1/accounts/me/subscription: how many seats there are, and how many are taken."""

from firstline.accounts import seats
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import Seats
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.get("/v1/accounts/me/subscription", tags=["accounts"], operation_id="get_seats")
def get_seats() -> Seats:
    """Return seats by role: used and limit."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return seats.describe(db, account_id=caller.account_id)


handler = lambda_handler(app)
