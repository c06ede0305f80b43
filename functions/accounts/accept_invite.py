"""POST /v1/invites/accept: become the user one was invited to be."""

from firstline.accounts import invites
from firstline.accounts.schemas import Me
from firstline.accounts.service import describe_caller
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import identify

app = api()


@app.post("/v1/invites/accept", tags=["accounts"], operation_id="accept_invite")
def accept_invite() -> Me:
    """Accept the invite of the caller's verified e-mail address."""
    caller = invites.accept_invite(identity=identify(app.current_event), at=now())
    with transaction(caller) as db:
        return describe_caller(db, caller=caller)


handler = lambda_handler(app)
