"""DELETE /v1/teams/{team_id}: dissolve a team."""

from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from firstline.accounts import teams
from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.delete("/v1/teams/<team_id>", tags=["accounts"], operation_id="delete_team", status_code=204)
def delete_team(team_id: UUID) -> Response[None]:
    """Delete a team; its people and proposals stay."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        teams.delete_team(db, team_id=team_id, by=caller, at=now())
    return Response(status_code=204)


handler = lambda_handler(app)
