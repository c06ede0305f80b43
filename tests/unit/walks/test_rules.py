"""The step engine: what an answer does to a walk."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.building.rules import BuiltNode, ServedType
from firstline.flows.rules import Condition, Edge, Graph, Node, NodeType, problems
from firstline.walks.nodes import ServedNode
from firstline.walks.rules import (
    DEPTH_CAP,
    AnswerUnknown,
    Building,
    Decision,
    Given,
    HelpServed,
    Moved,
    NothingToStepBackTo,
    Position,
    StepConflict,
    Unchanged,
    choices,
    decide,
    first_node,
    step_back,
)

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
YES, NO = Condition("yes", "Yes"), Condition("no", "No")


@st.composite
def sound_graphs(draw: st.DrawFn) -> Graph:
    """Draw sound graphs of up to nine inner nodes with joins: every way leads to a later node or to an end."""
    size = draw(st.integers(1, 9))
    nodes = [Node("end", NodeType.SOLUTION, "It works."), Node("person", NodeType.ESCALATE, "An engineer looks.")]
    edges: list[Edge] = []
    for number in range(size):
        later = st.sampled_from([*(f"n{other}" for other in range(number + 1, size)), "end", "person"])
        is_action = draw(st.booleans())
        kind = NodeType.ACTION if is_action else NodeType.DECISION
        nodes.append(Node(f"n{number}", kind, f"Step {number}?", help=draw(st.none() | st.just("Look closely."))))
        if is_action:
            edges.append(Edge(f"n{number}", draw(later)))
        else:
            keys = ["yes", "no", *draw(st.lists(st.sampled_from(["unsure", "third"]), unique=True))]
            edges += [Edge(f"n{number}", draw(later), Condition(key, key.title())) for key in keys]
    reached = _reached(edges)
    graph = Graph(
        "n0",
        tuple(node for node in nodes if node.id in reached),
        tuple(edge for edge in edges if edge.source in reached),
    )
    assert problems(graph) == []
    return graph


def _reached(edges: list[Edge]) -> set[str]:
    reached, todo = {"n0"}, ["n0"]
    while todo:
        node_id = todo.pop()
        for edge in edges:
            if edge.source == node_id and edge.target not in reached:
                reached.add(edge.target)
                todo.append(edge.target)
    return reached


@dataclass
class Bench:
    """A walk in memory: decisions are applied, and building answers one question after the other."""

    position: Position
    ids: Iterator[int] = field(default_factory=count)
    built: int = 0

    @classmethod
    def on(cls, graph: Graph | None) -> "Bench":
        first = first_node(graph) if graph else question("b-first")
        return cls(Position(graph, first))

    def say(self, answer: str | None, note: str | None = None, node_id: str | None = None) -> Decision:
        wanted = Given(node_id or self.position.pending.id, answer, note)
        decision = decide(self.position, wanted, arrived_at=AT, at=AT, new_id=self.new_id)
        if isinstance(decision, Moved):
            self.position = self.position.after(decision.step, decision.node)
        elif isinstance(decision, Building):
            self.built += 1
            self.position = self.position.after(decision.step, question(self.new_id()))
        elif isinstance(decision, HelpServed):
            earlier = replace(decision.node, unsure_at=AT - timedelta(seconds=1))
            self.position = replace(self.position, pending=earlier)
        return decision

    def back(self, to_node_id: str | None = None) -> None:
        reopened = step_back(self.position, to_node_id)
        if reopened is not None:
            self.position = reopened[0]

    def new_id(self) -> str:
        return f"built-{next(self.ids)}"


def question(node_id: str) -> ServedNode:
    built = BuiltNode(ServedType.QUESTION, f"Question {node_id}?", options=(YES, NO))
    return ServedNode.of_built(built, node_id=node_id)


def loose_cable() -> Graph:
    return Graph(
        "cable",
        (
            Node("cable", NodeType.DECISION, "Is the cable in?"),
            Node("push", NodeType.ACTION, "Push it in."),
            Node("cured", NodeType.SOLUTION, "The cable was out."),
            Node("stub", NodeType.ESCALATE, "Nobody took this way.", needs_review=True),
        ),
        (Edge("cable", "push", NO), Edge("cable", "stub", YES), Edge("push", "cured")),
    )


deeds = st.lists(
    st.tuples(st.sampled_from(["answer", "answer", "answer", "unsure", "other", "back"]), st.integers(0, 9)),
    max_size=30,
)


class TestAnyWalk:
    @settings(max_examples=150, deadline=None)
    @given(graph=st.none() | sound_graphs(), deeds=deeds)
    def test_keeps_its_promises(self, graph: Graph | None, deeds: list[tuple[str, int]]) -> None:
        bench = Bench.on(graph)
        for deed, choice in deeds:
            self._do(bench, deed, choice)
            position = bench.position
            ids = [step.node.id for step in position.path]
            assert len(set(ids)) == len(ids)
            assert position.pending.id not in ids
            built = [step.built for step in position.path]
            assert built == sorted(built)
            assert sum(built) <= DEPTH_CAP
            if position.path:
                last = position.path[-1]
                replayed = decide(position, Given(last.node.id, last.answer), arrived_at=AT, at=AT, new_id=bench.new_id)
                assert replayed == Unchanged(position.pending)
            with pytest.raises(StepConflict):
                bench.say("yes", node_id="never-served")

    def _do(self, bench: Bench, deed: str, choice: int) -> None:
        pending, path = bench.position.pending, bench.position.path
        if deed == "back" and path:
            bench.back(path[choice % len(path)].node.id)
        elif deed == "unsure":
            bench.say("unsure")
        elif deed == "other" and pending.node_type is ServedType.QUESTION:
            bench.say("other", "It looks different")
        elif deed == "answer" and (keys := choices(pending)):
            bench.say(keys[choice % len(keys)], "A note")

    @settings(max_examples=100, deadline=None)
    @given(graph=st.none() | sound_graphs(), deeds=deeds, where=st.integers(0, 30))
    def test_stepped_back_and_answered_the_same_way_walks_the_same_nodes_without_building(
        self, graph: Graph | None, deeds: list[tuple[str, int]], where: int
    ) -> None:
        bench = Bench.on(graph)
        for deed, choice in deeds:
            self._do(bench, deed, choice)
        before, built = bench.position, bench.built
        if not before.path:
            return
        index = where % len(before.path)

        bench.back(before.path[index].node.id)
        assert bench.position.pending == before.path[index].node
        for step in before.path[index:]:
            if step.answer == "unsure":
                bench.say("unsure")
            bench.say(step.answer, step.note)

        # Whether help was served at a node on the first way is not asked again on the second.
        assert [replace(step, node=_bare(step.node)) for step in bench.position.path] == [
            replace(step, node=_bare(step.node)) for step in before.path
        ]
        assert _bare(bench.position.pending) == _bare(before.pending)
        assert bench.built == built


def _bare(node: ServedNode) -> ServedNode:
    return replace(node, unsure_at=None, help=None)


class TestUnsure:
    def test_serves_the_help_and_answers_nothing(self) -> None:
        bench = Bench.on(loose_cable())

        decision = bench.say("unsure")

        assert isinstance(decision, HelpServed)
        assert decision.node.help
        assert bench.position.path == ()

    def test_sent_before_the_help_was_served_is_the_same_click(self) -> None:
        position = Position(loose_cable(), replace(first_node(loose_cable()), unsure_at=AT))
        unsure = Given("cable", "unsure")

        early = decide(position, unsure, arrived_at=AT, at=AT + timedelta(seconds=1), new_id=str)
        late = decide(position, unsure, arrived_at=AT + timedelta(seconds=1), at=AT + timedelta(seconds=2), new_id=str)

        assert isinstance(early, Unchanged)
        assert isinstance(late, Moved)

    def test_at_an_escalation_changes_nothing(self) -> None:
        bench = Bench.on(loose_cable())
        bench.say("unsure")
        bench.say("unsure")
        assert bench.position.pending.node_type is ServedType.ESCALATE

        bench.say("unsure")
        bench.say("unsure")

        assert len(bench.position.path) == 1


class TestLeavingTheGraph:
    def test_at_a_stub_nobody_walked_goes_on_building(self) -> None:
        bench = Bench.on(loose_cable())

        decision = bench.say("yes")

        assert isinstance(decision, Building)
        assert decision.leaving is not None
        assert decision.leaving.text == "Is the cable in?"
        assert bench.position.left_at == 0

    def test_at_the_solution_tells_the_builder_what_did_not_help(self) -> None:
        bench = Bench.on(loose_cable())
        bench.say("no")
        bench.say(None)

        decision = bench.say("not_fixed", "Still dark")

        assert isinstance(decision, Building)
        assert decision.leaving is not None
        assert (decision.leaving.text, decision.leaving.note) == ("The cable was out.", "Still dark")
        assert (decision.step.answer_label, decision.step.built) == ("That did not fix it", False)

    def test_with_another_note_builds_anew_after_stepping_back(self) -> None:
        bench = Bench.on(loose_cable())
        bench.say("other", "It is wireless")
        bench.back()

        decision = bench.say("other", "There are two cables")

        assert isinstance(decision, Building)

    def test_needs_a_note(self) -> None:
        with pytest.raises(AnswerUnknown):
            Bench.on(loose_cable()).say("other")


class TestDepthCap:
    def test_comes_after_twelve_built_answers_however_the_walk_began(self) -> None:
        for graph in (None, loose_cable()):
            bench = Bench.on(graph)
            if graph:
                bench.say("other", "It is wireless")
            for _ in range(DEPTH_CAP):
                assert bench.position.pending.node_type is ServedType.QUESTION
                bench.say("yes")

            assert bench.position.pending.reason_category == "depth_cap"
            assert sum(step.built for step in bench.position.path) == DEPTH_CAP

    def test_is_the_same_node_when_it_is_reached_again(self) -> None:
        bench = Bench.on(None)
        for _ in range(DEPTH_CAP):
            bench.say("yes")
        cap = bench.position.pending

        bench.back()
        bench.say("yes")

        assert bench.position.pending == cap


class TestEnds:
    @pytest.mark.parametrize("answer", ["yes", "done", "other", "fixed"])
    def test_take_no_other_answer(self, answer: str) -> None:
        bench = Bench.on(loose_cable())
        bench.say("no")
        bench.say("done")

        with pytest.raises(AnswerUnknown):
            bench.say(answer, "A note")

    def test_wait_for_the_session_to_end(self) -> None:
        bench = Bench.on(loose_cable())
        bench.say("no")
        bench.say("done")

        assert isinstance(bench.say(None), Unchanged)


class TestSteppingBack:
    def test_needs_an_answered_step(self) -> None:
        bench = Bench.on(loose_cable())

        with pytest.raises(NothingToStepBackTo):
            bench.back()

    def test_to_the_pending_node_is_done_already(self) -> None:
        bench = Bench.on(loose_cable())
        bench.say("no")

        assert step_back(bench.position, "push") is None
