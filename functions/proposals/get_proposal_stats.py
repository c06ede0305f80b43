"""GET /v1/flow-proposals/stats: how full the review queue is."""

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.proposals import queries
from firstline.proposals.schemas import ProposalStats

app = api()


@app.get("/v1/flow-proposals/stats", tags=["proposals"], operation_id="get_proposal_stats")
def get_proposal_stats() -> ProposalStats:
    """Count proposals by status, and what is pending by type."""
    caller = authorize(app.current_event, Permission.READ_PROPOSALS)
    with transaction(caller) as db:
        return queries.count_by_status(db, account_id=caller.account_id)


handler = lambda_handler(app)
