"""What the walks of a problem look like, summed."""

import json

from firstline.categories.rules import Category
from firstline.flywheel.grouping.signatures import Signature
from tests.unit.flywheel.playbook_walks import playbook_walks, shuffled

WALKS = playbook_walks(Category.VPN_CONNECT, 8)


class TestSignature:
    def test_is_the_same_in_any_order(self) -> None:
        assert Signature.of(shuffled(WALKS, 3)) == Signature.of(WALKS)

    def test_counts_the_question_that_two_walks_share_once(self) -> None:
        whole = Signature.of(WALKS)
        begun = [question for question in whole.questions if question.firsts]
        assert [question.firsts for question in begun] == [len(WALKS)]
        assert sum(question.wordings.count for question in whole.questions) == sum(len(walk.steps) for walk in WALKS)

    def test_keeps_what_each_answer_led_to_when_two_are_joined(self) -> None:
        joined = Signature.of(WALKS[:4]).joined(Signature.of(WALKS[4:]))
        ways = sum(count for question in joined.questions for way in question.led_to.values() for count in way.values())
        assert ways == sum(len(walk.steps) - 1 for walk in WALKS)
        assert joined.sessions == tuple(sorted(walk.session_id for walk in WALKS))

    def test_goes_into_a_document_and_back(self) -> None:
        signature = Signature.of(WALKS)
        assert Signature.from_document(json.loads(json.dumps(signature.to_document()))) == signature

    def test_of_the_first_kind_is_read_as_one_without_questions(self) -> None:
        stored = {"sessions": ["a"], "asked": [["lamp"]], "first": [], "told": []}
        assert Signature.from_document(stored) == Signature(("a",))

    def test_is_found_by_the_words_of_its_questions_not_of_its_cures(self) -> None:
        terms = Signature.of(WALKS).terms
        assert "vpn" in terms
        assert terms == sorted(set(terms))
