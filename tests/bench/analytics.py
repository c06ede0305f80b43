"""How analytics fares over a large past: fills a database with walks by SQL, then times and explains each query.

    python -m tests.bench.analytics [--walks 1000000] [--accounts 100] [--json FILE]

Half of the walks belong to one large account, the rest is spread evenly. No plan may scan a whole table; the exit code
is 1 when one does.
"""

import argparse
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

from firstline.analytics import service
from firstline.analytics.rules import Period
from firstline.clock import now
from infra.local.testing import LocalCloud

BIG = UUID("00000000-0000-4000-8000-000000000001")
SMALL = UUID("00000000-0000-4000-8000-000000000002")
RUNS = 5
SMALL_TABLE = 1000  # rows: fewer are best read whole
TABLES = ("l1_walk_sessions", "edge_statistics", "flow_proposals", "trees", "tree_versions", "ai_sessions")

_ACCOUNT = "('00000000-0000-4000-8000-' || lpad(to_hex({n}), 12, '0'))::uuid"
_WHOSE = "CASE WHEN mod(n, 2) = 0 THEN 1 ELSE 2 + mod(n / 2, :accounts - 1) END"
_FLOW = "md5('flow' || {account} || '-' || {flow})::uuid"

_NODES = ", ".join(
    f"jsonb_build_object('id', 'q{n}', 'type', 'decision', 'text', 'Question {n}'),"
    f" jsonb_build_object('id', 's{n}', 'type', 'solution', 'text', 'Cure {n}')"
    for n in range(10)
)
_EDGES = ", ".join(
    f"jsonb_build_object('from', 'q{n}', 'to', '{f'q{n + 1}' if n < 9 else 'end'}',"
    " 'condition', jsonb_build_object('key', 'yes', 'label', 'Fine')),"
    f" jsonb_build_object('from', 'q{n}', 'to', 's{n}', 'condition', jsonb_build_object('key', 'no', 'label', 'Bad'))"
    for n in range(10)
)
_GRAPH = (
    f"jsonb_build_object('root', 'q0', 'nodes', jsonb_build_array({_NODES},"
    " jsonb_build_object('id', 'end', 'type', 'escalate', 'text', 'Pass it on')),"
    f" 'edges', jsonb_build_array({_EDGES}))"
)

