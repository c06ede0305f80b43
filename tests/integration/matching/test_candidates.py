"""Candidates among many flows: found by the index behind row-level security, and by names only the account has."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from firstline.db.models import FlowMatchDocument, FlowMatchTerm
from firstline.matching.queries import Candidates, find_candidates
from firstline.matching.reading import read_intake

FLOWS = 400
_FILL = text(
    """
    INSERT INTO flow_match_documents (account_id, subject_id, terms, stems, name, version, document, updated_at)
    SELECT :account, lpad(to_hex(n), 32, '0')::uuid, stems, stems, 'Flow ' || n, 1,
        jsonb_build_object('claims', jsonb_build_array(jsonb_build_array(stems[1], stems[1], 1.0, 0, 1))), now()
    FROM generate_series(1, :flows) n, LATERAL (SELECT ARRAY['gizmo' || n, 'print', 'part' || mod(n, 7)] AS stems) made
    """
)
_COUNT = text(
    """
    INSERT INTO library_terms (account_id, term, documents)
    SELECT account_id, term, count(*) FROM flow_match_terms WHERE account_id = :account GROUP BY account_id, term
    UNION ALL SELECT account_id, '', count(*) FROM flow_match_documents WHERE account_id = :account GROUP BY account_id
    """
)


@pytest.fixture
def library(db: Session, people: Any) -> Session:
    """Four hundred flows, each with a name of its own, a word of a seventh of them and one of all."""
    db.execute(_FILL, {"account": people.account_id, "flows": FLOWS})
    db.execute(_COUNT, {"account": people.account_id})
    return db


def ask(db: Session, said: str) -> Candidates:
    return find_candidates(db, account_id=db.info["account_id"], intake=read_intake(said))


def numbers(found: Candidates) -> list[int]:
    return [candidate.subject_id.int for candidate in found.found]


class TestCandidates:
    def test_are_the_flows_that_are_named_first(self, library: Session) -> None:
        found = ask(library, "gizmo77 does not print")

        assert numbers(found)[0] == 77
        assert (found.library_size, found.containing["print"], found.containing["gizmo77"]) == (FLOWS, FLOWS, 1)

    def test_include_the_flow_whose_own_name_is_misspelt(self, db: Session, people: Any) -> None:
        db.execute(
            text(
                """
                INSERT INTO flow_match_documents
                    (account_id, subject_id, terms, stems, name, version, document, updated_at)
                VALUES (:account, :id, '{lotamar}', '{lotamar}', 'Lotamar', 1, '{"claims": []}', now())
                """
            ),
            {"account": people.account_id, "id": UUID(int=1)},
        )
        db.execute(_COUNT, {"account": people.account_id})

        assert numbers(ask(db, "Lotmaar is broken")) == [1]

    def test_bring_vectors_of_the_encoder_that_is_asked_for(self, library: Session) -> None:
        row = library.scalars(select(FlowMatchDocument).where(FlowMatchDocument.name == "Flow 77")).one()
        row.vectors, row.vectors_model = b"\x01\x02", "one"
        library.flush()

        assert self._vectors(library, "one") == {b"\x01\x02", None}
        assert self._vectors(library, "other") == {None}
        assert self._vectors(library, None) == {None}

    def _vectors(self, db: Session, model: str | None) -> set[bytes | None]:
        intake = read_intake("gizmo77 does not print")
        found = find_candidates(db, account_id=db.info["account_id"], intake=intake, model=model)
        return {candidate.vectors for candidate in found.found}

    def test_are_none_where_nothing_is_near(self, library: Session) -> None:
        assert ask(library, "the coffee tastes odd") == Candidates((), 0, {})

    def test_are_read_by_account_and_term_behind_row_level_security(self, library: Session) -> None:
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):  # right for so few rows
            library.execute(text(f"SET LOCAL enable_{way} = off"))

        nodes = self._plan(library)
        conditions = [node["Index Cond"] for node in nodes if node.get("Relation Name") == "flow_match_terms"]

        assert conditions
        assert all("account_id =" in condition and "term =" in condition for condition in conditions)

    def _plan(self, db: Session) -> Iterator[dict[str, Any]]:
        seen: list[tuple[str, Any]] = []
        connection = db.connection()
        event.listen(connection, "before_cursor_execute", lambda *given: seen.append((given[2], given[3])))
        ask(db, "gizmo77 does not print")
        ((statement, parameters),) = list(seen)
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
        waiting = [(plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]]
        while waiting:
            node = waiting.pop()
            waiting += node.get("Plans", ())
            yield node


class TestTheIndexOfTerms:
    def test_follows_the_documents(self, library: Session) -> None:
        document = library.scalars(select(FlowMatchDocument).where(FlowMatchDocument.name == "Flow 5")).one()
        assert self._terms(library) == {"gizmo5", "part5", "print"}

        document.terms = ["print", "toner"]
        library.flush()
        assert self._terms(library) == {"print", "toner"}

        library.delete(document)
        library.flush()
        assert self._terms(library) == set()

    def _terms(self, db: Session) -> set[str]:
        return set(db.scalars(select(FlowMatchTerm.term).where(FlowMatchTerm.subject_id == UUID(int=5))))
