"""Change lists, and two changes brought together."""

from dataclasses import replace

from hypothesis import given, settings

from firstline.flows.merging import Change, ChangeKind, MergeConflict, apply, diff, same, three_way_merge
from firstline.flows.rules import Condition, Edge, Graph, Node, NodeType
from tests.unit.flows.graphs import sound_graphs

YES, NO = Condition("yes", "Yes"), Condition("no", "No")
QUESTION = Node("q", NodeType.DECISION, "Is it on?")
CURE = Node("c", NodeType.SOLUTION, "It works.")
HELP = Node("h", NodeType.ESCALATE, "Pass it on.")
BASE = Graph("q", (QUESTION, CURE, HELP), (Edge("q", "c", YES), Edge("q", "h", NO)))


def reworded(graph: Graph, node_id: str, text: str) -> Graph:
    nodes = tuple(replace(node, text=text) if node.id == node_id else node for node in graph.nodes)
    return replace(graph, nodes=nodes)


class TestDiff:
    @given(sound_graphs(), sound_graphs())
    def test_turns_one_graph_into_the_other(self, before: Graph, after: Graph) -> None:
        assert same(apply(before, diff(before, after)), after)

    @given(sound_graphs())
    def test_of_a_graph_with_itself_is_empty(self, graph: Graph) -> None:
        turned = Graph(graph.root, graph.nodes[::-1], graph.edges[::-1])

        assert diff(graph, graph) == []
        assert diff(graph, turned) == []

    def test_copes_with_a_draft_that_repeats_itself(self) -> None:
        before = replace(BASE, nodes=(*BASE.nodes, CURE), edges=(*BASE.edges, Edge("q", "h", YES)))
        after = replace(BASE, edges=(*BASE.edges, Edge("q", "c"), Edge("q", "h")))

        assert same(apply(before, diff(before, after)), after)

    def test_says_what_happened_to_each_part(self) -> None:
        after = Graph("q", (replace(QUESTION, help="Look."), HELP), (Edge("q", "h", YES), Edge("q", "h", NO)))

        assert diff(BASE, after) == [
            Change(ChangeKind.NODE_CHANGED, "q", QUESTION.to_document(), replace(QUESTION, help="Look.").to_document()),
            Change(ChangeKind.NODE_REMOVED, "c", CURE.to_document(), None),
            Change(
                ChangeKind.EDGE_CHANGED,
                "q",
                Edge("q", "c", YES).to_document(),
                Edge("q", "h", YES).to_document(),
            ),
        ]


class TestThreeWayMerge:
    @settings(max_examples=50)
    @given(sound_graphs(), sound_graphs())
    def test_takes_the_only_change_there_is(self, base: Graph, changed: Graph) -> None:
        for mine, theirs in ((changed, base), (base, changed), (changed, changed)):
            merged = three_way_merge(base, mine, theirs)
            assert merged.conflicts == []
            assert same(merged.graph, changed)

    @settings(max_examples=50)
    @given(sound_graphs(), sound_graphs(), sound_graphs())
    def test_finds_the_same_conflicts_from_either_side(self, base: Graph, one: Graph, other: Graph) -> None:
        mine, theirs = three_way_merge(base, one, other), three_way_merge(base, other, one)

        assert {each.node_id for each in mine.conflicts} - {one.root, other.root} == {
            each.node_id for each in theirs.conflicts
        } - {one.root, other.root}
        if not mine.conflicts:
            assert same(mine.graph, theirs.graph)

    def test_keeps_two_changes_in_different_places(self) -> None:
        step = Node("s", NodeType.ACTION, "Switch it on.")
        edges = (Edge("q", "c", YES), Edge("q", "s", NO), Edge("s", "h"))
        longer = Graph("q", (*BASE.nodes, step), edges)

        merged = three_way_merge(BASE, reworded(BASE, "c", "It prints."), longer)

        assert merged.conflicts == []
        assert same(merged.graph, reworded(longer, "c", "It prints."))

    def test_refuses_two_wordings_of_one_step(self) -> None:
        merged = three_way_merge(BASE, reworded(BASE, "q", "Is it lit?"), reworded(BASE, "q", "Any light?"))

        assert merged.conflicts == [MergeConflict("q", "the step itself")]
        assert merged.graph.by_id["q"].text == "Is it lit?"

    def test_refuses_two_targets_of_one_answer(self) -> None:
        mine = replace(BASE, edges=(Edge("q", "h", YES), Edge("q", "h", NO)))
        step = Node("s", NodeType.ACTION, "Switch it on.")
        edges = (Edge("q", "s", YES), Edge("q", "h", NO), Edge("s", "c"))

        merged = three_way_merge(BASE, mine, Graph("q", (*BASE.nodes, step), edges))

        assert merged.conflicts == [MergeConflict("q", "the way on 'yes'")]

    def test_refuses_a_way_to_what_the_other_side_took_out(self) -> None:
        without = Graph("q", (QUESTION, HELP), (Edge("q", "h", YES), Edge("q", "h", NO)))
        more = replace(BASE, edges=(*BASE.edges, Edge("q", "c", Condition("maybe", "Maybe"))))

        merged = three_way_merge(BASE, without, more)

        assert merged.conflicts == [MergeConflict("c", "taken out on one side, led to on the other")]
