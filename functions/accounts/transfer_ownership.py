"""POST /v1/accounts/me/transfer-ownership: hand the account over."""

from firstline.accounts import people
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import TransferOwnership, UserDetails
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.post("/v1/accounts/me/transfer-ownership", tags=["accounts"], operation_id="transfer_ownership")
def transfer_ownership(body: TransferOwnership) -> UserDetails:
    """Make another user the owner; the owner becomes an admin."""
    caller = authorize(app.current_event, Permission.OWN_ACCOUNT)
    with transaction(caller) as db:
        return people.transfer_ownership(db, user_id=body.user_id, by=caller, at=now())


handler = lambda_handler(app)
