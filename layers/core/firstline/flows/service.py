"""Every change of a flow's draft."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller, Permission
from firstline.audit import service as audit
from firstline.db.models import Flow
from firstline.errors import Conflict, Forbidden, PreconditionFailed, Unprocessable
from firstline.flows import queries
from firstline.flows.indexing import Index, Unindex
from firstline.flows.queries import FlowState, LiveFlow
from firstline.flows.rules import Graph


class StaleRevision(PreconditionFailed):
    type = "stale-flow"
    title = "The flow has changed since you read it"


class FlowArchived(Conflict):
    type = "flow-archived"
    title = "The flow is archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an author writes of a flow; in a change, None leaves a member as it is."""

    name: str | None = None
    description: str | None = None
    category: str | None = None
    problem_domain: str | None = None
    tags: Sequence[str] | None = None
    match_keywords: Sequence[str] | None = None
    team_id: UUID | None = None
    graph: Graph | None = None
    draft_of: int | None = None

    def columns(self) -> dict[str, Any]:
        """Return the members that are given, as the table holds them."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        given["draft"] = self.graph.to_document() if self.graph is not None else None
        given |= {name: list(given[name]) for name in ("tags", "match_keywords") if given[name] is not None}
        return {name: value for name, value in given.items() if value is not None and name != "graph"}


def create_flow(
    db: Session,
    *,
    name: str,
    graph: Graph,
    by: Caller,
    at: datetime,
    description: str = "",
    category: str | None = None,
    problem_domain: str | None = None,
    tags: Sequence[str] = (),
    match_keywords: Sequence[str] = (),
    team_id: UUID | None = None,
    source: str = "authored",
) -> Flow:
    """Add a flow that is a draft; `source` says in the audit log where it came from."""
    _require_team(db, by.account_id, team_id)
    flow = Flow(
        account_id=by.account_id,
        name=name,
        description=description,
        category=category,
        problem_domain=problem_domain,
        tags=list(tags),
        match_keywords=list(match_keywords),
        team_id=team_id,
        draft=graph.to_document(),
        revision=1,
        created_by=by.user_id,
        created_at=at,
        updated_at=at,
    )
    db.add(flow)
    db.flush()
    _record(db, flow, by, "flow.created", at, {"name": name, "source": source})
    return flow


def create_draft(db: Session, *, draft: Draft, by: Caller, at: datetime) -> FlowState:
    """Add a flow from what its author wrote."""
    written = {each.name: getattr(draft, each.name) for each in fields(draft) if each.name != "draft_of"}
    flow = create_flow(db, by=by, at=at, **{name: value for name, value in written.items() if value is not None})
    return FlowState(flow, None, with_draft=True)


def update_draft(
    db: Session,
    *,
    flow_id: UUID,
    change: Draft,
    by: Caller,
    at: datetime,
    index: Index,
    expected_revision: int | None = None,
) -> FlowState:
    """Write what is given of a draft; raises StaleRevision when it is not the one the author read.

    `draft_of` says against which version the author holds the draft now, after a publication went past it. Tags and
    keywords are no part of a version: of a live flow they count for the next call.
    """
    flow = queries.lock_flow(db, by.account_id, flow_id)
    require_revision(flow, expected_revision)
    require_unarchived(flow)
    _require_team(db, by.account_id, change.team_id)
    if change.draft_of is not None:
        queries.get_numbered(db, by.account_id, flow_id, change.draft_of)
    for name, value in change.columns().items():
        setattr(flow, name, value)
    touch(flow, at)
    db.flush()
    live = queries.find_numbered(db, by.account_id, flow_id, flow.live_version)
    if live is not None and (change.tags is not None or change.match_keywords is not None):
        index(db, LiveFlow.of(flow, live), at=at)
    return FlowState(flow, live, with_draft=True)


def archive_flow(
    db: Session, *, flow_id: UUID, by: Caller, at: datetime, unindex: Unindex, expected_revision: int | None = None
) -> Flow:
    """Take a flow from technicians and from matching; walks under way go on. Archived already, it stays as it is.

    Raises Forbidden to an author for a flow that is live: whoever publishes it decides that.
    """
    flow = queries.lock_flow(db, by.account_id, flow_id)
    if flow.live_version is not None:
        require_publisher(by, flow)
    require_revision(flow, expected_revision)
    if flow.archived_at is None:
        flow.archived_at = at
        touch(flow, at)
        unindex(db, account_id=by.account_id, subject_id=flow.id)
        _record(db, flow, by, "flow.archived", at, {"name": flow.name, "version": flow.live_version})
    return flow


def touch(flow: Flow, at: datetime) -> None:
    """Mark a flow as changed: whoever read it before has a stale ETag now."""
    flow.revision += 1
    flow.updated_at = at


def require_revision(flow: Flow, expected: int | None) -> None:
    """Raise StaleRevision unless the flow is at the revision a writer read; None asks nothing."""
    if expected is not None and expected != flow.revision:
        raise StaleRevision(
            "Somebody changed the flow since you read it. Read it again and repeat your change on what it says now.",
            revision=flow.revision,
            updated_at=flow.updated_at,
        )


def require_publisher(by: Caller, flow: Flow) -> None:
    """Raise Forbidden unless the caller decides what technicians meet of this flow."""
    by.require(Permission.PUBLISH_FLOWS)
    if not by.may_review(flow.team_id):
        raise Forbidden("This flow belongs to another team. Ask that team's admin, or an admin of the account.")


def require_unarchived(flow: Flow) -> None:
    if flow.archived_at is not None:
        raise FlowArchived(
            "An archived flow is not changed. Roll back to one of its versions to bring it back.",
            archived_at=flow.archived_at,
        )


def _require_team(db: Session, account_id: UUID, team_id: UUID | None) -> None:
    if team_id is not None and queries.find_team(db, account_id, team_id) is None:
        fault = {"location": ["body", "team_id"], "message": "no such team", "kind": "unknown_team"}
        raise Unprocessable("There is no such team in this account.", errors=[fault])


def _record(db: Session, flow: Flow, by: Caller, action: str, at: datetime, details: dict[str, Any]) -> None:
    audit.record(
        db,
        account_id=by.account_id,
        user_id=by.user_id,
        action=action,
        resource_type="flow",
        resource_id=flow.id,
        at=at,
        details=details,
    )