FILLS = (
    f"""INSERT INTO accounts (id, name, l1_categories, created_at)
        SELECT {_ACCOUNT.format(n="n")}, 'MSP ' || n, '[]', now() FROM generate_series(1, :accounts) n""",
    """INSERT INTO users (account_id, id, email, display_name, account_role, created_at)
        SELECT a.id, a.id, a.id || '@example.com', 'Tech', 'l1_tech', now() FROM accounts a
        WHERE starts_with(a.id::text, '00000000-0000-4000-8000-')""",
    f"""INSERT INTO trees (account_id, id, name, category, problem_domain, draft, live_version, created_at, updated_at)
        SELECT u.account_id, {_FLOW.format(account="u.account_id", flow="f")}, 'Flow ' || f, 'printer', 'printing',
            '{{}}', 1, now(), now()
        FROM users u CROSS JOIN generate_series(0, :flows - 1) f WHERE u.display_name = 'Tech'""",
    f"""INSERT INTO tree_versions (account_id, id, tree_id, version, name, graph, published_at)
        SELECT t.account_id, t.id, t.id, 1, t.name, {_GRAPH}, now() FROM trees t WHERE t.draft = '{{}}'""",
    f"""INSERT INTO l1_walk_sessions (account_id, id, created_by_user_id, ticket_id, ticket_kind, session_kind, flow_id,
            flow_version_id, category, problem_text, current_node_id, status, helpful, analysis_status, walked_path,
            started_at, last_step_at, resolved_at)
        SELECT w.account, gen_random_uuid(), w.account, n::text, 'internal', w.kind,
            CASE WHEN w.kind = 'flow' THEN {_FLOW.format(account="w.account", flow="w.flow")} END,
            CASE WHEN w.kind = 'flow' THEN {_FLOW.format(account="w.account", flow="w.flow")} END,
            (ARRAY['printer', 'vpn_connect', 'password_reset', 'teams_zoom_av'])[1 + mod(n, 4)], 'It does not work',
            'q' || mod(n, 10), w.status, CASE WHEN w.status = 'resolved' THEN mod(n, 9) > 0 END, 'completed',
            jsonb_build_array(jsonb_build_object('node_id', 'q0', 'text', repeat('A question. ', 20), 'answer', 'yes')),
            w.ended - interval '9 minutes', w.ended, CASE WHEN w.status <> 'active' THEN w.ended END
        FROM (
            SELECT n, {_ACCOUNT.format(n=_WHOSE)} AS account, mod(n / 2 / (:accounts - 1), :flows) AS flow,
                (ARRAY['flow', 'flow', 'flow', 'ai_build', 'adhoc'])[1 + mod(n / 7, 5)] AS kind,
                (ARRAY['resolved', 'resolved', 'resolved', 'resolved', 'escalated', 'abandoned', 'active'])[
                    1 + mod(n / 3, 7)] AS status,
                now() - (n::float8 / :walks) * interval '365 days' - interval '1 minute' AS ended
            FROM generate_series(1, :walks) n
        ) w""",
    """INSERT INTO ai_sessions (account_id, id, user_id, intake_type, problem_text, status, started_at, last_step_at,
            resolved_at)
        SELECT w.account_id, w.id, w.account_id, 'free_text', 'VPN', 'resolved', w.started_at, w.last_step_at,
            w.resolved_at
        FROM l1_walk_sessions w WHERE w.session_kind = 'adhoc' AND w.status = 'resolved'""",
    """INSERT INTO edge_statistics (account_id, flow_id, node_id, answer, day, resolved, failed, escalated, abandoned)
        SELECT t.account_id, t.id, 'q' || q, a, date_trunc('day', now(), 'UTC') - d * interval '1 day', 3 + q, 1,
            mod(q, 3), 1
        FROM trees t CROSS JOIN generate_series(0, 9) q CROSS JOIN unnest(ARRAY['yes', 'no', 'unsure']) a
            CROSS JOIN generate_series(0, :days - 1) d
        WHERE t.draft = '{}'""",
    """INSERT INTO flow_proposals (account_id, id, l1_session_id, proposal_type, title, proposed_flow_data,
            supporting_session_ids, supporting_session_count, status, source, published_flow_id, created_at,
            supported_at, reviewed_at)
        SELECT w.account_id, gen_random_uuid(), w.id, x.type, 'Proposal', '{}', '[]'::jsonb, 0, x.status,
            'ai_realtime_l1', CASE WHEN x.status = 'approved' THEN w.flow_id END, w.started_at, w.started_at,
            CASE WHEN x.status = 'approved' THEN w.last_step_at END
        FROM (SELECT *, row_number() OVER () AS n FROM l1_walk_sessions WHERE flow_id IS NOT NULL) w
        CROSS JOIN LATERAL (SELECT
            CASE WHEN mod(n, 100) < 97 THEN 'auto_reinforced' ELSE 'new_flow' END AS type,
            CASE WHEN mod(n, 100) < 97 THEN 'auto_reinforced' WHEN mod(n, 100) = 97 THEN 'pending' ELSE 'approved' END
                AS status) x
        WHERE mod(n, 4) = 0""",
)
VIEWS: dict[str, Callable[[Session, UUID, Period], object]] = {
    "overview": lambda db, account, period: service.get_overview(db, account_id=account, period=period, at=now()),
    "coverage": lambda db, account, period: service.get_coverage(db, account_id=account, period=period, at=now()),
    "flow-quality": lambda db, account, period: service.get_flow_quality(
        db, account_id=account, period=period, limit=25, cursor=None, at=now()
    ),
    "knowledge-gaps": lambda db, account, period: service.get_knowledge_gaps(
        db, account_id=account, period=period, at=now()
    ),
}


