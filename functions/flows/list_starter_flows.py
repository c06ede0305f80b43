"""GET /v1/flows/starters: the authored flows an account may take over."""

from firstline.accounts.rules import Permission
from firstline.building import starters
from firstline.building.starters import StarterFlow
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import Page

app = api()


@app.get("/v1/flows/starters", tags=["flows"], operation_id="list_starter_flows")
def list_starter_flows() -> Page[StarterFlow]:
    """List the starter flows, and which of them the account has already."""
    caller = authorize(app.current_event, Permission.AUTHOR_FLOWS)
    with transaction(caller) as db:
        return Page(items=starters.list_starters(db, account_id=caller.account_id), next_cursor=None)


handler = lambda_handler(app)
