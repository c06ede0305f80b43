"""DELETE /v1/invites/{invite_id}: take an invite back."""

from uuid import UUID

from firstline.accounts import invites
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import InviteDetails
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.delete("/v1/invites/<invite_id>", tags=["accounts"], operation_id="revoke_invite")
def revoke_invite(invite_id: UUID) -> InviteDetails:
    """Close an open invite."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return invites.revoke_invite(db, invite_id=invite_id, by=caller, at=now())


handler = lambda_handler(app)
