"""How matching and the search fare in large libraries: recall, plans and times beside plain baselines.

    python -m tests.bench.matching_scale [--flows 1000 10000 100000] [--rows 1000000] [--calls 300] [--json FILE]

Each size is an account of its own, made up by matching_scale_library and loaded in bulk through `describe_flow`;
smaller documents of one more account bring the index to `--rows`. Everything is asked as the application's role,
behind row-level security. The exit code is 1 when a plan scans a whole table.
"""

import argparse
import io
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pg8000.native
from rank_bm25 import BM25Okapi
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.clock import now
from firstline.db.engine import make_engine
from firstline.db.models.accounts import Role
from firstline.flows import listing
from firstline.matching.documents import describe_flow
from firstline.matching.queries import find_candidates
from firstline.matching.reading import read_intake
from firstline.matching.service import find_matches
from firstline.matching.text import read_terms
from firstline.settings import Settings
from infra.local.testing import LocalCloud
from tests.bench.matching_scale_library import Library, MadeFlow
from tests.conftest import RunningCloud, TestAccount

SEED = 20
BM25_CALLS = 20
TABLES = {"flow_match_documents", "flow_match_terms", "flow_words", "trees", "tree_versions"}
SEARCHES = ("outl", "printer jam", "restart citrix slow", "password", "ou")

_GRAPH = {
    "root": "on",
    "nodes": [
        {"id": "on", "type": "decision", "text": "Is it on?"},
        {"id": "good", "type": "solution", "text": "It works."},
        {"id": "pass", "type": "escalate", "text": "Pass it on."},
    ],
    "edges": [
        {"from": "on", "to": "good", "condition": {"key": "yes", "label": "On"}},
        {"from": "on", "to": "pass", "condition": {"key": "no", "label": "Off"}},
    ],
}
_FILLS = (
    """INSERT INTO trees (account_id, id, name, description, draft, live_version, created_at, updated_at)
        SELECT account_id, subject_id, name, array_to_string(stems, ' '), '{graph}', 1, now(), now()
        FROM flow_match_documents WHERE account_id = '{account}'""",
    """INSERT INTO tree_versions (account_id, id, tree_id, version, name, graph, published_at)
        SELECT account_id, id, id, 1, name, draft, now() FROM trees WHERE account_id = '{account}'""",
    """INSERT INTO flow_words SELECT account_id, word, id FROM trees, unnest(words_of_flow(trees)) AS word
        WHERE account_id = '{account}' ORDER BY 2, 3""",
    """INSERT INTO library_words SELECT DISTINCT account_id, word FROM flow_words WHERE account_id = '{account}'""",
)
_INDEX = (
    """INSERT INTO flow_match_terms SELECT account_id, term, subject_id FROM flow_match_documents, unnest(terms) AS term
        WHERE account_id = '{account}' ORDER BY 2, 3""",
    """INSERT INTO library_terms SELECT account_id, term, count(*) FROM flow_match_terms
        WHERE account_id = '{account}' GROUP BY 1, 2""",
    """INSERT INTO library_terms SELECT account_id, '', count(*) FROM flow_match_documents
        WHERE account_id = '{account}' GROUP BY 1""",
)
_STRANGERS = """INSERT INTO flow_match_documents
        (account_id, subject_id, terms, stems, name, version, document, updated_at)
    SELECT '{account}', gen_random_uuid(), stems, stems, 'Flow ' || n, 1, '{{"claims": []}}', now()
    FROM generate_series(1, {rows}) AS n, LATERAL (
        SELECT array_agg(DISTINCT term) AS stems FROM (
            SELECT (ARRAY{words})[1 + floor({known} * random() ^ 2)::int] AS term FROM generate_series(1, 6 + mod(n, 2))
        ) drawn
    ) AS drawn"""
_FULL_TEXT = """SELECT subject_id FROM bench_texts, to_tsquery('english', :asked) AS asked
    WHERE account_id = :account AND words @@ asked ORDER BY ts_rank(words, asked) DESC LIMIT 10"""


@dataclass(frozen=True)
class Call:
    text: str
    right: UUID
    reworded: bool


@dataclass(frozen=True)
class Loaded:
    """A library in the database, and calls to it."""

    account: TestAccount
    flows: Sequence[MadeFlow]
    ids: Sequence[UUID]
    calls: Sequence[Call]


