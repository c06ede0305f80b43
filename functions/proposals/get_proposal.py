"""GET /v1/flow-proposals/{proposal_id}: a proposal with the evidence beside it."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.proposals import details
from firstline.proposals.schemas import ProposalDetail

app = api()


@app.get("/v1/flow-proposals/<proposal_id>", tags=["proposals"], operation_id="get_proposal")
def get_proposal(proposal_id: UUID) -> ProposalDetail:
    """Show a proposal: graph, faults, contradictions, and the sessions behind each edge."""
    caller = authorize(app.current_event, Permission.READ_PROPOSALS)
    with transaction(caller) as db:
        return details.describe_proposal(db, account_id=caller.account_id, proposal_id=proposal_id)


handler = lambda_handler(app)
