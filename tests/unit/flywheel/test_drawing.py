"""A question that is reached by several ways is one node of the drawn graph."""

from collections.abc import Sequence

from firstline.flows.rules import Condition, Graph, NodeType, problems
from firstline.flywheel.folding.drawing import draw
from firstline.flywheel.folding.drawn import Folding
from firstline.flywheel.folding.evidence import Outcome, Step, Walk
from firstline.flywheel.folding.growth import Place
from firstline.flywheel.folding.register import Register
from firstline.flywheel.folding.replaying import ReplayEnd, Replayer
from firstline.flywheel.folding.skeleton import Level, Wording

LAMP, CABLE, COVER, PAPER, FILL, CALL = range(6)
TEXTS = {
    LAMP: "Is the lamp on?",
    CABLE: "Is the cable plugged in?",
    COVER: "Is the cover shut?",
    PAPER: "Is there paper in the tray?",
    FILL: "Fill the tray.",
    CALL: "Call the service.",
}
ENDS = (FILL, CALL)
YES_NO = (Condition("yes", "Yes"), Condition("no", "No"))
Hung = tuple[int, str, int]  # node above, answer, node


def level(*hung: Hung) -> Level:
    """Return the places of some ways, the first at which a node hangs standing for all of its places."""
    places, nodes, first = [Place(0)], [LAMP], {LAMP: 0}
    for above, answer, node in hung:
        place = Place(len(places))
        places[first[above]].hang(place, answer)
        first.setdefault(node, place.number)
        places.append(place)
        nodes.append(node)
    wordings = tuple(
        Wording(TEXTS[node], NodeType.SOLUTION if node in ENDS else NodeType.DECISION, TEXTS[node], None)
        for node in nodes
    )
    return Level(tuple(places), wordings, tuple(first[node] for node in nodes), last="", full=True)


def drawn(hung: Sequence[Hung], *walked: tuple[str, Sequence[tuple[int, str | None]], Outcome]) -> Folding:
    shown = level(*hung)
    number = {wording.text: shown.node_of[at] for at, wording in enumerate(shown.wordings)}
    stood = []
    for session, steps, outcome in walked:
        walk = Walk(session, "Nothing is printed.", tuple(step(*one) for one in steps), outcome)
        stood.append((walk, {at: number[TEXTS[node]] for at, (node, _) in enumerate(steps)}))
    return draw(shown, Register.of(stood))


def step(node: int, answer: str | None) -> Step:
    if answer is None:
        return Step(TEXTS[node], NodeType.SOLUTION)
    return Step(TEXTS[node], answer=answer, label=answer.title(), options=YES_NO)


def ways(folding: Folding) -> dict[tuple[str, str | None, str], tuple[tuple[str, ...], int, int]]:
    return {
        (edge.source, edge.condition.key if edge.condition else None, edge.target): (
            edge.sessions,
            edge.resolved,
            edge.failed,
        )
        for edge in folding.edges
    }


JOINED: tuple[Hung, ...] = (
    (LAMP, "yes", COVER),
    (LAMP, "no", CABLE),
    (COVER, "yes", PAPER),
    (COVER, "no", CALL),
    (CABLE, "yes", PAPER),
    (CABLE, "no", CALL),
    (PAPER, "no", FILL),
    (PAPER, "yes", CALL),
)
BY_COVER = [(LAMP, "yes"), (COVER, "yes"), (PAPER, "no"), (FILL, None)]
BY_CABLE = [(LAMP, "no"), (CABLE, "yes"), (PAPER, "no"), (FILL, None)]
WALKS = (
    ("a", BY_COVER, Outcome.RESOLVED),
    ("b", BY_CABLE, Outcome.RESOLVED),
    ("c", BY_CABLE[:3], Outcome.ESCALATED),
    ("d", [(LAMP, "no"), (CABLE, "no"), (CALL, None)], Outcome.RESOLVED),
    ("e", [(LAMP, "yes"), (COVER, "no"), (CALL, None)], Outcome.RESOLVED),
    ("f", [*BY_COVER[:2], (PAPER, "yes"), (CALL, None)], Outcome.RESOLVED),
)


