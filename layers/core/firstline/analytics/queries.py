"""Everything analytics reads: plain SQL over the indexes of ended sessions, one round trip a question.

Sums and means are cast to bigint and float8, so that no decimal reaches the wire. What is counted of an ended walk
stands in the index of ended walks itself: a period of a large account is read from there alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.orm import Session

from firstline.analytics import gaps

_ENDED = """
    w.account_id = :account_id AND w.status <> 'active' AND w.resolved_at >= :since AND w.resolved_at < :until"""
_COUNTS = """
    count(*) AS sessions,
    count(*) FILTER (WHERE w.status = 'resolved') AS resolved,
    count(*) FILTER (WHERE w.status = 'resolved' AND w.helpful) AS helped,
    count(*) FILTER (WHERE w.status = 'escalated') AS escalated,
    count(*) FILTER (WHERE w.status = 'abandoned') AS abandoned,
    count(*) FILTER (WHERE w.carried) AS carried,
    coalesce(sum(extract(epoch FROM w.resolved_at - w.started_at)) FILTER (WHERE w.status = 'resolved'), 0)::float8
        AS seconds"""

_BY_DAY = f"""
SELECT date_trunc('day', w.resolved_at, 'UTC') AS day, w.session_kind, {_COUNTS}
FROM l1_walk_sessions w WHERE {_ENDED} GROUP BY 1, 2 ORDER BY 1, 2"""

_AI_SESSIONS = """
SELECT count(*) AS sessions,
    count(*) FILTER (WHERE s.status = 'resolved') AS resolved,
    count(*) FILTER (WHERE s.status = 'escalated') AS escalated,
    count(*) FILTER (WHERE s.taken_over_walk_id IS NOT NULL) AS taken_over,
    avg(extract(epoch FROM s.resolved_at - s.started_at)) FILTER (WHERE s.status = 'resolved')::float8 AS mean_seconds
FROM ai_sessions s
WHERE s.account_id = :account_id AND s.status <> 'active' AND s.resolved_at >= :since AND s.resolved_at < :until"""

_ACTIVE = "SELECT count(*) FROM l1_walk_sessions w WHERE w.account_id = :account_id AND w.status = 'active'"

_PUBLISHED = """
SELECT count(*) FILTER (WHERE p.proposal_type = 'new_flow') AS new_flows,
    count(*) FILTER (WHERE p.proposal_type <> 'new_flow') AS improved_flows,
    avg(extract(epoch FROM p.reviewed_at - p.created_at) / 3600)::float8 AS mean_hours_to_publish
FROM flow_proposals p
WHERE p.account_id = :account_id AND p.status IN ('approved', 'modified') AND p.published_flow_id IS NOT NULL
    AND p.reviewed_at >= :since AND p.reviewed_at < :until"""

_REUSED = f"SELECT count(DISTINCT w.flow_id) FROM l1_walk_sessions w WHERE {_ENDED} AND w.carried"

_BY_KIND_OF_PROBLEM = f"""
SELECT w.category, f.problem_domain, w.session_kind, {_COUNTS}
FROM l1_walk_sessions w LEFT JOIN trees f ON f.account_id = w.account_id AND f.id = w.flow_id
WHERE {_ENDED} GROUP BY 1, 2, 3"""

_LIVE_FLOWS = """
SELECT f.category, f.problem_domain, count(*) AS flows FROM trees f
WHERE f.account_id = :account_id AND f.live_version IS NOT NULL AND f.archived_at IS NULL GROUP BY 1, 2"""

_BY_FLOW = f"""
SELECT w.flow_id, {_COUNTS} FROM l1_walk_sessions w WHERE {_ENDED} AND w.flow_id IS NOT NULL
GROUP BY 1 HAVING (count(*), w.flow_id) < (:after_sessions, :after_flow)
ORDER BY count(*) DESC, w.flow_id DESC LIMIT :limit"""

_FLOWS = """
SELECT f.id, v.name, v.version, v.graph FROM trees f
JOIN tree_versions v ON v.account_id = f.account_id AND v.tree_id = f.id AND v.version = f.live_version
WHERE f.account_id = :account_id AND f.id IN :flow_ids"""

_TAKEN = "e.resolved + e.failed + e.escalated + e.abandoned"

_EDGES = """
SELECT e.flow_id, e.node_id, e.answer, sum(e.resolved)::bigint AS resolved, sum(e.failed)::bigint AS failed,
    sum(e.escalated)::bigint AS escalated, sum(e.abandoned)::bigint AS abandoned, sum(e.unsure)::bigint AS unsure,
    sum(e.seconds)::float8 AS seconds