class Bench:
    def __init__(self, cloud: LocalCloud) -> None:
        self._running = RunningCloud(cloud)
        port = cloud.cloud.postgres.port
        self.application: Engine = make_engine(Settings(database_port=port), user="firstline_app")
        self._server = pg8000.native.Connection("postgres", host="127.0.0.1", port=port, database="firstline")

    def close(self) -> None:
        self._server.close()
        self.application.dispose()
        self._running.stop()

    def load(self, size: int, calls: int) -> Loaded:
        library, account = Library(size, SEED), self._running.account(f"{size} flows")
        ids = [uuid4() for _ in library.flows]
        rows = (_copied(account.id, subject, flow) for subject, flow in zip(ids, library.flows, strict=True))
        with self._bulk() as run:
            columns = "account_id, subject_id, terms, stems, name, version, document, updated_at"
            run(f"COPY flow_match_documents ({columns}) FROM STDIN", io.BytesIO("".join(rows).encode()))
            graph = json.dumps(_GRAPH)
            for fill in (*_INDEX, *_FILLS):
                run(fill.replace("{account}", str(account.id)).replace("{graph}", graph))
            self._load_texts(run, account.id)
        chosen = enumerate(random.Random(SEED).sample(range(size), min(calls, size)))
        asked = [
            Call(library.call(library.flows[at], reworded=n % 3 == 0), ids[at], reworded=n % 3 == 0) for n, at in chosen
        ]
        return Loaded(account, library.flows, ids, asked)

    def load_strangers(self, rows: int, words: Sequence[str]) -> None:
        """Fill another account with documents of six or seven terms, the same words among them."""
        account = self._running.account("Strangers")
        listed = "['" + "','".join(words) + "']"
        with self._bulk() as run:
            run(_STRANGERS.format(account=account.id, rows=rows, words=listed, known=len(words)))
            for fill in _INDEX:
                run(fill.format(account=account.id))

    def settle(self) -> None:
        self._server.run("VACUUM ANALYZE")

    def session(self, account: UUID) -> "Asking":
        return Asking(self.application, account)

    def _load_texts(self, run: Callable[..., None], account: UUID) -> None:
        run("CREATE TABLE IF NOT EXISTS bench_texts (account_id uuid, subject_id uuid, words tsvector)")
        run("CREATE INDEX IF NOT EXISTS ix_bench_texts ON bench_texts USING gin (words)")
        run(
            "INSERT INTO bench_texts SELECT account_id, id, to_tsvector('english', name || ' ' || description)"
            f" FROM trees WHERE account_id = '{account}'"
        )
        run("GRANT SELECT ON bench_texts TO firstline_app")

    def _bulk(self) -> "_Bulk":
        return _Bulk(self._server)


class _Bulk:
    """A transaction without triggers and checks: the rows are right by construction."""

    def __init__(self, server: pg8000.native.Connection) -> None:
        self._server = server

    def __enter__(self) -> Callable[..., None]:
        self._server.run("BEGIN")
        self._server.run("SET LOCAL session_replication_role = replica")
        return lambda sql, stream=None: self._server.run(sql, stream=stream)

    def __exit__(self, kind: object, *_: object) -> None:
        self._server.run("COMMIT" if kind is None else "ROLLBACK")


class Asking:
    """A session of the application's role in one account."""

    def __init__(self, engine: Engine, account: UUID) -> None:
        self._engine, self._account = engine, account

    def __enter__(self) -> Session:
        self._connection = self._engine.connect()
        setting = {"id": str(self._account)}
        self._connection.execute(text("SELECT set_config('app.current_account_id', :id, true)"), setting)
        return Session(self._connection)

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def _copied(account: UUID, subject: UUID, flow: MadeFlow) -> str:
    document = describe_flow(flow_id=str(subject), name=flow.name, description=flow.description, keywords=flow.keywords)
    stems = "{" + ",".join(f'"{stem}"' for stem in sorted(document.stems)) + "}"
    stored = json.dumps(document.to_json()).replace("\\", "\\\\")
    return "\t".join([str(account), str(subject), stems, stems, flow.name, "1", stored, now().isoformat()]) + "\n"


