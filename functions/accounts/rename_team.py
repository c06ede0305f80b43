"""PATCH /v1/teams/{team_id}: give a team another name."""

from uuid import UUID

from firstline.accounts import teams
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import NameTeam, TeamDetails
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.patch("/v1/teams/<team_id>", tags=["accounts"], operation_id="rename_team")
def rename_team(team_id: UUID, body: NameTeam) -> TeamDetails:
    """Rename a team."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return teams.rename_team(db, team_id=team_id, name=body.name, by=caller, at=now())


handler = lambda_handler(app)
