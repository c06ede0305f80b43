"""POST /v1/flows/validate: everything that keeps a graph from being published, at once."""

from firstline.accounts.rules import Permission
from firstline.flows.schemas import ValidateFlow, Validation
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.post("/v1/flows/validate", tags=["flows"], operation_id="validate_flow")
def validate_flow(body: ValidateFlow) -> Validation:
    """Check a graph without storing it."""
    authorize(app.current_event, Permission.AUTHOR_FLOWS)
    return Validation.of(body.graph.graph())


handler = lambda_handler(app)
