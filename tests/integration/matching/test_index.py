"""The index of an account's flows: what is learned of calls, and whose words count."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from firstline.db.models import Account, Flow, FlowMatchDocument, Walk
from firstline.flows.queries import LiveFlow
from firstline.flows.rules import Graph
from firstline.flows.service import create_flow
from firstline.matching.service import (
    Match,
    find_matches,
    forget_opening,
    index_flow,
    index_proposal,
    learn_opening,
    unindex_flow,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
PRINTER = ("Printer offline", "The printer shows as offline and nothing prints.")
SOUND = ("Nobody hears the caller", "In a meeting the others do not hear the caller.")
SAID = "The printer upstairs is offline"
ODD = "Sheets come out of the Xerox upstairs with nothing on them"


class Library:
    """Flows of the test's account, indexed as publishing does."""

    def __init__(self, db: Session, people: Any) -> None:
        self._db, self._people = db, people

    def publish(self, name: str, description: str, **members: Any) -> Flow:
        flow = create_flow(
            self._db, name=name, description=description, graph=Graph(""), by=self._people.engineer, at=AT, **members
        )
        self.index(flow)
        return flow

    def index(self, flow: Flow, version: int = 1) -> None:
        live = LiveFlow(
            flow.account_id, flow.id, uuid4(), version, flow.name, flow.description, None, None, flow.tags,
            flow.match_keywords, None, Graph(""), AT,
        )  # fmt: skip
        index_flow(self._db, live, at=AT)

    def learn(self, flow: Flow, said: str, *, helpful: bool, at: datetime = AT, walk_id: UUID | None = None) -> UUID:
        walk_id = walk_id or self._walk(flow)
        learn_opening(
            self._db, account_id=flow.account_id, flow_id=flow.id, walk_id=walk_id, text=said, ticket_id="T-1",
            helpful=helpful, at=at,
        )  # fmt: skip
        self._db.flush()
        return walk_id

    def match(self, said: str, at: datetime | None = AT) -> dict[UUID, Match]:
        found = find_matches(self._db, account_id=self._people.account_id, problem_statement=said, at=at)
        return {match.subject_id: match for match in found.flows}

    def score(self, flow: Flow, said: str, at: datetime | None = AT) -> float:
        found = self.match(said, at).get(flow.id)
        return found.score if found is not None else 0.0

    def _walk(self, flow: Flow) -> UUID:
        walk = Walk(
            account_id=flow.account_id, id=uuid4(), created_by_user_id=self._people.l1_tech.user_id, ticket_id="T-1",
            ticket_kind="internal", session_kind="adhoc", status="resolved", analysis_status="pending",
            walked_path=[], walk_notes=[], usage={}, started_at=AT, last_step_at=AT, resolved_at=AT,
        )  # fmt: skip
        self._db.add(walk)
        self._db.flush()
        return walk.id


@pytest.fixture
def library(db: Session, people: Any) -> Library:
    return Library(db, people)


class TestLearning:
    def test_of_a_call_the_flow_resolved_lifts_the_next_like_it(self, library: Library) -> None:
        flow = library.publish(*PRINTER)
        before = library.score(flow, ODD)
        library.learn(flow, ODD, helpful=True)
        assert library.score(flow, ODD) > before
        assert library.match(ODD)[flow.id].why.past_tickets == ["T-1"]

    def test_of_a_call_that_failed_lowers_the_next_like_it(self, library: Library) -> None:
        flow = library.publish(*PRINTER)
        before = library.score(flow, SAID)
        library.learn(flow, SAID, helpful=False)
        assert library.score(flow, SAID) < before

    def test_of_a_ticket_that_came_back_turns_what_it_taught(self, library: Library) -> None:
        flow = library.publish(*PRINTER)
        walk_id = library.learn(flow, SAID, helpful=True)
        resolved = library.score(flow, SAID)
        library.learn(flow, SAID, helpful=False, walk_id=walk_id)
        assert library.score(flow, SAID) < resolved

    def test_of_failures_counts_against_other_words_too_and_fades(self, library: Library) -> None:
        flow = library.publish(*PRINTER)
        before = library.score(flow, SAID)
        for _ in range(3):
            library.learn(flow, "Toner is empty", helpful=False)
        assert library.score(flow, SAID) < before
        assert library.score(flow, SAID) < library.score(flow, SAID, AT + timedelta(days=365)) <= before

    def test_of_successes_is_a_mild_prior(self, library: Library) -> None:
        flow = library.publish(*PRINTER)
        story = "The printer is offline since my boss moved the desks"
        before = library.score(flow, story)
        for _ in range(20):
            library.learn(flow, "Toner is empty", helpful=True)
        assert before < library.score(flow, story) < before + 0.06

    def test_is_forgotten_with_the_walk(self, db: Session, library: Library) -> None:
        flow = library.publish(*PRINTER)
        before, terms = library.score(flow, ODD), db.scalar(select(FlowMatchDocument.terms))
        walk_id = library.learn(flow, ODD, helpful=True)
        assert db.scalar(select(FlowMatchDocument.terms)) != terms
        forget_opening(db, account_id=flow.account_id, walk_id=walk_id, at=AT)
        db.flush()
        assert (library.score(flow, ODD), db.scalar(select(FlowMatchDocument.terms))) == (before, terms)

    def test_outlives_the_next_publication(self, library: Library) -> None:
        flow = library.publish(*PRINTER)
        library.learn(flow, ODD, helpful=True)
        learned = library.score(flow, ODD)
        library.index(flow, version=2)
        assert library.score(flow, ODD) == learned
        assert library.match(ODD)[flow.id].version == 2


