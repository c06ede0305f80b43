"""PATCH /v1/accounts/me/l1-categories: choose the categories in which building is on."""

from firstline.accounts.rules import Permission
from firstline.categories import service
from firstline.categories.schemas import EnableCategories, L1Categories
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.patch("/v1/accounts/me/l1-categories", tags=["accounts"], operation_id="update_l1_categories")
def update_l1_categories(body: EnableCategories) -> L1Categories:
    """Replace the enabled categories; an empty list turns building off."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return service.enable_categories(
            db, account_id=caller.account_id, enabled=body.enabled, user_id=caller.user_id, at=now()
        )


handler = lambda_handler(app)
