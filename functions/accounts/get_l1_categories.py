"""GET /v1/accounts/me/l1-categories: in which categories building is on."""

from firstline.accounts.rules import Permission
from firstline.categories import queries
from firstline.categories.schemas import L1Categories
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.get("/v1/accounts/me/l1-categories", tags=["accounts"], operation_id="get_l1_categories")
def get_l1_categories() -> L1Categories:
    """Return the categories in which flows may be built on a call."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return queries.get_l1_categories(db, account_id=caller.account_id)


handler = lambda_handler(app)
