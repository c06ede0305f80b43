"""GET /v1/flow-proposals: what waits for review, most valuable first."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.db.models.proposals import ProposalSource, ProposalStatus, ProposalType
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from firstline.proposals import queries
from firstline.proposals.schemas import ProposalSummary

app = api()


@app.get("/v1/flow-proposals", tags=["proposals"], operation_id="list_proposals")
def list_proposals(
    status: ProposalStatus | None = None,
    type: ProposalType | None = None,  # noqa: A002  the query parameter's name
    source: ProposalSource | None = None,
    domain: str | None = None,
    team: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[ProposalSummary]:
    """List proposals: outcome-validated and high-impact ones first."""
    caller = authorize(app.current_event, Permission.READ_PROPOSALS)
    wanted = queries.Wanted(status=status, proposal_type=type, source=source, problem_domain=domain, team_id=team)
    with transaction(caller) as db:
        return queries.list_proposals(db, caller=caller, wanted=wanted, limit=limit, cursor=cursor)


handler = lambda_handler(app)