class TestANodeReachedBySeveralWays:
    def test_is_drawn_once_with_the_steps_of_all(self) -> None:
        folding = drawn(JOINED, *WALKS)
        assert [node.text for node in folding.nodes] == [
            TEXTS[LAMP],
            TEXTS[COVER],
            TEXTS[CABLE],
            *_texts(PAPER, CALL, FILL),
        ]
        paper = next(node for node in folding.nodes if node.text == TEXTS[PAPER])
        assert paper.steps == (("a", 2), ("b", 2), ("c", 2), ("f", 2))
        assert problems(Graph.from_document(folding.to_document())) == []

    def test_has_on_each_way_those_who_came_by_it(self) -> None:
        found = ways(drawn(JOINED, *WALKS))
        assert found[TEXTS[COVER], "yes", TEXTS[PAPER]] == (("a", "f"), 2, 0)
        assert found[TEXTS[CABLE], "yes", TEXTS[PAPER]] == (("b", "c"), 1, 1)
        assert found[TEXTS[PAPER], "no", TEXTS[FILL]] == (("a", "b"), 2, 0)
        assert found[TEXTS[PAPER], "yes", TEXTS[CALL]] == (("f",), 1, 0)
        assert found[TEXTS[CABLE], "no", TEXTS[CALL]] == (("d",), 1, 0)

    def test_does_not_count_a_walk_on_a_way_that_nobody_told_it_took(self) -> None:
        left_out = ("g", [BY_COVER[0], *BY_COVER[2:]], Outcome.RESOLVED)
        found = ways(drawn(JOINED, *WALKS, left_out))
        assert "g" not in found[TEXTS[COVER], "yes", TEXTS[PAPER]][0]
        assert "g" not in found[TEXTS[CABLE], "yes", TEXTS[PAPER]][0]
        assert "g" in found[TEXTS[PAPER], "no", TEXTS[FILL]][0]

    def test_closes_no_circle(self) -> None:
        back: tuple[Hung, ...] = (*JOINED[:6], (PAPER, "no", FILL), (PAPER, "yes", LAMP))
        again = ("g", [*BY_COVER[:2], (PAPER, "yes"), (LAMP, "yes")], Outcome.FAILED)
        document = drawn(back, *WALKS[:5], again).to_document()
        assert {fault.code for fault in problems(Graph.from_document(document))} == {"needs_review"}

    def test_is_replayed_by_either_way(self) -> None:
        folding = drawn(JOINED, *WALKS)
        standing = {place: node.id for node in folding.nodes for place in node.steps}
        replayer = Replayer(Graph.from_document(folding.to_document()), standing)
        for session, steps in (("a", BY_COVER), ("b", BY_CABLE)):
            walk = Walk(session, "", tuple(step(*one) for one in steps))
            assert replayer.replay(walk).end is ReplayEnd.SAME_END


class TestTwoThingsAfterOneAnswer:
    def test_are_told_though_the_rarer_one_is_drawn_for_another_way_only(self) -> None:
        rivals: tuple[Hung, ...] = (*JOINED[:5], (CABLE, "yes", CALL), *JOINED[5:])
        other = [("h" + str(at), [*BY_CABLE[:2], (CALL, None)], Outcome.RESOLVED) for at in range(2)]
        folding = drawn(rivals, *WALKS, *other)
        assert (TEXTS[CABLE], "yes", TEXTS[PAPER]) not in ways(folding)
        (told,) = folding.contradictions
        assert (told.node_id, told.condition and told.condition.key) == (TEXTS[CABLE], "yes")
        assert told.ways == ((TEXTS[CALL], ("h0", "h1")), (TEXTS[PAPER], ("b", "c")))


def _texts(*nodes: int) -> list[str]:
    return [TEXTS[node] for node in nodes]
