"""Reviewing proposals: approve, modify, reject, dismiss; and letting the stale ones go."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.audit import service as audit
from firstline.building.redaction import redact
from firstline.db.models import FlowVersion, Proposal, User, Walk
from firstline.db.models.proposals import ProposalStatus, ProposalType
from firstline.errors import Forbidden, Unprocessable
from firstline.flows import publishing
from firstline.flows import queries as flow_queries
from firstline.flows import service as flows
from firstline.flows.merging import three_way_merge
from firstline.flows.rules import Graph
from firstline.matching import service as matching
from firstline.outbox import service as outbox
from firstline.outbox.messages import EventHappened
from firstline.proposals import queries, rules
from firstline.proposals.rules import ReviewAction
from firstline.proposals.schemas import EditedFlow, ReviewProposal

_AT_A_TIME = 200


@dataclass(frozen=True)
class _ToPublish:
    name: str
    description: str
    keywords: list[str]
    graph: Graph


def review_proposal(db: Session, *, proposal_id: UUID, review: ReviewProposal, by: Caller, at: datetime) -> Proposal:
    """Carry out a review; AlreadyReviewed, Forbidden, NotPublishable and MergeConflict come before any write.

    The row is locked, so of two reviewers at once one wins and the other learns who it was.
    """
    proposal = queries.get_proposal(db, account_id=by.account_id, proposal_id=proposal_id, lock=True)
    if not by.may_review(proposal.team_id):
        raise Forbidden("This proposal belongs to another team: its team admin, an owner or an admin reviews it.")
    _refuse_reviewed(db, proposal)
    if review.action.publishes:
        proposal.published_flow_id = _publish(db, proposal, review, by=by, at=at)
    proposal.status = review.action.leads_to
    proposal.reviewed_by = by.user_id
    proposal.reviewed_at = at
    proposal.revision += 1
    if review.reviewer_notes is not None:
        proposal.reviewer_notes = review.reviewer_notes
    matching.unindex_flow(db, account_id=by.account_id, subject_id=proposal.id)
    _tell(db, proposal, review.action, by=by, at=at)
    db.flush()
    return proposal


def expire_proposals(db: Session, *, account_id: UUID, lifetime: timedelta, at: datetime) -> int:
    """Dismiss pending proposals that no session has supported for `lifetime`; return how many."""
    stale = queries.list_stale(db, account_id=account_id, supported_before=at - lifetime, limit=_AT_A_TIME)
    for proposal in stale:
        proposal.status = ProposalStatus.DISMISSED
        proposal.reviewed_at = at
        proposal.reviewer_notes = f"Dismissed by itself: no new support for {lifetime.days} days."
        proposal.revision += 1
        matching.unindex_flow(db, account_id=account_id, subject_id=proposal.id)
        audit.record(
            db,
            account_id=account_id,
            user_id=None,
            action="proposal.expired",
            resource_type="flow_proposal",
            resource_id=proposal.id,
            at=at,
        )
    return len(stale)


def _refuse_reviewed(db: Session, proposal: Proposal) -> None:
    if rules.may_be_reviewed(ProposalStatus(proposal.status)):
        return
    reviewer = db.get(User, (proposal.account_id, proposal.reviewed_by)) if proposal.reviewed_by else None
    who = reviewer.display_name if reviewer else "Nobody: it tracks a reinforced walk"
    raise rules.AlreadyReviewed(
        f"This proposal is '{proposal.status}' already ({who}). Reload it to see the outcome.",
        proposal_status=proposal.status,
        reviewed_by={"id": str(reviewer.id), "name": reviewer.display_name} if reviewer else None,
        reviewed_at=proposal.reviewed_at.isoformat() if proposal.reviewed_at else None,
        published_flow_id=str(proposal.published_flow_id) if proposal.published_flow_id else None,
    )


def _publish(db: Session, proposal: Proposal, review: ReviewProposal, *, by: Caller, at: datetime) -> UUID:
    if review.action is ReviewAction.APPROVE:
        rules.refuse_plain_approval(ProposalType(proposal.proposal_type))
        if review.edited is not None:
            raise _misused("edited", "An edited version goes with 'modify', not with 'approve'.")
    elif review.edited is None:
        raise _misused("edited", "'modify' publishes your edited version: send it in 'edited'.")
    wanted = _wanted(proposal, review.edited or EditedFlow())
    rules.refuse_unpublishable(wanted.graph)
    if proposal.target_flow_id is not None:
        version = _change_flow(db, proposal, wanted, review.base_version, by=by, at=at)
    else:
        version = _new_flow(db, proposal, wanted, by=by, at=at)
    _learn_openings(db, proposal, version.tree_id, at=at)
    return version.tree_id


def _wanted(proposal: Proposal, edited: EditedFlow) -> _ToPublish:
    return _ToPublish(
        name=edited.name or proposal.title,
        description=edited.description if edited.description is not None else proposal.description or "",
        keywords=edited.match_keywords if edited.match_keywords is not None else proposal.match_keywords,
        graph=_read_graph(edited.graph if edited.graph is not None else proposal.proposed_flow_data),
    )


def _read_graph(document: dict[str, Any]) -> Graph:
    try:
        return Graph.from_document(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _misused("edited.graph", f"The graph cannot be read: {type(error).__name__} at {error}.") from error


def _new_flow(db: Session, proposal: Proposal, wanted: _ToPublish, *, by: Caller, at: datetime) -> FlowVersion:
    flow = flows.create_flow(
        db,
        name=wanted.name,
        description=wanted.description,
        category=proposal.category,
        problem_domain=proposal.problem_domain,
        team_id=proposal.team_id,
        tags=[],
        match_keywords=wanted.keywords,
        graph=wanted.graph,
        by=by,
        at=at,
    )
    return publishing.publish_flow(
        db, flow_id=flow.id, note=_note(proposal), by=by, at=at, proposal_id=proposal.id, index=matching.index_flow
    )


def _change_flow(
    db: Session, proposal: Proposal, wanted: _ToPublish, base_version: int | None, *, by: Caller, at: datetime
) -> FlowVersion:
    live = flow_queries.find_live(db, proposal.account_id, _target(proposal))
    if live is None:
        raise rules.MergeConflict("The flow this proposal changes is no longer published.", nodes=[])
    base_number = base_version or proposal.target_version or live.version
    base = flow_queries.get_numbered(db, proposal.account_id, live.flow_id, base_number)
    merged = three_way_merge(Graph.from_document(base.graph), wanted.graph, live.graph)
    if merged.conflicts:
        nodes = [{"node_id": conflict.node_id, "what": conflict.what} for conflict in merged.conflicts]
        raise rules.MergeConflict(
            f"The live flow has moved from version {base_number} to {live.version} and both changed the same places."
            f" Edit on top of version {live.version}.",
            nodes=nodes,
            live_version=live.version,
        )
    rules.refuse_unpublishable(merged.graph)
    return publishing.publish_flow(
        db,
        flow_id=live.flow_id,
        graph=merged.graph,
        note=_note(proposal),
        by=by,
        at=at,
        proposal_id=proposal.id,
        expected_live_version=live.version,
        index=matching.index_flow,
    )


def _target(proposal: Proposal) -> UUID:
    assert proposal.target_flow_id is not None  # noqa: S101  the caller has looked
    return proposal.target_flow_id


def _learn_openings(db: Session, proposal: Proposal, flow_id: UUID, *, at: datetime) -> None:
    """Let the flow know the words of the callers it was made from, so that the next such call finds it."""
    for session_id in proposal.supporting_session_ids:
        walk = db.get(Walk, (proposal.account_id, UUID(session_id)))
        if walk is not None and walk.problem_text and walk.helpful:
            matching.learn_opening(
                db,
                account_id=proposal.account_id,
                flow_id=flow_id,
                walk_id=walk.id,
                text=redact(walk.problem_text),
                ticket_id=walk.ticket_id,
                helpful=True,
                at=at,
            )


def _note(proposal: Proposal) -> str:
    count = proposal.supporting_session_count
    return f"From a proposal with {count} supporting session{'s' if count != 1 else ''}."


def _tell(db: Session, proposal: Proposal, action: ReviewAction, *, by: Caller, at: datetime) -> None:
    audit.record(
        db,
        account_id=by.account_id,
        user_id=by.user_id,
        action=f"proposal.{proposal.status}",
        resource_type="flow_proposal",
        resource_id=proposal.id,
        at=at,
        acting_as=None,
        details={"action": action.value, "published_flow_id": str(proposal.published_flow_id or "") or None},
    )
    if action.publishes:
        facts = {"title": proposal.title, "flow_id": str(proposal.published_flow_id)}
        event = EventHappened(account_id=by.account_id, event="proposal.approved", subject_id=proposal.id, facts=facts)
        outbox.put(db, event, at=at)


def _misused(where: str, sentence: str) -> Unprocessable:
    fault = {"location": ["body", *where.split(".")], "message": sentence, "kind": "review"}
    return Unprocessable(sentence, errors=[fault])