FROM edge_statistics e
WHERE e.account_id = :account_id AND e.flow_id IN :flow_ids AND e.day >= date_trunc('day', :since, 'UTC')
    AND e.day < :until
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""

_STUCK = f"""
SELECT w.flow_id, w.stuck_node_id AS node_id,
    count(*) FILTER (WHERE w.status = 'escalated') AS escalated,
    count(*) FILTER (WHERE w.status = 'abandoned') AS abandoned
FROM l1_walk_sessions w
WHERE {_ENDED} AND w.flow_id IN :flow_ids AND w.status IN ('escalated', 'abandoned')
GROUP BY 1, 2"""

_WEAK = f"""
WITH ways AS (
    SELECT e.flow_id, e.node_id, e.answer, sum(e.resolved)::bigint AS resolved, sum(e.failed)::bigint AS failed,
        sum(e.escalated)::bigint AS escalated, sum(e.abandoned)::bigint AS abandoned, sum({_TAKEN})::bigint AS taken
    FROM edge_statistics e
    WHERE e.account_id = :account_id AND e.day >= date_trunc('day', :since, 'UTC') AND e.day < :until
    GROUP BY 1, 2, 3
), judged AS (
    SELECT *,
        answer <> 'unsure' AND taken >= :least AND taken - resolved >= CAST(:failed_share AS float8) * taken AS fails,
        CASE WHEN answer = 'unsure' THEN taken ELSE 0 END AS unsure
    FROM ways
), weighed AS (
    SELECT *, bool_or(fails) OVER here AS has_failing, sum(taken) OVER here AS met, sum(unsure) OVER here AS not_sure
    FROM judged WINDOW here AS (PARTITION BY flow_id, node_id)
)
SELECT x.flow_id, x.node_id, x.answer, x.resolved, x.failed, x.escalated, x.abandoned
FROM weighed x
WHERE x.has_failing OR (x.met >= :least AND x.not_sure >= CAST(:unsure_share AS float8) * x.met)
ORDER BY x.met DESC, x.flow_id, x.node_id, x.answer LIMIT :limit"""

_ESCALATING_FLOWS = f"""
SELECT f.id AS flow_id, f.name, x.sessions, x.escalated, x.carried
FROM (SELECT w.flow_id, {_COUNTS} FROM l1_walk_sessions w WHERE {_ENDED} AND w.flow_id IS NOT NULL GROUP BY 1) x
JOIN trees f ON f.account_id = :account_id AND f.id = x.flow_id
WHERE x.sessions >= :least ORDER BY x.escalated DESC, f.id LIMIT :limit"""

_BY_CATEGORY = f"""
SELECT w.category, count(*) FILTER (WHERE w.flow_id IS NULL) AS off_flow,
    count(*) FILTER (WHERE w.flow_id IS NULL AND w.status = 'escalated') AS off_flow_escalated, {_COUNTS}
FROM l1_walk_sessions w WHERE {_ENDED} GROUP BY 1 ORDER BY 1"""

_PATTERNS = """
SELECT p.id, p.title, p.category, p.supporting_session_count AS sessions, p.impact AS minutes,
    (extract(epoch FROM CAST(:until AS timestamptz) - p.created_at) / 86400)::float8 AS days
FROM flow_proposals p
WHERE p.account_id = :account_id AND p.status = 'pending' AND p.supporting_session_count >= :repeats
    AND p.supported_at >= :since
ORDER BY p.supporting_session_count DESC, p.id LIMIT :limit"""

