"""The four views of analytics, each from a few sums over a period."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.analytics import gaps, queries
from firstline.analytics.quality import describe_flow
from firstline.analytics.queries import Window
from firstline.analytics.rules import Period
from firstline.analytics.schemas import (
    AiSessionOutcomes,
    Coverage,
    DayOutcomes,
    DomainCoverage,
    FlowQuality,
    KnowledgeGap,
    KnowledgeGaps,
    KnowledgeMeasures,
    Outcomes,
    Overview,
)
from firstline.analytics.sums import Sums, share
from firstline.categories.domains import DOMAINS
from firstline.categories.rules import DISPLAY_NAMES, Category
from firstline.flows.rules import Graph
from firstline.paging import Page, decode_cursor, encode_cursor, page_of

OTHER_DOMAIN = "other"
_MANY = 2**31
_LAST_ID = UUID(int=2**128 - 1)


def get_overview(db: Session, *, account_id: UUID, period: Period, at: datetime) -> Overview:
    window = _window(account_id, period, at)
    rows = queries.count_by_day(db, window)
    total, by_kind = Sums(), {row.session_kind: Sums() for row in rows}
    by_day = {row.day: Sums() for row in rows}
    for row in rows:
        for sums in (total, by_kind[row.session_kind], by_day[row.day]):
            sums.add(row)
    return Overview(
        **_span(window, period),
        sessions=Outcomes(**total.outcomes()),
        active=queries.count_active(db, window),
        by_kind={kind: Outcomes(**sums.outcomes()) for kind, sums in sorted(by_kind.items())},
        by_day=[
            DayOutcomes(day=day.date(), resolved=sums.resolved, escalated=sums.escalated, abandoned=sums.abandoned)
            for day, sums in by_day.items()
        ],
        ai_sessions=_ai_sessions(db, window),
        knowledge=_knowledge(db, window, total),
    )


def get_coverage(db: Session, *, account_id: UUID, period: Period, at: datetime) -> Coverage:
    """Return coverage per problem domain: the flow's own, else that of the category."""
    window = _window(account_id, period, at)
    total, domains, kinds = Sums(), dict[str, Sums](), dict[tuple[str, str], int]()
    for row in queries.count_by_kind_of_problem(db, window):
        domain = _domain(row)
        total.add(row)
        domains.setdefault(domain, Sums()).add(row)
        kinds[domain, row.session_kind] = kinds.get((domain, row.session_kind), 0) + row.sessions
    flows = dict[str, int]()
    for row in queries.count_live_flows(db, window):
        flows[_domain(row)] = flows.get(_domain(row), 0) + row.flows
    found = [
        DomainCoverage(
            **domains.get(domain, Sums()).outcomes(),
            domain=domain,
            on_flow=kinds.get((domain, "flow"), 0) + kinds.get((domain, "proposal"), 0),
            built=kinds.get((domain, "ai_build"), 0),
            notes_only=kinds.get((domain, "adhoc"), 0),
            carried=domains.get(domain, Sums()).carried,
            coverage=domains.get(domain, Sums()).coverage,
            live_flows=flows.get(domain, 0),
        )
        for domain in domains.keys() | flows.keys()
    ]
    found.sort(key=lambda domain: (-domain.sessions, domain.domain))
    return Coverage(**_span(window, period), coverage=total.coverage, domains=found)


def get_flow_quality(
    db: Session, *, account_id: UUID, period: Period, limit: int, cursor: str | None, at: datetime
) -> Page[FlowQuality]:
    """Return one page of the flows walked in a period, most walked first."""
    window = _window(account_id, period, at)
    after = decode_cursor(cursor, int, UUID) or (_MANY, _LAST_ID)
    rows, more = page_of(queries.count_by_flow(db, window, after=(after[0], after[1]), limit=limit), limit)
    ids = [row.flow_id for row in rows]
    live = {row.id: row for row in queries.list_flows(db, window, ids)}
    edges, stuck = queries.sum_edges(db, window, ids), queries.count_stuck(db, window, ids)
    return Page(
        items=[
            describe_flow(row, live.get(row.flow_id), _of(row.flow_id, edges), _of(row.flow_id, stuck)) for row in rows
        ],
        next_cursor=encode_cursor(rows[-1].sessions, rows[-1].flow_id) if more else None,
    )


