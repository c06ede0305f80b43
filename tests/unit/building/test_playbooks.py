"""The ten authored playbooks: fit to publish, fit to serve, and walked without repeating themselves."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.building.generation import generate_node
from firstline.building.normalisation import plain
from firstline.building.playbook import Playbook, PlaybookProvider, next_step, playbook, playbooks, steps_left
from firstline.building.provider import Deadline
from firstline.building.rules import (
    BuildRequest,
    BuiltNode,
    Leaving,
    ServedType,
    TranscriptEntry,
    faults,
)
from firstline.categories.rules import Category
from firstline.flows.rules import NodeType, problems

DEPTH_CAP = 12
FOLDER = files("firstline.building") / "playbooks"


def document(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return read


def build(
    category: Category, *steps: TranscriptEntry, leaving: Leaving | None = None, problem: str = "it does not work"
) -> BuiltNode:
    request = BuildRequest(category, problem, steps, leaving=leaving)
    generated = generate_node(PlaybookProvider(), request, deadline=Deadline.after(5))
    assert generated.refused == ()
    assert (generated.usage.model_calls, generated.usage.cost) == (0, 0.0)
    return generated.node


def entry(node: BuiltNode, label: str | None) -> TranscriptEntry:
    return TranscriptEntry(node.text, label, node.node_type)


@pytest.mark.parametrize("category", list(Category))
class TestEachPlaybook:
    def test_follows_the_published_schema(self, category: Category) -> None:
        assert list(jsonschema.Draft202012Validator(document("schema")).iter_errors(document(category))) == []

    def test_is_a_sound_flow(self, category: Category) -> None:
        assert problems(playbook(category).graph) == []

    def test_has_twelve_nodes_and_no_two_that_say_the_same(self, category: Category) -> None:
        texts = [plain(node.text) for node in playbook(category).graph.nodes]
        assert len(texts) >= DEPTH_CAP
        assert len(set(texts)) == len(texts)

    def test_ends_within_the_depth_cap_on_every_path(self, category: Category) -> None:
        graph = playbook(category).graph
        assert steps_left(graph, graph.root) <= DEPTH_CAP

    def test_passes_validation_and_the_floor_with_every_node(self, category: Category) -> None:
        found = [(node.id, fault) for node, built in served(playbook(category)) for fault in faults(built)]
        assert found == []

    def test_is_the_playbook_of_its_category(self, category: Category) -> None:
        book = playbook(category)
        assert book.category is category
        assert len(book.match_keywords) >= 4

    def test_leads_from_every_run_of_answers_to_an_end(self, category: Category) -> None:
        for pick in range(6):
            steps: list[TranscriptEntry] = []
            while (node := build(category, *steps)).node_type in (ServedType.QUESTION, ServedType.INSTRUCTION):
                label = node.options[pick % len(node.options)].label if node.options else None
                steps.append(entry(node, label))
                assert len(steps) <= DEPTH_CAP
            assert node.node_type in (ServedType.RESOLVED, ServedType.ESCALATE)

    def test_begins_at_its_root(self, category: Category) -> None:
        graph = playbook(category).graph
        assert build(category).text == graph.by_id[graph.root].text


def served(book: Playbook) -> Iterator[tuple[Any, BuiltNode]]:
    types = {
        NodeType.DECISION: ServedType.QUESTION,
        NodeType.ACTION: ServedType.INSTRUCTION,
        NodeType.SOLUTION: ServedType.RESOLVED,
        NodeType.ESCALATE: ServedType.ESCALATE,
    }
    for node in book.graph.nodes:
        options = tuple(way.condition for way in book.graph.ways_from(node.id) if way.condition)
        yield node, BuiltNode(types[node.type], node.text, node.help, options, node.reason_category)


class TestWalkingAPlaybook:
    def test_follows_the_answers(self) -> None:
        first = build(Category.VPN_CONNECT)
        second = build(Category.VPN_CONNECT, entry(first, "At home"))
        assert second.text == "Do ordinary websites load on the caller's computer with the VPN disconnected?"
        assert "How far" in build(Category.VPN_CONNECT, entry(first, "At home"), entry(second, "They load")).text

    def test_goes_on_when_the_caller_is_unsure(self) -> None:
        first = build(Category.PRINTER)
        assert build(Category.PRINTER, entry(first, "unsure")).node_type is ServedType.QUESTION

    def test_takes_the_other_way_when_its_cure_did_not_fix_it(self) -> None:
        steps: list[TranscriptEntry] = []
        answers = iter(["It does not open, or hangs at the start", None, "It works", "not fixed"])
        node = build(Category.EMAIL_OUTLOOK_CLIENT)
        for answer in answers:
            steps.append(entry(node, answer))
            node = build(Category.EMAIL_OUTLOOK_CLIENT, *steps)
        assert node.node_type is ServedType.QUESTION
        assert node.text.startswith("Did a new add-in")

    def test_starts_sensibly_behind_a_flow_it_does_not_know(self) -> None:
        foreign = TranscriptEntry("Is the coffee machine on the same floor?", "Yes")
        node = build(Category.PRINTER, foreign, leaving=Leaving("Is the moon full?", "the caller sees a red light"))
        assert node.text == "What does the printer do when the caller prints?"

    def test_does_not_repeat_what_another_flow_asked_in_nearly_the_same_words(self) -> None:
        asked = TranscriptEntry("What does the printer do, when the caller prints?", "Nothing comes out")
        assert build(Category.PRINTER, asked).text == "What does the printer's own display or light show?"

    def test_does_not_serve_the_step_at_which_a_flow_was_left(self) -> None:
        root = build(Category.PRINTER)
        assert build(Category.PRINTER, leaving=Leaving(root.text, "smoke")).text != root.text

    @settings(deadline=None)
    @given(st.sampled_from(list(Category)), st.lists(st.integers(0, 7), min_size=DEPTH_CAP, max_size=DEPTH_CAP))
    def test_never_asks_twice_whatever_is_answered(self, category: Category, picks: list[int]) -> None:
        graph = playbook(category).graph
        steps: list[TranscriptEntry] = []
        for pick in picks:
            node = next_step(graph, steps)
            if node is None or node.type is NodeType.ESCALATE:
                break
            assert node.text not in [step.text for step in steps]
            labels = [
                *(way.condition.label for way in graph.ways_from(node.id) if way.condition),
                "unsure",
                "not fixed",
            ]
            steps.append(TranscriptEntry(node.text, labels[pick % len(labels)]))


def test_every_category_has_a_playbook() -> None:
    assert [book.category for book in playbooks()] == list(Category)
