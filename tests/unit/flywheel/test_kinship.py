"""How likely two sets of walks are about one problem."""

from dataclasses import replace

from firstline.categories.rules import Category
from firstline.flows.rules import NodeType
from firstline.flywheel.folding.evidence import Step, Walk
from firstline.flywheel.grouping.kinship import kinship
from firstline.flywheel.grouping.signatures import Signature
from firstline.flywheel.grouping.wordings import Wordings, likeness, words_of
from tests.unit.flywheel.playbook_walks import playbook_walks

VPN = Signature.of(playbook_walks(Category.VPN_CONNECT, 10))
WIFI = Signature.of(playbook_walks(Category.WIFI_NETWORK_BASICS, 10))


def call(session: str, *asked: str) -> Signature:
    steps = tuple(Step(text, answer="yes") for text in asked)
    return Signature.of([Walk(session, "It fails", (*steps, Step(f"Cure of {session}.", NodeType.SOLUTION)))])


class TestKinship:
    def test_is_the_same_in_either_order(self) -> None:
        assert kinship(VPN, WIFI) == kinship(WIFI, VPN)

    def test_of_problems_that_share_a_branch_of_questions_speaks_against(self) -> None:
        assert kinship(VPN, WIFI) < -2

    def test_of_parts_of_one_problem_grows_with_the_walks(self) -> None:
        found = [kinship(Signature.of(playbook_walks(Category.VPN_CONNECT, size, seed=7)), VPN) for size in (1, 4, 9)]
        assert 0 < found[0] < found[1] < found[2]

    def test_takes_equal_categories_for_a_sign_and_different_ones_for_a_doubt(self) -> None:
        one = call("one", "Which lamp of the dock is lit?")
        printer, vpn = (replace(one, categories={category: 1}) for category in ("printer", "vpn_connect"))
        assert kinship(printer, vpn) < kinship(printer, one) < kinship(printer, printer)

    def test_sees_a_contradiction_in_what_the_same_answer_leads_to(self) -> None:
        first, agreeing = "Is the scanner's lid closed?", "Does the scanner hum when started?"
        one = call("one", first, agreeing)
        assert kinship(one, call("two", first, agreeing)) > kinship(one, call("three", first, "Has the toner dried?"))

    def test_of_nothing_asked_in_common_speaks_against(self) -> None:
        assert kinship(call("one", "Is the scanner's lid closed?"), call("two", "Which browser is in use?")) < 0


class TestLikeness:
    def test_tells_other_words_for_a_question_from_another_question(self) -> None:
        def wording(text: str) -> Wordings:
            return Wordings.of(words_of(text))

        lamp = wording("Is the power lamp of the router lit green?")
        assert likeness(lamp, wording("Does the router's power lamp shine green?")) > 0
        assert likeness(lamp, wording("Is the router in the same room?")) < 0

    def test_rests_on_what_was_asked_in_most_of_the_wordings(self) -> None:
        often = Wordings.of(words_of("router lamp green")).joined(Wordings.of(words_of("router lamp lit")))
        assert likeness(often, Wordings.of(("router", "lamp"))) > likeness(often, Wordings.of(("green", "lit")))
