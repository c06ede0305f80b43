"""The search behind row-level security: by indexes, and by what flows say now."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from firstline.flows.listing import search_flows
from firstline.flows.rules import Graph
from firstline.flows.service import create_flow

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def names(db: Session, people: Any, words: str) -> list[str]:
    found = search_flows(db, caller=people.engineer, words=words, limit=25, cursor=None)
    return [flow.name for flow in found.items]


class TestSearch:
    def test_finds_what_a_flow_says_now_and_not_what_it_said(self, db: Session, people: Any) -> None:
        flow = create_flow(db, name="Scanner is mute", description="", graph=Graph(""), by=people.engineer, at=AT)
        db.flush()
        assert names(db, people, "canner") == ["Scanner is mute"]

        flow.name, flow.tags = "Copier is mute", ["Toner"]
        db.flush()
        assert names(db, people, "canner") == []
        assert names(db, people, "COPIER tone") == ["Copier is mute"]

        db.delete(flow)
        db.flush()
        assert names(db, people, "copier") == []

    def test_reads_words_by_their_keys(self, db: Session, people: Any) -> None:
        create_flow(db, name="Printer jams", description="", graph=Graph(""), by=people.engineer, at=AT)
        db.flush()
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):  # right for so few rows
            db.execute(text(f"SET LOCAL enable_{way} = off"))

        conditions = {node.get("Relation Name"): node.get("Index Cond", "") for node in self._plans(db, people)}

        assert "word =" in conditions["flow_words"]
        assert "account_id =" in conditions["library_words"]

    def _plans(self, db: Session, people: Any) -> Iterator[dict[str, Any]]:
        seen: list[tuple[str, Any]] = []
        connection = db.connection()
        event.listen(connection, "before_cursor_execute", lambda *given: seen.append((given[2], given[3])))
        assert names(db, people, "printer") == ["Printer jams"]
        ((statement, parameters),) = list(seen)
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
        waiting = [(plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]]
        while waiting:
            node = waiting.pop()
            waiting += node.get("Plans", ())
            yield node
