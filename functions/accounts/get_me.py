"""GET /v1/me: who am I, and what may I do."""

from firstline.accounts.rules import Permission
from firstline.accounts.schemas import Me
from firstline.accounts.service import describe_caller
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.get("/v1/me", tags=["accounts"], operation_id="get_me")
def get_me() -> Me:
    """Tell the caller who they are, what they may do, and how the account is set."""
    caller = authorize(app.current_event, Permission.USE_PRODUCT, ask_user_pool=True)
    with transaction(caller) as db:
        return describe_caller(db, caller=caller)


handler = lambda_handler(app)
