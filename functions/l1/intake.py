"""POST /v1/l1/intake: what a caller's problem leads to."""

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.walks.intake import take_in
from firstline.walks.intake_schemas import Intake, IntakeOutcome

app = api()


@app.post("/v1/l1/intake", tags=["l1"], operation_id="intake")
def intake(body: Intake) -> IntakeOutcome:
    """Find the flow that fits a caller's problem, or begin what else was asked for."""
    caller = authorize(app.current_event, Permission.WORK_L1)
    return take_in(caller, body, clock=now)


handler = lambda_handler(app)
