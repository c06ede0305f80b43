"""What makes a graph sound."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.flows.rules import MAX_NODES, Condition, Edge, Graph, Node, NodeType, problems
from tests.unit.flows.graphs import sound_graphs

YES, NO = Condition("yes", "Yes"), Condition("no", "No")
QUESTION = Node("q", NodeType.DECISION, "Is it on?")
STEP = Node("s", NodeType.ACTION, "Switch it on.")
CURE = Node("c", NodeType.SOLUTION, "It works.")
HELP = Node("h", NodeType.ESCALATE, "Pass it on.")
SOUND = Graph("q", (QUESTION, STEP, CURE, HELP), (Edge("q", "h", YES), Edge("q", "s", NO), Edge("s", "c")))


def codes(graph: Graph) -> set[tuple[str, str | None]]:
    return {(each.code, each.node_id) for each in problems(graph)}


class TestProblems:
    @given(sound_graphs())
    def test_are_none_in_a_sound_graph(self, graph: Graph) -> None:
        assert problems(graph) == []

    @given(sound_graphs(), st.data())
    def test_are_found_when_any_way_is_taken_out(self, graph: Graph, data: st.DataObject) -> None:
        if not graph.edges:
            return
        lost = data.draw(st.sampled_from(graph.edges))
        rest = tuple(edge for edge in graph.edges if edge is not lost)
        left = problems(replace(graph, edges=rest))

        broken = {each.node_id for each in left}
        still_asks = len([edge for edge in rest if edge.source == lost.source]) >= 2
        assert lost.source in broken or still_asks

    @given(sound_graphs(), st.data())
    def test_are_found_when_any_way_leads_back(self, graph: Graph, data: st.DataObject) -> None:
        if not graph.edges:
            return
        turned = data.draw(st.sampled_from(graph.edges))
        edges = tuple(replace(edge, target=graph.root) if edge is turned else edge for edge in graph.edges)

        assert ("cycle", turned.source) in codes(replace(graph, edges=edges))

    @given(sound_graphs())
    def test_survive_being_written_and_read(self, graph: Graph) -> None:
        assert Graph.from_document(graph.to_document()) == graph

    @pytest.mark.parametrize(
        ("graph", "found"),
        [
            (Graph(""), {("empty", None)}),
            (replace(SOUND, root="x"), {("root_missing", "x")}),
            (replace(SOUND, nodes=(*SOUND.nodes, CURE)), {("id_repeated", "c")}),
            (replace(SOUND, nodes=(*SOUND.nodes, replace(CURE, id="i"))), {("unreachable", "i")}),
            (replace(SOUND, nodes=(QUESTION, STEP, replace(CURE, text=" "), HELP)), {("text_empty", "c")}),
            (replace(SOUND, nodes=(QUESTION, STEP, replace(CURE, needs_review=True), HELP)), {("needs_review", "c")}),
            (replace(SOUND, edges=SOUND.edges[1:]), {("decision_ways", "q"), ("unreachable", "h")}),
            (replace(SOUND, edges=SOUND.edges[:2]), {("action_ways", "s"), ("unreachable", "c")}),
            (replace(SOUND, edges=(*SOUND.edges, Edge("c", "h"))), {("end_goes_on", "c")}),
            (replace(SOUND, edges=(*SOUND.edges, Edge("q", "z", Condition("a", "A")))), {("edge_to_nowhere", "z")}),
            (replace(SOUND, edges=(*SOUND.edges, Edge("q", "c"))), {("condition_missing", "q")}),
            (replace(SOUND, edges=(*SOUND.edges, Edge("q", "c", Condition("no", "Nope")))), {("answer_repeated", "q")}),
            (replace(SOUND, edges=(*SOUND.edges, Edge("q", "c", Condition("n", "no")))), {("label_repeated", "q")}),
            (replace(SOUND, edges=(*SOUND.edges[:2], Edge("s", "q"))), {("cycle", "s"), ("unreachable", "c")}),
            (replace(SOUND, edges=(*SOUND.edges[:2], Edge("s", "s"))), {("cycle", "s"), ("unreachable", "c")}),
        ],
    )
    def test_name_the_fault_and_its_node(self, graph: Graph, found: set[tuple[str, str | None]]) -> None:
        assert codes(graph) == found

    def test_come_all_at_once(self) -> None:
        graph = Graph("q", (QUESTION, STEP, replace(CURE, id="i")), (Edge("q", "s", YES), Edge("q", "z")))

        assert codes(graph) == {
            ("edge_to_nowhere", "z"),
            ("condition_missing", "q"),
            ("action_ways", "s"),
            ("unreachable", "i"),
        }

    def test_include_ids_and_keys_too_long_to_be_counted(self) -> None:
        long = "x" * 65
        edges = (Edge("q", "h", Condition(long, "Yes")), Edge("q", long, NO))

        assert codes(Graph("q", (QUESTION, HELP, replace(CURE, id=long)), edges)) == {
            ("id_too_long", long),
            ("key_too_long", "q"),
        }

    def test_include_a_flow_nobody_can_oversee(self) -> None:
        crowd = tuple(Node(str(number), NodeType.ACTION, "Go.") for number in range(MAX_NODES + 1))
        ways = tuple(Edge(str(number), str(number + 1)) for number in range(MAX_NODES))
        graph = Graph("0", (*crowd[:-1], replace(crowd[-1], type=NodeType.SOLUTION)), ways)

        assert codes(graph) == {("too_many_nodes", None)}
