"""PATCH /v1/accounts/me: rename the account, choose who hears of escalations."""

from firstline.accounts import service
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import AccountDetails, UpdateAccount
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.patch("/v1/accounts/me", tags=["accounts"], operation_id="update_account")
def update_account(body: UpdateAccount) -> AccountDetails:
    """Change what is sent; escalation_recipients: null for the defaults, [] for nobody."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return service.update_account(db, change=body, by=caller, at=now())


handler = lambda_handler(app)