MOST_GAPS = 500  # rows read per kind of gap

Rows = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class Window:
    """Whose sessions are counted, and of which time."""

    account_id: UUID
    since: datetime
    until: datetime

    @property
    def bound(self) -> dict[str, Any]:
        return {"account_id": self.account_id, "since": self.since, "until": self.until}


def count_by_day(db: Session, window: Window) -> Rows:
    """Return ended walks by day and kind: day, session_kind, and the counts."""
    return db.execute(text(_BY_DAY), window.bound).all()


def count_active(db: Session, window: Window) -> int:
    found: int = db.execute(text(_ACTIVE), {"account_id": window.account_id}).scalar_one()
    return found


def count_ai_sessions(db: Session, window: Window) -> Row[Any]:
    return db.execute(text(_AI_SESSIONS), window.bound).one()


def count_published(db: Session, window: Window) -> Row[Any]:
    """Return what reviewers published of proposals: new_flows, improved_flows, mean_hours_to_publish."""
    return db.execute(text(_PUBLISHED), window.bound).one()


def count_reused_flows(db: Session, window: Window) -> int:
    found: int = db.execute(text(_REUSED), window.bound).scalar_one()
    return found


def count_by_kind_of_problem(db: Session, window: Window) -> Rows:
    """Return ended walks by category, the flow's own problem_domain, and session_kind."""
    return db.execute(text(_BY_KIND_OF_PROBLEM), window.bound).all()


def count_live_flows(db: Session, window: Window) -> Rows:
    return db.execute(text(_LIVE_FLOWS), {"account_id": window.account_id}).all()


def count_by_flow(db: Session, window: Window, *, after: tuple[int, UUID], limit: int) -> Rows:
    """Return one more flow than `limit` where there are more, most walked first."""
    bound = {"after_sessions": after[0], "after_flow": after[1], "limit": limit + 1}
    return db.execute(text(_BY_FLOW), window.bound | bound).all()


def list_flows(db: Session, window: Window, flow_ids: Sequence[UUID]) -> Rows:
    """Return id, name, version and graph of live flows."""
    return _of_flows(db, _FLOWS, {"account_id": window.account_id}, flow_ids)


def sum_edges(db: Session, window: Window, flow_ids: Sequence[UUID]) -> Rows:
    return _of_flows(db, _EDGES, window.bound, flow_ids)


def count_stuck(db: Session, window: Window, flow_ids: Sequence[UUID]) -> Rows:
    """Return where escalated and abandoned walks stood: in the flow, or where they had left it."""
    return _of_flows(db, _STUCK, window.bound, flow_ids)


def list_weak_ways(db: Session, window: Window) -> Rows:
    """Return every way of the nodes that have a failing one, or at which many are unsure, most met first."""
    shares = {"failed_share": gaps.FAILED_SHARE, "unsure_share": gaps.UNSURE_SHARE}
    return db.execute(text(_WEAK), window.bound | shares | _LEAST).all()


def list_escalating_flows(db: Session, window: Window) -> Rows:
    return db.execute(text(_ESCALATING_FLOWS), window.bound | _LEAST).all()


def count_by_category(db: Session, window: Window) -> Rows:
    return db.execute(text(_BY_CATEGORY), window.bound).all()


def list_patterns(db: Session, window: Window) -> Rows:
    """Return proposals that wait for review with at least three sessions behind them."""
    return db.execute(text(_PATTERNS), window.bound | {"repeats": gaps.MIN_REPEATS, "limit": MOST_GAPS}).all()


def _of_flows(db: Session, sql: str, bound: dict[str, Any], flow_ids: Sequence[UUID]) -> Rows:
    if not flow_ids:
        return []
    statement = text(sql).bindparams(bindparam("flow_ids", expanding=True))
    return db.execute(statement, bound | {"flow_ids": list(flow_ids)}).all()


_LEAST = {"least": gaps.MIN_SESSIONS, "limit": MOST_GAPS}
