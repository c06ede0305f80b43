"""GET /v1/accounts/me: the account and its settings."""

from firstline.accounts import queries
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import AccountDetails
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.get("/v1/accounts/me", tags=["accounts"], operation_id="get_account")
def get_account() -> AccountDetails:
    """Return the caller's account with its settings."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return AccountDetails.model_validate(queries.get_account(db, account_id=caller.account_id))


handler = lambda_handler(app)
