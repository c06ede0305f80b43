"""Whether a walk is about the problem of a proposal."""

from firstline.flows.rules import NodeType
from firstline.flywheel.evidence import Step, Walk
from firstline.flywheel.likeness import SAME_PROBLEM, Signature, likeness


def walk(session_id: str, opening: str, *texts: str) -> Walk:
    steps = [Step(text, answer="yes") for text in texts[:-1]]
    return Walk(session_id, opening, (*steps, Step(texts[-1], NodeType.SOLUTION)))


VPN = walk("a", "VPN does not connect from home", "Where is the caller working?", "Do websites load?", "Sign in anew.")
VPN_ELSEWHERE = walk(
    "b", "cannot connect to the VPN", "Where is the caller working?", "Does a hotspot page appear?", "Accept its terms."
)
PRINTER = walk("c", "The printer prints nothing", "Does the printer show an error?", "Is paper in it?", "Load paper.")


class TestLikeness:
    def test_is_whole_for_the_same_walk_again(self) -> None:
        assert likeness(VPN, Signature.of([VPN])) == 1.0

    def test_takes_calls_of_one_problem_together_though_they_went_different_ways(self) -> None:
        assert likeness(VPN_ELSEWHERE, Signature.of([VPN])) >= SAME_PROBLEM

    def test_keeps_problems_apart_from_the_first_walk_on(self) -> None:
        assert likeness(PRINTER, Signature.of([VPN])) < SAME_PROBLEM
        assert likeness(VPN, Signature.of([PRINTER])) < SAME_PROBLEM


class TestSignature:
    def test_is_the_same_in_any_order_and_one_by_one(self) -> None:
        at_once = Signature.of([VPN, VPN_ELSEWHERE])

        assert Signature.of([VPN_ELSEWHERE, VPN]) == at_once
        assert Signature.of([VPN_ELSEWHERE]).with_walk(VPN) == at_once

    def test_goes_into_a_document_and_back(self) -> None:
        signature = Signature.of([VPN, PRINTER])

        assert Signature.from_document(signature.to_document()) == signature
