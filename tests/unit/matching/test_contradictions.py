"""Where two flows ask the same and part."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.flows.rules import Graph
from firstline.matching.contradictions import Answered, contradictions, likeness


def graph(question: str = "Is the power light on?", cure: str = "Plug the cable in.", no: str = "No") -> Graph:
    document: dict[str, Any] = {
        "root": "q",
        "nodes": [
            {"id": "q", "type": "decision", "text": question},
            {"id": "do", "type": "action", "text": cure},
            {"id": "end", "type": "solution", "text": "It works again."},
            {"id": "up", "type": "escalate", "text": "Pass it on."},
        ],
        "edges": [
            {"from": "q", "to": "do", "condition": {"key": "no", "label": no}},
            {"from": "q", "to": "up", "condition": {"key": "yes", "label": "Yes"}},
            {"from": "do", "to": "end"},
        ],
    }
    return Graph.from_document(document)


class TestContradictions:
    def test_are_the_same_answers_with_another_cure(self) -> None:
        (found,) = contradictions(graph(), graph(cure="Send the mainboard to the workshop."))

        assert list(found.path) == [Answered("Is the power light on?", "No")]
        assert found.cure == "Plug the cable in. It works again."
        assert found.other_cure == "Send the mainboard to the workshop. It works again."

    def test_are_found_in_other_words_for_the_same_question(self) -> None:
        other = graph("Does the power light come on?", "Send the mainboard to the workshop.")

        assert len(contradictions(graph(), other)) == 1

    def test_are_not_the_same_cure_in_other_words(self) -> None:
        assert contradictions(graph(), graph(cure="Plug in the power cable.")) == []

    def test_are_not_behind_a_question_with_the_opposite_sense(self) -> None:
        assert contradictions(graph(), graph("Is the power light off?", "Send the mainboard to the workshop.")) == []

    def test_are_not_behind_another_question_or_answer(self) -> None:
        swapped = "Send the mainboard to the workshop."

        assert contradictions(graph(), graph("Is there paper in the tray?", swapped)) == []
        assert contradictions(graph(), graph(cure=swapped, no="Only sometimes")) == []

    def test_are_not_of_a_flow_with_itself(self) -> None:
        assert contradictions(graph(), graph()) == []

    @given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcx")), max_size=6), st.sampled_from("abcx"))
    @settings(max_examples=60, deadline=None)
    def test_end_for_drafts_with_loops_and_loose_ends(self, edges: list[tuple[str, str]], root: str) -> None:
        types = {"a": "decision", "b": "action", "c": "solution"}
        nodes = [{"id": each, "type": kind, "text": each} for each, kind in types.items()]
        listed = [{"from": a, "to": b, "condition": {"key": b, "label": "Yes"}} for a, b in edges]
        draft = Graph.from_document({"root": root, "nodes": nodes, "edges": listed})

        assert contradictions(draft, draft) == []


class TestLikeness:
    def test_is_equal_from_both_sides(self) -> None:
        one, other = "Restart the print spooler", "Restart the spooler of the printer"
        assert likeness(one, other) == likeness(other, one) > 0.6

    def test_is_one_for_the_same_words_even_if_they_say_nothing(self) -> None:
        assert likeness("Is it on?", "is it on?") == 1
