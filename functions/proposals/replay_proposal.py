"""GET /v1/flow-proposals/{proposal_id}/replay: how history would have fared in the draft."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.flywheel import trials
from firstline.flywheel.trials import Trial
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.get("/v1/flow-proposals/<proposal_id>/replay", tags=["proposals"], operation_id="replay_proposal")
def replay_proposal(proposal_id: UUID) -> Trial:
    """Run every stored walk that meets the proposal's problem or flow through its graph."""
    caller = authorize(app.current_event, Permission.READ_PROPOSALS)
    with transaction(caller) as db:
        return trials.try_proposal(db, account_id=caller.account_id, proposal_id=proposal_id)


handler = lambda_handler(app)
