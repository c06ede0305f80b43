"""Versions, and what becomes of a draft when others publish."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from firstline.clock import now
from firstline.db.models import Flow, FlowVersion, Team
from firstline.errors import Forbidden, NotFound
from firstline.flows import publishing, queries
from firstline.flows.publishing import AlreadyPublished, ChangesConflict, LiveVersionMoved, UnsoundGraph
from firstline.flows.queries import LiveFlow
from firstline.flows.rules import Condition, Edge, Graph, Node, NodeType
from firstline.flows.service import Draft, archive_flow, create_flow, update_draft

GRAPH = Graph(
    "q",
    (
        Node("q", NodeType.DECISION, "Is it on?"),
        Node("c", NodeType.SOLUTION, "It works."),
        Node("h", NodeType.ESCALATE, "Pass it on."),
    ),
    (Edge("q", "c", Condition("yes", "Yes")), Edge("q", "h", Condition("no", "No"))),
)


def reworded(node_id: str, words: str) -> Graph:
    nodes = tuple(replace(node, text=words) if node.id == node_id else node for node in GRAPH.nodes)
    return replace(GRAPH, nodes=nodes)


@pytest.fixture
def indexed() -> list[tuple[str, int]]:
    """What the matcher was told of, in order."""
    return []


@pytest.fixture
def publish(db: Session, people: Any, indexed: list[tuple[str, int]]) -> Any:
    def index(_db: Session, live: LiveFlow, *, at: Any) -> None:
        assert at is not None
        indexed.append((live.name, live.version))

    def make(flow: Flow, **options: Any) -> FlowVersion:
        options.setdefault("by", people.admin)
        return publishing.publish_flow(db, flow_id=flow.id, at=now(), index=index, **options)

    return make


@pytest.fixture
def flow(db: Session, people: Any) -> Flow:
    return create_flow(db, name="Printer", graph=GRAPH, by=people.engineer, at=now())


def write(db: Session, people: Any, flow: Flow, graph: Graph, draft_of: int | None = None) -> None:
    change = Draft(graph=graph, draft_of=draft_of)
    update_draft(db, flow_id=flow.id, change=change, by=people.engineer, at=now(), index=untouched)


def untouched(_db: Session, live: LiveFlow, *, at: Any) -> None:
    raise AssertionError(f"{live.name} was put in the index at {at}")


class TestPublishing:
    def test_makes_the_live_version_readable_and_known_to_the_matcher(
        self, db: Session, people: Any, flow: Flow, publish: Any, indexed: list[tuple[str, int]]
    ) -> None:
        version = publish(flow)

        live = queries.find_live(db, people.account_id, flow.id)
        assert live is not None
        assert (live.version_id, live.version, live.graph, live.name) == (version.id, 1, GRAPH, "Printer")
        assert [each.flow_id for each in queries.list_live(db, people.account_id)] == [flow.id]
        assert indexed == [("Printer", 1)]

    def test_of_another_graph_goes_into_an_untouched_draft(self, people: Any, flow: Flow, publish: Any) -> None:
        publish(flow)

        publish(flow, graph=reworded("c", "It prints."), expected_live_version=1)

        assert Graph.from_document(flow.draft) == reworded("c", "It prints.")
        with pytest.raises(AlreadyPublished) as refused:
            publish(flow)
        assert refused.value.members["published_by"] == {"id": people.admin.user_id, "name": "admin"}

    def test_of_another_graph_joins_a_draft_that_changes_something_else(
        self, db: Session, people: Any, flow: Flow, publish: Any
    ) -> None:
        publish(flow)
        write(db, people, flow, reworded("h", "Pass it to hardware."))

        publish(flow, graph=reworded("c", "It prints."))
        third = publish(flow)

        texts = {node["id"]: node["text"] for node in third.graph["nodes"]}
        assert texts == {"q": "Is it on?", "c": "It prints.", "h": "Pass it to hardware."}

    def test_leaves_a_draft_that_contradicts_it_and_names_the_nodes_later(
        self, db: Session, people: Any, flow: Flow, publish: Any
    ) -> None:
        publish(flow)
        write(db, people, flow, reworded("c", "Lit again."))
        publish(flow, graph=reworded("c", "It prints."))

        assert Graph.from_document(flow.draft) == reworded("c", "Lit again.")
        with pytest.raises(ChangesConflict) as refused:
            publish(flow)
        assert refused.value.members["conflicts"] == [{"node_id": "c", "what": "the step itself"}]

        write(db, people, flow, reworded("c", "Lit again."), draft_of=2)
        assert publish(flow).version == 3

    def test_tells_whoever_comes_second(self, flow: Flow, publish: Any) -> None:
        publish(flow)
        publish(flow, graph=reworded("c", "It prints."), note="From a proposal.", expected_live_version=1)

        with pytest.raises(LiveVersionMoved) as refused:
            publish(flow, graph=reworded("c", "Lit."), expected_live_version=1)

        assert (refused.value.members["live_version"], refused.value.members["note"]) == (2, "From a proposal.")

    def test_refuses_stubs_nobody_walked(self, flow: Flow, publish: Any, indexed: list[tuple[str, int]]) -> None:
        stub = replace(GRAPH, nodes=(*GRAPH.nodes[:2], replace(GRAPH.nodes[2], needs_review=True)))

        with pytest.raises(UnsoundGraph) as refused:
            publish(flow, graph=stub)

        assert [each["code"] for each in refused.value.members["problems"]] == ["needs_review"]
        assert indexed == []

    def test_lets_a_team_admin_publish_for_the_own_team_only(
        self, db: Session, people: Any, flow: Flow, publish: Any
    ) -> None:
        teams = [Team(account_id=people.account_id, name=name, created_at=now()) for name in ("East", "West")]
        db.add_all(teams)
        db.flush()
        team_admin = replace(people.engineer, is_team_admin=True, team_id=teams[0].id)
        change = Draft(team_id=teams[1].id)
        update_draft(db, flow_id=flow.id, change=change, by=people.engineer, at=now(), index=untouched)

        with pytest.raises(Forbidden):
            publish(flow, by=team_admin)
        change = Draft(team_id=teams[0].id)
        update_draft(db, flow_id=flow.id, change=change, by=people.engineer, at=now(), index=untouched)
        assert publish(flow, by=team_admin).version == 1

    def test_keeps_what_walks_began_with(self, db: Session, people: Any, flow: Flow, publish: Any) -> None:
        first = publish(flow)
        publish(flow, graph=reworded("c", "It prints."))
        archive_flow(db, flow_id=flow.id, by=people.admin, at=now(), unindex=_forget)

        assert queries.find_live(db, people.account_id, flow.id) is None
        assert Graph.from_document(queries.get_version(db, people.account_id, first.id).graph) == GRAPH
        with pytest.raises(ProgrammingError, match="permission denied"), db.begin_nested():
            db.execute(text("UPDATE tree_versions SET note = 'changed'"))

    def test_knows_nothing_of_another_account(self, db: Session, flow: Flow, publish: Any) -> None:
        version = publish(flow)

        assert queries.find_live(db, uuid4(), flow.id) is None
        with pytest.raises(NotFound):
            queries.get_flow(db, uuid4(), flow.id)
        with pytest.raises(NotFound):
            queries.get_version(db, uuid4(), version.id)


def _forget(_db: Session, *, account_id: UUID, subject_id: UUID) -> None:
    assert account_id != subject_id
