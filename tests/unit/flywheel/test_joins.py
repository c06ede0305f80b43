"""Questions that are reached by several ways, and what only looks like them."""

import random

import pytest

from firstline.categories.rules import Category
from firstline.flows.rules import Condition, NodeType
from firstline.flywheel.folding.drawn import Folding
from firstline.flywheel.folding.evidence import UNSURE, Step, Walk
from firstline.flywheel.folding.shelf import line_of
from firstline.flywheel.folding.state import FoldState, fold
from firstline.flywheel.folding.storing import from_json, to_json
from tests.unit.flywheel.playbook_walks import playbook_walks

AFTERWARDS = "Does a fresh one-page print come out properly now?"
BEFORE_IT = ("fill the tray", "new cartridge")


def ways_into(folding: Folding, said: str) -> dict[str, tuple[str, ...]]:
    """Return the wording above each way to the only node that says this, with the sessions that took it."""
    texts = {node.id: node.text for node in folding.nodes}
    (node,) = [node for node in folding.nodes if said in node.text]
    return {texts[edge.source]: edge.sessions for edge in folding.edges if edge.target == node.id}


def chosen(text: str, answer: str, *others: str) -> Step:
    options = tuple(Condition(key, key.title()) for key in (answer, *others))
    return Step(text, answer=answer, label=answer.title(), options=options)


def stored(state: FoldState) -> FoldState:
    lines = [line_of(one) for one in state.walks.values()]
    return from_json(to_json(state), lambda: lines)


def told(number: int, *steps: Step) -> Walk:
    return Walk(f"s{number}", "It does not print", steps)


@pytest.fixture(scope="module")
def printer() -> Folding:
    return fold(playbook_walks(Category.PRINTER, 60))


class TestAQuestionReachedBySeveralWays:
    def test_is_one_node_with_the_evidence_of_each(self, printer: Folding) -> None:
        walks = playbook_walks(Category.PRINTER, 60)
        passed = {walk.session_id for walk in walks if any(step.text == AFTERWARDS for step in walk.steps)}
        (node,) = [node for node in printer.nodes if node.text == AFTERWARDS]
        assert {session for session, _ in node.steps} == passed
        ways = ways_into(printer, AFTERWARDS)
        assert len(ways) >= 3
        assert {session for sessions in ways.values() for session in sessions} == passed

    def test_is_one_node_in_other_words(self) -> None:
        folding = fold(playbook_walks(Category.PRINTER, 60, disturbed=0.1))
        assert len(ways_into(folding, "one-page print come out properly")) >= 2

    def test_is_the_same_node_in_any_order_of_walks(self) -> None:
        walks = playbook_walks(Category.PASSWORD_RESET, 40, disturbed=0.1)
        expected = fold(walks)
        random.Random(3).shuffle(walks)  # noqa: S311  a seeded order
        assert fold(walks) == expected

    def test_stays_one_when_a_walk_comes_to_it_by_a_further_way(self) -> None:
        walks = [walk for walk in playbook_walks(Category.PRINTER, 40) if AFTERWARDS in {s.text for s in walk.steps}]
        one_by_one = FoldState.of(walks[:6])
        for walk in walks[6:]:
            one_by_one = stored(one_by_one.add(walk))
        assert one_by_one.folding() == fold(walks)
        assert len([node for node in one_by_one.folding().nodes if node.text == AFTERWARDS]) == 1


class TestDifferentInstructions:
    def test_between_the_same_two_questions_stay_apart(self, printer: Folding) -> None:
        texts = {node.text for node in printer.nodes}
        assert [sum(said in text for text in texts) for said in BEFORE_IT] == [1, 1]

    def test_lead_on_to_the_same_question(self, printer: Folding) -> None:
        ways = ways_into(printer, AFTERWARDS)
        assert all(any(said in text for text in ways) for said in BEFORE_IT)


class TestAQuestionInTheSameWords:
    def test_that_goes_on_to_something_else_is_another(self) -> None:
        walks = []
        for number in range(24):
            toner = number % 2 == 0
            first = chosen("What does the display show?", "toner" if toner else "jam", "jam" if toner else "toner")
            tried = Step("Put in the new cartridge." if toner else "Open the rear flap.", NodeType.ACTION)
            if number % 4 < 2:
                rest = (chosen("Did that help?", "yes", "no"), Step("It prints again.", NodeType.SOLUTION))
            else:
                cure = "Order a cartridge of this model." if toner else "Remove the scrap behind the roller."
                rest = (chosen("Did that help?", "no", "yes"), Step(cure, NodeType.SOLUTION))
            walks.append(told(number, first, tried, *rest))
        folding = fold(walks)
        asked = [node for node in folding.nodes if node.text == "Did that help?"]
        assert len(asked) == 2
        assert not folding.contradictions


class TestAnAnswerNobodyWasSureOf:
    def test_holds_a_flow_together_where_there_is_no_other(self) -> None:
        asked = Step("Is the cable firmly in?", answer=UNSURE, options=(Condition("yes", "Yes"), Condition("no", "No")))
        folding = fold([told(1, asked, Step("Push the cable in.", NodeType.SOLUTION))])
        assert {node.text for node in folding.nodes if node.steps} == {"Is the cable firmly in?", "Push the cable in."}


class TestAQuestionOfLittleWords:
    def test_is_known_by_all_its_words(self) -> None:
        walks = [
            told(number, chosen("How is it now?", key, *others), Step(cure, NodeType.SOLUTION))
            for number in range(12)
            for key, others, cure in [
                ("fine", ("same",), "Nothing more to do.")
                if number % 2
                else ("same", ("fine",), "Restart the spooler.")
            ]
        ]
        assert len([node for node in fold(walks).nodes if node.text == "How is it now?"]) == 1