def fill(owner: Engine, options: argparse.Namespace) -> None:
    sizes = {name: getattr(options, name) for name in ("accounts", "walks", "flows", "days")}
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # rows are right by construction
        for template in FILLS:
            statement = template
            for name, size in sizes.items():
                statement = re.sub(rf"(?<!:):{name}\b", str(size), statement)
            connection.exec_driver_sql(statement)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def measure(application: Engine, account: UUID, period: Period, view: str) -> dict[str, Any]:
    """Time a view, and explain each statement it sends."""
    with application.connect() as connection:
        connection.execute(text("SELECT set_config('app.current_account_id', :id, true)"), {"id": str(account)})
        with Session(connection) as db:
            times = [_timed(lambda: VIEWS[view](db, account, period)) for _ in range(RUNS)]
            plans = list(_plans(db, lambda: VIEWS[view](db, account, period)))
    scans = sorted({table for plan in plans for table in _whole_scans(plan)})
    return {
        "statements": len(plans),
        "median_ms": round(statistics.median(times), 1),
        "worst_ms": round(max(times), 1),
        "rows_read": sum(_rows_read(plan[0]["Plan"]) for plan in plans),
        "indexes": sorted({name for plan in plans for name in _members(plan[0]["Plan"], "Index Name")}),
        "whole_scans": scans,
    }


def _plans(db: Session, view: Callable[[], object]) -> Iterator[list[dict[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def remember(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        seen.append((statement, parameters))

    connection = db.connection()
    event.listen(connection, "before_cursor_execute", remember)
    view()
    event.remove(connection, "before_cursor_execute", remember)
    for statement, parameters in seen:
        explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
        yield explained if isinstance(explained, list) else json.loads(explained)


def _members(plan: dict[str, Any], name: str) -> Iterator[Any]:
    if name in plan:
        yield plan[name]
    for part in plan.get("Plans", ()):
        yield from _members(part, name)


def _whole_scans(plan: list[dict[str, Any]]) -> Iterator[str]:
    def visit(part: dict[str, Any]) -> Iterator[str]:
        large = part["Actual Rows"] + part.get("Rows Removed by Filter", 0) >= SMALL_TABLE
        if part["Node Type"].endswith("Seq Scan") and part.get("Relation Name") in TABLES and large:
            yield part["Relation Name"]
        for inner in part.get("Plans", ()):
            yield from visit(inner)

    return visit(plan[0]["Plan"])


def _rows_read(plan: dict[str, Any]) -> int:
    """Return the rows the leaves of a plan produced or dropped."""
    if not plan.get("Plans"):
        each = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        return int(each * plan["Actual Loops"])
    return sum(_rows_read(part) for part in plan["Plans"])


def _timed(view: Callable[[], object]) -> float:
    began = time.perf_counter()
    view()
    return (time.perf_counter() - began) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--walks", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=100)
    parser.add_argument("--flows", type=int, default=20, help="flows per account")
    parser.add_argument("--days", type=int, default=30, help="days of edge statistics")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found: list[dict[str, Any]] = []
    with LocalCloud() as cloud:
        owner = create_engine(cloud.database_url("superuser").replace("postgresql://", "postgresql+pg8000://"))
        began = time.perf_counter()
        fill(owner, options)
        took = timedelta(seconds=round(time.perf_counter() - began))
        print(f"{options.walks} walks in {options.accounts} accounts, filled in {took}\n")
        print("| account | view | period | statements | median ms | worst ms | rows read | whole scans |")
        print("|---|---|---|---|---|---|---|---|")
        application = create_engine(cloud.database_url("app").replace("postgresql://", "postgresql+pg8000://"))
        for name, account in (("small", SMALL), ("large", BIG)):
            for view in VIEWS:
                for period in (Period.MONTH, Period.QUARTER):
                    row = {"account": name, "view": view, "period": period.value}
                    row |= measure(application, account, period, view)
                    found.append(row)
                    figures = [str(row[key]) for key in ("statements", "median_ms", "worst_ms", "rows_read")]
                    scans = ", ".join(row["whole_scans"]) or "none"
                    print(f"| {name} | {view} | {period.value} | {' | '.join(figures)} | {scans} |", flush=True)
        application.dispose()
        owner.dispose()
    print("\nindexes used:", ", ".join(sorted({index for row in found for index in row["indexes"]})))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    return int(any(row["whole_scans"] for row in found))


if __name__ == "__main__":
    sys.exit(main())