class TestIndex:
    def test_forgets_what_is_archived(self, db: Session, library: Library) -> None:
        flow = library.publish(*PRINTER)
        unindex_flow(db, account_id=flow.account_id, subject_id=flow.id)
        assert library.match(SAID) == {}

    def test_drops_vectors_of_words_that_are_no_longer_said(self, db: Session, library: Library) -> None:
        flow = library.publish(*PRINTER)
        row = db.scalars(select(FlowMatchDocument)).one()
        row.vectors, row.vectors_model = b"\x00\x01", "model"
        db.flush()
        flow.tags = ["spooler"]
        library.index(flow)
        db.refresh(row)
        assert row.vectors_model == "model"
        flow.name = "Printer prints nothing"
        library.index(flow)
        db.refresh(row)
        assert db.scalar(select(FlowMatchDocument.vectors)) is None

    def test_of_a_proposal_on_the_same_problem_does_not_lower_its_flow(
        self, db: Session, people: Any, library: Library
    ) -> None:
        flow = library.publish(*PRINTER)
        story = "The printer is offline since my boss moved the desks"
        before = library.score(flow, story)
        index_proposal(
            db, account_id=people.account_id, proposal_id=uuid4(), title=PRINTER[0], description=PRINTER[1],
            keywords=[], symptoms=[], at=AT,
        )  # fmt: skip
        assert library.score(flow, story) == before > 0

    def test_of_a_proposal_is_kept_apart_from_flows(self, db: Session, people: Any) -> None:
        index_proposal(
            db, account_id=people.account_id, proposal_id=uuid4(), title=PRINTER[0], description=PRINTER[1],
            keywords=[], symptoms=[], at=AT,
        )  # fmt: skip
        found = find_matches(db, account_id=people.account_id, problem_statement=SAID, at=AT)
        assert (found.flows, [match.name for match in found.proposals]) == ([], [PRINTER[0]])

    def test_that_cannot_be_read_finds_nothing_and_leaves_the_transaction_usable(
        self, db: Session, library: Library
    ) -> None:
        library.publish(*PRINTER)
        db.execute(text("UPDATE flow_match_documents SET document = '{}'"))
        assert library.match(SAID) == {}
        assert db.scalar(select(Flow.name)) == PRINTER[0]


class TestScore:
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
    @given(names=st.lists(st.sampled_from([PRINTER, SOUND, ("Printer upstairs", "The printer upstairs is offline.")])))
    def test_never_depends_on_the_flows_and_calls_of_another_account(
        self, db: Session, library: Library, names: list[tuple[str, str]]
    ) -> None:
        with db.begin_nested() as savepoint:
            flow = library.publish(*PRINTER)
            alone = library.match(SAID)[flow.id]
            self._fill_another_account(db, names)
            assert library.match(SAID)[flow.id] == alone
            savepoint.rollback()

    def _fill_another_account(self, db: Session, names: list[tuple[str, str]]) -> None:
        mine, other = db.info["account_id"], uuid4()
        self._become(db, other)
        db.add(Account(id=other, name="Contoso", l1_categories=[], created_at=AT))
        db.flush()
        for name, description in names:
            live = LiveFlow(other, uuid4(), uuid4(), 1, name, description, None, None, (), (), None, Graph(""), AT)
            index_flow(db, live, at=AT)
        self._become(db, mine)

    def _become(self, db: Session, account_id: UUID) -> None:
        db.execute(text("SELECT set_config('app.current_account_id', :id, true)"), {"id": str(account_id)})
