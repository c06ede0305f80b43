"""Everything that is read about flows and their versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ARRAY, CTE, Select, Text, Uuid, and_, bindparam, select, text
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller, Permission
from firstline.db.models import Flow, FlowVersion, Team, User
from firstline.errors import Forbidden, NotFound
from firstline.flows.rules import Graph

# The words are sought among those the account's flows ever held, and then each flow by whole words, which a B-tree can
# do behind row-level security; OFFSET 0 keeps the planner from reading all flows' words instead.
_HOLDING = text(
    """
    SELECT entry.flow_id
    FROM unnest(:holding_words) AS wanted (word)
    JOIN library_words known ON known.account_id = :holding_account
        AND CASE length(wanted.word) WHEN 1 THEN known.word = wanted.word
            WHEN 2 THEN starts_with(known.word, wanted.word) ELSE strpos(known.word, wanted.word) > 0 END,
    LATERAL (
        SELECT held.flow_id FROM flow_words held
        WHERE held.account_id = :holding_account AND held.word = known.word OFFSET 0
    ) entry
    GROUP BY entry.flow_id HAVING count(DISTINCT wanted.word) = :holding_count
    """
).bindparams(bindparam("holding_words", type_=ARRAY(Text)))

FlowStatus = Literal["published", "draft", "archived"]


@dataclass(frozen=True, slots=True)
class LiveFlow:
    """A flow as technicians meet it: the live version, and what the matcher may know of it."""

    account_id: UUID
    flow_id: UUID
    version_id: UUID
    version: int
    name: str
    description: str
    category: str | None
    problem_domain: str | None
    tags: Sequence[str]
    match_keywords: Sequence[str]
    team_id: UUID | None
    graph: Graph
    published_at: datetime

    @classmethod
    def of(cls, flow: Flow, version: FlowVersion) -> "LiveFlow":
        return cls(
            account_id=flow.account_id,
            flow_id=flow.id,
            version_id=version.id,
            version=version.version,
            name=version.name,
            description=version.description,
            category=flow.category,
            problem_domain=flow.problem_domain,
            tags=tuple(flow.tags),
            match_keywords=tuple(flow.match_keywords),
            team_id=flow.team_id,
            graph=Graph.from_document(version.graph),
            published_at=version.published_at,
        )


@dataclass(frozen=True, slots=True)
class FlowState:
    """A flow with its live version, where it has one, and whether its reader may see the draft."""

    flow: Flow
    live: FlowVersion | None
    with_draft: bool


def get_flow(db: Session, account_id: UUID, flow_id: UUID) -> Flow:
    """Return a flow, archived ones too; raises NotFound."""
    flow = db.get(Flow, (account_id, flow_id))
    if flow is None or flow.account_id != account_id:
        raise _no_flow()
    return flow


def lock_flow(db: Session, account_id: UUID, flow_id: UUID) -> Flow:
    """Return a flow as it is now, and keep others from changing it until this transaction ends; raises NotFound."""
    query = (
        select(Flow)
        .where(Flow.account_id == account_id, Flow.id == flow_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    flow = db.scalars(query).one_or_none()
    if flow is None:
        raise _no_flow()
    return flow


def find_live(db: Session, account_id: UUID, flow_id: UUID) -> LiveFlow | None:
    """Return the live version of a flow; None when there is no such flow, or it is archived or was never published."""
    query = _with_live(account_id).where(Flow.id == flow_id, Flow.archived_at.is_(None), FlowVersion.id.is_not(None))
    found = db.execute(query).one_or_none()
    return LiveFlow.of(*found) if found else None


def list_live(db: Session, account_id: UUID) -> list[LiveFlow]:
    """Return every live flow of an account, oldest first."""
    query = _with_live(account_id).where(Flow.archived_at.is_(None), FlowVersion.id.is_not(None))
    return [LiveFlow.of(*found) for found in db.execute(query.order_by(Flow.created_at, Flow.id))]


def get_readable(db: Session, *, caller: Caller, flow_id: UUID) -> FlowState:
    """Return a flow as its reader may see it: those who do not author see published flows only; raises NotFound."""
    found = db.execute(_with_live(caller.account_id).where(Flow.id == flow_id)).one_or_none()
    if found is None:
        raise _no_flow()
    flow, live = found
    if not reads_drafts(caller) and (live is None or flow.archived_at is not None):
        raise _no_flow()
    return FlowState(flow, live, with_draft=reads_drafts(caller))


def reads_drafts(caller: Caller) -> bool:
    return caller.may(Permission.AUTHOR_FLOWS)


def require_drafts(caller: Caller) -> None:
    """Raise Forbidden for those who see published flows only."""
    if not reads_drafts(caller):
        raise Forbidden("Drafts and archived flows are for engineers, admins and owners.", role=caller.role.value)


def get_version(db: Session, account_id: UUID, version_id: UUID) -> FlowVersion:
    version = db.get(FlowVersion, (account_id, version_id))
    if version is None or version.account_id != account_id:
        raise NotFound("There is no such version.")
    return version


def find_numbered(db: Session, account_id: UUID, flow_id: UUID, number: int | None) -> FlowVersion | None:
    """Return a version by its number; None also for the number None, which a never published flow has."""
    if number is None:
        return None
    query = select(FlowVersion).where(
        FlowVersion.account_id == account_id, FlowVersion.tree_id == flow_id, FlowVersion.version == number
    )
    return db.scalars(query).one_or_none()


def get_numbered(db: Session, account_id: UUID, flow_id: UUID, number: int) -> FlowVersion:
    version = find_numbered(db, account_id, flow_id, number)
    if version is None:
        raise NotFound(f"The flow has no version {number}.")
    return version


def find_user(db: Session, account_id: UUID, user_id: UUID | None) -> User | None:
    return db.get(User, (account_id, user_id)) if user_id is not None else None


def find_team(db: Session, account_id: UUID, team_id: UUID) -> Team | None:
    return db.get(Team, (account_id, team_id))


def flows_holding(account_id: UUID, words: Sequence[str]) -> CTE:
    """Select the flows that hold every one of the words, given in lower case.

    A word matches inside words, two letters where one begins, a letter or sign alone where it stands alone.
    """
    given = {"holding_account": account_id, "holding_words": list(words), "holding_count": len(words)}
    return _HOLDING.bindparams(**given).columns(flow_id=Uuid()).cte("holding")


def _with_live(account_id: UUID) -> Select[Flow, FlowVersion]:
    """Select flows with their live version, or null beside a flow that has none."""
    of_it = and_(
        FlowVersion.account_id == Flow.account_id,
        FlowVersion.tree_id == Flow.id,
        FlowVersion.version == Flow.live_version,
    )
    return select(Flow, FlowVersion).outerjoin(FlowVersion, of_it).where(Flow.account_id == account_id)


def _no_flow() -> NotFound:
    return NotFound("There is no such flow.")
