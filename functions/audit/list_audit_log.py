"""GET /v1/audit: who did what."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AwareDatetime

from firstline.accounts.rules import Permission
from firstline.audit import queries
from firstline.audit.queries import Wanted
from firstline.audit.schemas import AuditEntry, Word
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

app = api()


@app.get("/v1/audit", tags=["audit"], operation_id="list_audit_log")
def list_audit_log(
    *,
    action: Annotated[Word | None, Query()] = None,
    resource_type: Annotated[Word | None, Query()] = None,
    resource_id: Annotated[Word | None, Query()] = None,
    user_id: Annotated[UUID | None, Query()] = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query()] = None,
) -> Page[AuditEntry]:
    """List deeds, newest first; `from` is included, `to` is not."""
    caller = authorize(app.current_event, Permission.READ_AUDIT)
    wanted = Wanted(action, resource_type, resource_id, user_id, since, until)
    with transaction(caller) as db:
        return queries.list_audit_log(db, account_id=caller.account_id, wanted=wanted, cursor=cursor, limit=limit)


handler = lambda_handler(app)
