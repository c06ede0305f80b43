"""POST /v1/flow-proposals/{proposal_id}/review: approve, modify, reject or dismiss."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.proposals import details, service
from firstline.proposals.schemas import ProposalDetail, ReviewProposal

app = api()


@app.post("/v1/flow-proposals/<proposal_id>/review", tags=["proposals"], operation_id="review_proposal")
def review_proposal(proposal_id: UUID, body: ReviewProposal) -> ProposalDetail:
    """Decide about a proposal; approving and modifying publish a new version."""
    caller = authorize(app.current_event, Permission.REVIEW_PROPOSALS)
    with transaction(caller) as db:
        service.review_proposal(db, proposal_id=proposal_id, review=body, by=caller, at=now())
        return details.describe_proposal(db, account_id=caller.account_id, proposal_id=proposal_id)


handler = lambda_handler(app)