def get_knowledge_gaps(db: Session, *, account_id: UUID, period: Period, at: datetime) -> KnowledgeGaps:
    window = _window(account_id, period, at)
    items = [KnowledgeGap.model_validate(gap, from_attributes=True) for gap in _find_gaps(db, window)]
    return KnowledgeGaps(**_span(window, period), items=items)


def find_gaps(db: Session, *, account_id: UUID, period: Period, at: datetime) -> list[gaps.Gap]:
    """Return the gaps of a period, worst first."""
    return _find_gaps(db, _window(account_id, period, at))


def _find_gaps(db: Session, window: Window) -> list[gaps.Gap]:
    categories = queries.count_by_category(db, window)
    off_flow = [_share_row(row, ended=row.off_flow, escalated=row.off_flow_escalated) for row in categories]
    every = [_share_row(row, ended=row.sessions, escalated=row.escalated) for row in categories]
    flows = [
        gaps.ShareRow(
            {"flow_id": str(row.flow_id), "name": row.name}, row.name, row.sessions, row.escalated, row.carried
        )
        for row in queries.list_escalating_flows(db, window)
    ]
    found = [
        *gaps.weak_options(_weak_ways(db, window)),
        *gaps.high_escalation([*flows, *off_flow]),
        *gaps.uncharted_territory(every),
        *gaps.repeated_patterns([_pattern(row) for row in queries.list_patterns(db, window)]),
    ]
    return gaps.worst_first(found)


def _window(account_id: UUID, period: Period, at: datetime) -> Window:
    return Window(account_id, at - period.length, at)


def _span(window: Window, period: Period) -> dict[str, Any]:
    return {"period": period, "since": window.since, "until": window.until}


def _ai_sessions(db: Session, window: Window) -> AiSessionOutcomes:
    row = queries.count_ai_sessions(db, window)
    return AiSessionOutcomes(
        sessions=row.sessions,
        resolved=row.resolved,
        escalated=row.escalated,
        taken_over=row.taken_over,
        resolution_rate=share(row.resolved, row.sessions),
        mean_seconds_to_resolve=row.mean_seconds,
    )


def _knowledge(db: Session, window: Window, total: Sums) -> KnowledgeMeasures:
    published = queries.count_published(db, window)
    return KnowledgeMeasures(
        known=total.carried,
        new=total.helped - total.carried,
        reuse_rate=share(total.carried, total.helped),
        flows_reused=queries.count_reused_flows(db, window),
        new_flows_published=published.new_flows,
        flows_improved=published.improved_flows,
        mean_hours_to_publish=published.mean_hours_to_publish,
    )


def _domain(row: Any) -> str:
    return row.problem_domain or DOMAINS.get(row.category or "") or OTHER_DOMAIN


def _of(flow_id: UUID, rows: Iterable[Any]) -> list[Any]:
    return [row for row in rows if row.flow_id == flow_id]


def _share_row(row: Any, *, ended: int, escalated: int) -> gaps.ShareRow:
    name = DISPLAY_NAMES[Category(row.category)] if row.category else "Calls of no known category"
    return gaps.ShareRow({"category": row.category, "name": name}, name, ended, escalated, row.carried)


def _weak_ways(db: Session, window: Window) -> list[gaps.WayRow]:
    """Return the ways of live flows that may be weak; of a version that is no longer live nothing is left to mend."""
    rows = queries.list_weak_ways(db, window)
    live = {row.id: row for row in queries.list_flows(db, window, list({row.flow_id for row in rows}))}
    graphs = {flow_id: Graph.from_document(flow.graph) for flow_id, flow in live.items()}
    return [
        _way(row, live[row.flow_id].name, graphs[row.flow_id])
        for row in rows
        if row.flow_id in live and row.node_id in graphs[row.flow_id].by_id
    ]


def _way(row: Any, flow_name: str, graph: Graph) -> gaps.WayRow:
    way = graph.way(row.node_id, row.answer or None)
    return gaps.WayRow(
        flow_id=str(row.flow_id),
        flow_name=flow_name,
        node_id=row.node_id,
        node_text=graph.by_id[row.node_id].text,
        answer=row.answer,
        label=way.condition.label if way and way.condition else None,
        resolved=row.resolved,
        failed=row.failed,
        escalated=row.escalated,
        abandoned=row.abandoned,
    )


def _pattern(row: Any) -> gaps.PatternRow:
    return gaps.PatternRow(
        proposal_id=str(row.id),
        title=row.title,
        category=row.category,
        sessions=row.sessions,
        days_waiting=row.days,
        minutes_per_week=row.minutes,
    )
