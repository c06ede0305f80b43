"""POST /v1/accounts: open an account of one's own."""

from uuid import uuid4

from firstline.accounts.rules import NewAccount
from firstline.accounts.schemas import Me, OpenAccount
from firstline.accounts.service import open_own_account
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import identify

app = api()


@app.post("/v1/accounts", tags=["accounts"], operation_id="open_account", status_code=201)
def open_account(body: OpenAccount) -> Me:
    """Open an account; the signed-in person becomes its owner."""
    identity = identify(app.current_event)
    account = NewAccount(account_id=uuid4())
    with transaction(account, **{"app.current_subject": identity.subject}) as db:
        return open_own_account(db, account_id=account.account_id, identity=identity, name=body.name, at=now())


handler = lambda_handler(app)