def candidates(bench: Bench, loaded: Loaded) -> dict[str, Any]:
    """Return recall and times of finding, of the whole match, and of what anyone would first try."""
    account = loaded.account.id
    times: dict[str, list[float]] = {"find": [], "match": [], "full text": []}
    found: dict[bool, list[bool]] = {False: [], True: []}
    with bench.session(account) as db:
        for call in loaded.calls:
            intake = read_intake(call.text)
            took, few = timed(partial(find_candidates, db, account_id=account, intake=intake))
            found[call.reworded].append(call.right in {each.subject_id for each in few.found})
            times["find"].append(took)
            match = partial(find_matches, db, account_id=account, problem_statement=call.text)
            times["match"].append(timed(match)[0])
            asked = " | ".join(dict.fromkeys(word for term in read_terms(call.text) for word in term.surface.split()))
            plain = text(_FULL_TEXT).bindparams(account=account, asked=asked)
            times["full text"].append(timed(partial(db.execute, plain))[0])
        plans = list(_plans(db, lambda: find_candidates(db, account_id=account, intake=intake)))
    times["bm25"], bm25 = _bm25(loaded)
    return {
        "recall": statistics.mean(found[False]),
        "recall_reworded": statistics.mean(found[True]),
        "bm25_recall": bm25,
        "times": {name: spread(each) for name, each in times.items()},
        "whole_scans": sorted({table for plan in plans for table in _whole_scans(plan)}),
        "rows_read": sum(_rows_read(plan) for plan in plans),
    }


def searches(bench: Bench, loaded: Loaded) -> dict[str, Any]:
    me = Caller(loaded.account.id, uuid4(), Role.ENGINEER, "bench@example.com", "Bench")
    times: dict[str, list[float]] = {}
    scans: set[str] = set()
    with bench.session(loaded.account.id) as db:
        for words in SEARCHES:
            ask = partial(listing.search_flows, db, caller=me, words=words, limit=25, cursor=None)
            times[words] = [timed(ask)[0] for _ in range(9)]
            scans.update(table for plan in _plans(db, ask) for table in _whole_scans(plan))
    return {"times": {words: spread(each) for words, each in times.items()}, "whole_scans": sorted(scans)}


def _bm25(loaded: Loaded) -> tuple[list[float], float]:
    texts = [f"{flow.name} {flow.description}".lower().split() for flow in loaded.flows]
    index, times, found = BM25Okapi(texts), [], []
    for call in loaded.calls[:BM25_CALLS]:
        took, scores = timed(partial(index.get_scores, call.text.lower().split()))
        times.append(took)
        best = scores.argsort()[::-1][:60]
        found.append(call.right in {loaded.ids[at] for at in best})
    return times, statistics.mean(found)


def _plans(db: Session, ask: Callable[[], object]) -> Iterator[dict[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def remember(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        seen.append((statement, parameters))

    connection = db.connection()
    event.listen(connection, "before_cursor_execute", remember)
    ask()
    event.remove(connection, "before_cursor_execute", remember)
    for statement, parameters in seen:
        explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
        yield (explained if isinstance(explained, list) else json.loads(explained))[0]["Plan"]


def _whole_scans(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"].endswith("Seq Scan") and plan.get("Relation Name") in TABLES:
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from _whole_scans(part)


def _rows_read(plan: dict[str, Any]) -> int:
    own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) if "Relation Name" in plan else 0
    return int(own * plan["Actual Loops"]) + sum(map(_rows_read, plan.get("Plans", ())))


def timed(deed: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = deed()
    return (time.perf_counter() - began) * 1000, result


def spread(times: Sequence[float]) -> dict[str, float]:
    return {"p50": round(statistics.median(times), 1), "p95": round(sorted(times)[int(0.95 * len(times))], 1)}


def _shown(row: dict[str, Any]) -> str:
    times = ", ".join(f"{name} {each['p50']} / {each['p95']}" for name, each in row["times"].items())
    rest = {name: value for name, value in row.items() if name != "times"}
    return f"{json.dumps(rest)}\n    ms, p50 / p95: {times}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rows", type=int, default=1_000_000, help="documents of all accounts together")
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found: dict[str, Any] = {}
    with LocalCloud() as cloud:
        bench = Bench(cloud)
        libraries = {}
        for size in options.flows:
            took, libraries[size] = timed(partial(bench.load, size, options.calls))
            print(f"{size} flows loaded in {took / 1000:.0f} s", flush=True)
        largest = libraries[max(libraries)]
        words = sorted({term.stem for flow in largest.flows[:5_000] for term in read_terms(flow.name)})
        strangers = max(0, options.rows - sum(libraries))
        took, _ = timed(partial(bench.load_strangers, strangers, words))
        print(f"{strangers} documents of another account loaded in {took / 1000:.0f} s", flush=True)
        bench.settle()
        for size, loaded in libraries.items():
            for name, measured in (
                ("candidates", candidates(bench, loaded)),
                ("search", searches(bench, loaded)),
            ):
                found[f"{name}, {size} flows"] = measured
                print(f"{name}, {size} flows: {_shown(measured)}", flush=True)
        bench.close()
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    return int(any(row.get("whole_scans") for row in found.values()))


if __name__ == "__main__":
    sys.exit(main())
