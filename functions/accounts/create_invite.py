"""POST /v1/invites: invite somebody by e-mail."""

from firstline.accounts import invites
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import InviteDetails, InviteUser
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.post("/v1/invites", tags=["accounts"], operation_id="create_invite", status_code=201)
def create_invite(body: InviteUser) -> InviteDetails:
    """Invite an address to the account in a role; a mail tells the person."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return invites.create_invite(db, wanted=body, by=caller, at=now())


handler = lambda_handler(app)
