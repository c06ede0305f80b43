"""Lists of flows and of their versions, page by page, and the search."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, func, not_, select, true, tuple_
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.db.models import Flow, FlowVersion
from firstline.flows import queries
from firstline.flows.queries import FlowStatus
from firstline.flows.schemas import FlowSummary, VersionSummary
from firstline.paging import Page, decode_cursor, encode_cursor, page_of

_MOST_WORDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFilter:
    """What a list of flows is narrowed down to; None narrows nothing."""

    status: FlowStatus | None = None
    category: str | None = None
    domain: str | None = None
    team: UUID | None = None
    tag: str | None = None


def list_flows(db: Session, *, caller: Caller, wanted: FlowFilter, limit: int, cursor: str | None) -> Page[FlowSummary]:
    """List flows, the one changed last first; archived ones only when asked for."""
    query = _narrowed(_visible(caller, wanted.status), wanted)
    after = decode_cursor(cursor, datetime, UUID)
    if after is not None:
        query = query.where(tuple_(Flow.updated_at, Flow.id) < after)
    rows = db.scalars(query.order_by(Flow.updated_at.desc(), Flow.id.desc()).limit(limit + 1)).all()
    page, more = page_of(rows, limit)
    following = encode_cursor(page[-1].updated_at, page[-1].id) if more else None
    return Page(items=[FlowSummary.of(flow) for flow in page], next_cursor=following)


def search_flows(db: Session, *, caller: Caller, words: str, limit: int, cursor: str | None) -> Page[FlowSummary]:
    """List flows that hold every word in name, description, tags or keywords; those that hold all in the name first.

    Words match inside words, so that half a word typed finds something; two letters match where a word begins, one
    letter or sign where it stands alone.
    """
    wanted = list(dict.fromkeys(words.lower().split()))[:_MOST_WORDS]
    query = _visible(caller, None)
    if wanted:
        query = query.where(Flow.id.in_(select(queries.flows_holding(caller.account_id, wanted).c.flow_id)))
    name = func.lower(Flow.name)
    elsewhere = not_(and_(true(), *(func.strpos(name, word) > 0 for word in wanted)))
    after = decode_cursor(cursor, bool, str, UUID)
    key = tuple_(elsewhere, Flow.name, Flow.id)
    if after is not None:
        query = query.where(key > after)
    rows = db.execute(query.add_columns(elsewhere).order_by(elsewhere, Flow.name, Flow.id).limit(limit + 1)).all()
    page, more = page_of(rows, limit)
    following = encode_cursor(page[-1][1], page[-1][0].name, page[-1][0].id) if more else None
    return Page(items=[FlowSummary.of(flow) for flow, _ in page], next_cursor=following)


def list_versions(
    db: Session, *, caller: Caller, flow_id: UUID, limit: int, cursor: str | None
) -> Page[VersionSummary]:
    """List what was published of a flow, newest first; raises NotFound."""
    queries.get_readable(db, caller=caller, flow_id=flow_id)
    query = select(FlowVersion).where(FlowVersion.account_id == caller.account_id, FlowVersion.tree_id == flow_id)
    after = decode_cursor(cursor, int)
    if after is not None:
        query = query.where(FlowVersion.version < after[0])
    rows = db.scalars(query.order_by(FlowVersion.version.desc()).limit(limit + 1)).all()
    page, more = page_of(rows, limit)
    following = encode_cursor(page[-1].version) if more else None
    return Page(items=[VersionSummary.of(version) for version in page], next_cursor=following)


def _visible(caller: Caller, status: FlowStatus | None) -> Select[Flow]:
    """Select what the caller may see in a list; raises Forbidden when they ask for what they may not."""
    if status in ("draft", "archived"):
        queries.require_drafts(caller)
    query = select(Flow).where(Flow.account_id == caller.account_id)
    query = query.where(Flow.archived_at.is_not(None) if status == "archived" else Flow.archived_at.is_(None))
    if status == "draft":
        return query.where(Flow.live_version.is_(None))
    if status == "published" or not queries.reads_drafts(caller):
        return query.where(Flow.live_version.is_not(None))
    return query


def _narrowed(query: Select[Flow], wanted: FlowFilter) -> Select[Flow]:
    if wanted.category is not None:
        query = query.where(Flow.category == wanted.category)
    if wanted.domain is not None:
        query = query.where(Flow.problem_domain == wanted.domain)
    if wanted.team is not None:
        query = query.where(Flow.team_id == wanted.team)
    if wanted.tag is not None:
        query = query.where(Flow.tags.contains([wanted.tag]))
    return query
