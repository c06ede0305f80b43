"""POST /v1/teams: add a team."""

from firstline.accounts import teams
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import NameTeam, TeamDetails
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.post("/v1/teams", tags=["accounts"], operation_id="create_team", status_code=201)
def create_team(body: NameTeam) -> TeamDetails:
    """Add a team to the account."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return teams.create_team(db, name=body.name, by=caller, at=now())


handler = lambda_handler(app)
