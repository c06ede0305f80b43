"""Which question should come earlier."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.flows.reordering import MIN_SAVING, MIN_WALKS, Advice, advise, expected_questions, reordered
from firstline.flows.rules import Condition, Edge, Graph, Node, NodeType, problems

Frequencies = dict[tuple[str, str], int]


def row_of(*exits: float, walks: int = 1000) -> tuple[Graph, Frequencies]:
    """Return questions q0, q1 … in a row, each ending a walk with the given chance, and walks that went so."""
    nodes, edges, counts = [], [], Frequencies()
    remaining = float(walks)
    for index, share in enumerate(exits):
        question, cure = f"q{index}", f"cure{index}"
        onward = f"q{index + 1}" if index + 1 < len(exits) else "nothing"
        nodes += [Node(question, NodeType.DECISION, question), Node(cure, NodeType.SOLUTION, cure)]
        edges += [
            Edge(question, onward, Condition("fine", "Fine")),
            Edge(question, cure, Condition("bad", "Bad")),
        ]
        counts[question, "bad"] = round(remaining * share)
        counts[question, "fine"] = round(remaining * (1 - share))
        remaining *= 1 - share
    nodes.append(Node("nothing", NodeType.ESCALATE, "nothing"))
    return Graph("q0", tuple(nodes), tuple(edges)), counts


def detour() -> tuple[Graph, Frequencies]:
    """Return a row whose first question costs two more before it goes on, and whose second cures most."""
    nodes = [
        Node("cable", NodeType.DECISION, "Is the cable in?"),
        Node("push", NodeType.ACTION, "Push it in."),
        Node("better", NodeType.DECISION, "Is it better?"),
        Node("power", NodeType.DECISION, "Is it on?"),
        Node("last", NodeType.DECISION, "Is it ours?"),
        Node("pushed", NodeType.SOLUTION, "It was loose."),
        Node("on", NodeType.SOLUTION, "It was off."),
        Node("ours", NodeType.ESCALATE, "Ours."),
        Node("theirs", NodeType.ESCALATE, "Theirs."),
    ]
    yes, no = Condition("yes", "Yes"), Condition("no", "No")
    edges = [
        Edge("cable", "power", yes),
        Edge("cable", "push", no),
        Edge("push", "better"),
        Edge("better", "pushed", yes),
        Edge("better", "power", no),
        Edge("power", "last", yes),
        Edge("power", "on", no),
        Edge("last", "ours", yes),
        Edge("last", "theirs", no),
    ]
    counts = {
        ("cable", "yes"): 10,
        ("cable", "no"): 90,
        ("push", ""): 90,
        ("better", "yes"): 9,
        ("better", "no"): 81,
        ("power", "yes"): 9,
        ("power", "no"): 82,
    }
    return Graph("cable", tuple(nodes), tuple(edges)), counts


class TestExpectedQuestions:
    def test_count_each_question_as_often_as_it_is_met(self) -> None:
        graph, counts = row_of(0.5, 0.5)
        assert expected_questions(graph, counts) == pytest.approx(1.5)

    def test_take_unseen_answers_as_equally_likely(self) -> None:
        graph, _ = row_of(0.9, 0.9, 0.9)
        assert expected_questions(graph, {}) == pytest.approx(1 + 0.5 + 0.25)

    def test_do_not_count_what_is_only_done(self) -> None:
        graph, counts = detour()
        assert expected_questions(graph, counts) == pytest.approx(1 + 0.9 + 0.91 + 0.91 * 9 / 91)


class TestAdvice:
    def test_puts_the_question_that_settles_most_first(self) -> None:
        advice = advise(*row_of(0.02, 0.1, 0.8, 0.2))
        assert advice is not None
        assert advice.order == ("q0", "q1", "q2", "q3")
        assert advice.better_order == ("q2", "q3", "q1", "q0")
        assert advice.walks == 1000
        assert advice.saving > MIN_SAVING

    def test_moves_a_question_with_all_that_follows_its_answer(self) -> None:
        graph, counts = detour()
        advice = advise(graph, counts)
        assert advice is not None
        assert (advice.order, advice.better_order) == (("cable", "power"), ("power", "cable"))
        then = reordered(graph, advice.order, advice.better_order)
        assert then.root == "power"
        assert [way.target for way in then.ways_from("power")] == ["cable", "on"]
        assert [way.target for way in then.ways_from("cable")] == ["last", "push"]
        assert [way.target for way in then.ways_from("better")] == ["pushed", "last"]
        assert advice.expected_then == pytest.approx(expected_questions(then, counts))

    def test_is_not_given_for_a_small_saving(self) -> None:
        assert advise(*row_of(0.30, 0.35, 0.3)) is None

    def test_is_not_given_for_a_row_that_is_best_already(self) -> None:
        assert advise(*row_of(0.8, 0.3, 0.1)) is None

    def test_is_not_given_on_few_walks(self) -> None:
        assert advise(*row_of(0.02, 0.9, 0.5, walks=MIN_WALKS - 1)) is None
        assert advise(*row_of(0.02, 0.9, 0.5, walks=MIN_WALKS)) is not None

    def test_leaves_a_question_where_it_is_that_hardly_anybody_has_answered(self) -> None:
        advice = advise(*row_of(0.02, 0.7, 0.9, walks=32))
        assert advice is not None
        assert advice.better_order == ("q1", "q0")

    def test_leaves_questions_alone_that_another_way_leads_into(self) -> None:
        graph, counts = row_of(0.02, 0.02, 0.9, 0.5)
        first = Node("first", NodeType.DECISION, "first")
        ways = (Edge("first", "q0", Condition("a", "A")), Edge("first", "q1", Condition("b", "B")))
        joined = Graph("first", (first, *graph.nodes), (*ways, *graph.edges))
        advice = advise(joined, {**counts, ("first", "a"): 500, ("first", "b"): 500})
        assert advice is None or "q0" not in advice.order

    @given(st.lists(st.floats(0.01, 0.99), min_size=3, max_size=7))
    def test_keeps_a_flow_sound_and_is_never_worse_than_any_other_order(self, exits: list[float]) -> None:
        graph, counts = row_of(*exits, walks=100_000)
        advice = advise(graph, counts)
        if advice is None:
            return
        better = reordered(graph, advice.order, advice.better_order)
        assert problems(better) == []
        assert {node.id for node in better.nodes} == {node.id for node in graph.nodes}
        assert advice.expected_then == pytest.approx(expected_questions(better, counts))
        for first, second in zip(advice.better_order, advice.better_order[1:], strict=False):
            swapped = _swapped(advice, first, second)
            assert expected_questions(reordered(graph, advice.order, swapped), counts) >= advice.expected_then - 1e-9


def _swapped(advice: Advice, first: str, second: str) -> list[str]:
    exchange: Mapping[str, str] = {first: second, second: first}
    return [exchange.get(head, head) for head in advice.better_order]
