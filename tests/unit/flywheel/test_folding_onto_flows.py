"""Walks against a published flow: inside it, leaving it, or run through a changed one."""

from dataclasses import replace

from firstline.flows.rules import Condition, Edge, Graph, Node, NodeType
from firstline.flywheel.folding.branching import fold_onto
from firstline.flywheel.folding.evidence import Step, Walk
from firstline.flywheel.folding.replaying import ReplayEnd, Replayer
from tests.unit.flywheel.printer_walks import FLOW, walks

FLOW_GRAPH = Graph(
    "power",
    tuple(Node(name, asked.type, asked.wordings[0]) for name, asked in FLOW.items()),
    tuple(
        Edge(name, target, Condition(answer, label) if answer else None)
        for name, asked in FLOW.items()
        for answer, label, target in asked.ways
    ),
)
GONE = {"wifi", "driver", "join"}
WITHOUT_WIFI = Graph(
    "power",
    tuple(node for node in FLOW_GRAPH.nodes if node.id not in GONE),
    tuple(edge for edge in FLOW_GRAPH.edges if not {edge.source, edge.target} & GONE),
)


def wireless(walk: Walk) -> bool:
    return any(step.answer == "wireless" for step in walk.steps)


class TestFoldOnto:
    def test_finds_the_place_where_walks_leave_a_flow(self) -> None:
        found = fold_onto(WITHOUT_WIFI, walks(40))
        assert [(branch.node_id, branch.answer, branch.label) for branch in found.branches] == [
            ("link", "wireless", "Wireless")
        ]
        assert set(found.branches[0].sessions) == {walk.session_id for walk in walks(40) if wireless(walk)}

    def test_folds_the_new_branch(self) -> None:
        branch = fold_onto(WITHOUT_WIFI, walks(40)).branches[0]
        assert len(branch.folding.nodes) == 3
        assert {edge.condition.key for edge in branch.folding.edges if edge.condition} == {"yes", "no"}

    def test_names_a_branch_s_steps_by_their_place_in_the_walk(self) -> None:
        branch = fold_onto(WITHOUT_WIFI, walks(40)).branches[0]
        root = next(node for node in branch.folding.nodes if node.id == branch.folding.root)
        assert {index for _, index in root.steps} == {2}

    def test_reinforces_what_walks_passed_inside(self) -> None:
        found = fold_onto(FLOW_GRAPH, walks(30))
        assert found.branches == ()
        assert len(found.reinforced) == 30
        assert all(one.nodes[0] == "power" for one in found.reinforced)

    def test_trusts_the_node_a_step_was_served_from(self) -> None:
        steps = (
            Step("Words changed since then", answer="yes", label="Lit", node_id="power"),
            Step("These too", answer="other", label="It is a fax", node_id="link"),
            Step("Is the fax line busy?", answer="yes", built=True),
            Step("Wait until the line is free.", NodeType.SOLUTION, built=True),
        )
        found = fold_onto(FLOW_GRAPH, [Walk("fax", "Fax does not send", steps)])
        assert [(branch.node_id, branch.answer, branch.label) for branch in found.branches] == [
            ("link", "other", "It is a fax")
        ]
        assert len(found.branches[0].folding.nodes) == 2

    def test_takes_an_answer_the_flow_has_no_way_for_as_leaving_it(self) -> None:
        fax = Step("How is the printer connected to the computer?", answer="fax", label="By fax line")
        some = [replace(one, steps=(one.steps[0], fax, *one.steps[2:])) for one in walks(40) if wireless(one)]
        found = fold_onto(FLOW_GRAPH, [*(one for one in walks(40) if not wireless(one)), *some])
        assert [(branch.node_id, branch.answer) for branch in found.branches] == [("link", "fax")]

    def test_is_the_same_in_any_order(self) -> None:
        assert fold_onto(WITHOUT_WIFI, walks(20)[::-1]) == fold_onto(WITHOUT_WIFI, walks(20))


class TestReplay:
    def test_reaches_the_same_end_in_the_same_flow(self) -> None:
        replayer = Replayer(FLOW_GRAPH)
        assert {replayer.replay(walk).end for walk in walks(40)} == {ReplayEnd.SAME_END}

    def test_stops_where_the_flow_has_no_way_on(self) -> None:
        replayer = Replayer(WITHOUT_WIFI)
        for walk in walks(40):
            expected = ReplayEnd.DEAD_END if wireless(walk) else ReplayEnd.SAME_END
            assert replayer.replay(walk).end is expected

    def test_tells_a_shorter_way_to_the_same_end(self) -> None:
        walk = next(one for one in walks(40) if wireless(one))
        longer = replace(walk, steps=(Step("Did you have a nice weekend at the sea?", answer="yes"), *walk.steps))
        assert Replayer(FLOW_GRAPH).replay(longer).end is ReplayEnd.SHORTER

    def test_tells_another_end(self) -> None:
        walk = walks(1)[0]
        other = replace(walk, steps=(*walk.steps[:-1], Step("Bought an entirely different machine", NodeType.SOLUTION)))
        assert Replayer(FLOW_GRAPH).replay(other).end is ReplayEnd.OTHER_END
