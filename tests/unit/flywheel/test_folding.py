"""Many walks become one graph, whatever their order."""

import random
from dataclasses import replace

import pytest

from firstline.flows.rules import Condition, Graph, NodeType, problems
from firstline.flywheel.evidence import Outcome, Step, Walk
from firstline.flywheel.folding import Folding, FoldState, fold
from firstline.flywheel.storing import from_json, to_json
from tests.unit.flywheel.printer_walks import FLOW, asked_in, walk, walks


def shape(folding: Folding) -> set[tuple[str, str | None, str]]:
    names = {node.id: asked_in(node.text) for node in folding.nodes}
    return {
        (names[edge.source], edge.condition.key if edge.condition else None, names[edge.target])
        for edge in folding.edges
    }


WHOLE = {(name, answer, target) for name, asked in FLOW.items() for answer, _, target in asked.ways}


class TestFold:
    def test_finds_the_flow_behind_walks_in_other_words(self) -> None:
        assert shape(fold(walks(40))) == WHOLE

    def test_is_the_same_in_any_order(self) -> None:
        some = walks(30)
        expected = fold(some)
        for seed in range(2):
            random.Random(seed).shuffle(some)  # noqa: S311  a seeded order
            assert fold(some) == expected

    def test_counts_a_session_once_however_often_it_comes(self) -> None:
        assert fold(walks(20) + walks(20)) == fold(walks(20))

    def test_gives_every_edge_the_sessions_that_took_it(self) -> None:
        folding = fold(walks(40))
        sessions = {one.session_id: one for one in walks(40)}
        for edge in folding.edges:
            assert edge.sessions
            assert edge.resolved == len(edge.sessions)
            key = edge.condition.key if edge.condition else None
            assert all(any(step.answer == key for step in sessions[one].steps) for one in edge.sessions)

    def test_labels_an_answer_as_people_saw_it(self) -> None:
        labels = {edge.condition.key: edge.condition.label for edge in fold(walks(40)).edges if edge.condition}
        assert labels["shared"] == "Through a server"

    def test_makes_a_sound_flow_of_a_problem_walked_in_full(self) -> None:
        assert problems(Graph.from_document(fold(walks(40)).to_document())) == []

    def test_keeps_its_shape_when_questions_are_left_out(self) -> None:
        some = walks(60)
        for number in range(0, 60, 6):
            steps = some[number].steps
            if len(steps) > 3:
                some[number] = replace(some[number], steps=(steps[0], *steps[2:]))
        assert shape(fold(some)) == WHOLE

    def test_outvotes_a_wrong_answer(self) -> None:
        wrong = replace(walk(0), steps=(replace(walk(0).steps[0], answer="maybe"), *walk(0).steps[1:]))
        found = {key for _, key, _ in shape(fold([wrong, *walks(40)[1:]]))}
        assert "maybe" not in found

    def test_is_empty_without_walks(self) -> None:
        assert fold([]).to_document() == {"root": None, "nodes": [], "edges": []}

    def test_leaves_out_walks_without_steps(self) -> None:
        assert fold([Walk("empty", "Help", ()), *walks(5)]) == fold(walks(5))


class TestAFoldOfOneWalk:
    def test_has_a_stub_for_each_answer_nobody_took(self) -> None:
        one = Walk(
            "a",
            "No sound",
            (
                Step(
                    "Is the sound muted?",
                    answer="no",
                    label="No",
                    options=(Condition("yes", "Yes"), Condition("no", "No")),
                ),
                Step("Plug the headset in again.", NodeType.SOLUTION),
            ),
        )
        document = fold([one]).to_document()
        stubs = [node for node in document["nodes"] if node.get("needs_review")]
        assert len(document["nodes"]) == 3
        assert len(stubs) == 1
        edge = next(edge for edge in document["edges"] if edge["to"] == stubs[0]["id"])
        assert edge["condition"] == {"key": "yes", "label": "Yes"}
        assert (edge["sessions"], edge["resolved"], edge["failed"]) == ([], 0, 0)

    def test_keeps_its_ids_when_the_same_walk_is_folded_again(self) -> None:
        assert [node.id for node in fold([walk(1)]).nodes] == [node.id for node in fold([walk(1)]).nodes]

    def test_names_the_steps_behind_a_node(self) -> None:
        steps = [node["steps"] for node in fold([walk(1)]).to_document()["nodes"] if node.get("steps")]
        assert steps == [[{"session_id": "session-1-1", "index": at}] for at in range(len(walk(1).steps))]


class TestWalksThatDidNotHelp:
    def test_count_against_the_ways_they_took_and_make_no_node(self) -> None:
        good = walks(30)
        bad = [walk(number, seed=2, outcome=Outcome.ESCALATED) for number in range(6)]
        with_bad, without = fold([*good, *bad]), fold(good)
        assert [node.id for node in with_bad.nodes] == [node.id for node in without.nodes]
        assert sum(edge.failed for edge in with_bad.edges) > 0
        assert sum(edge.resolved for edge in with_bad.edges) == sum(edge.resolved for edge in without.edges)

    def test_alone_make_no_graph(self) -> None:
        assert fold([walk(1, outcome=Outcome.ABANDONED)]).root is None


class TestContradictions:
    def test_are_kept_and_listed(self) -> None:
        def one(number: int, cure: str) -> Walk:
            return Walk(f"s{number}", "Slow", (Step("Is the disk full?", answer="yes"), Step(cure, NodeType.SOLUTION)))

        cures = ("Empty the recycle bin.", "Buy a larger drive.")
        folding = fold([one(number, cures[number % 2]) for number in range(6)])
        assert len(folding.contradictions) == 1
        assert {text for text, _ in folding.contradictions[0].ways} == set(cures)
        assert all(len(sessions) == 3 for _, sessions in folding.contradictions[0].ways)


class TestUnsureAnswers:
    def test_do_not_split_a_flow(self) -> None:
        some = walks(40)
        at = next(index for index, one in enumerate(some) if len(one.steps) > 3)
        steps = some[at].steps
        some[at] = replace(some[at], steps=(replace(steps[0], answer="unsure", label="Not sure"), *steps[1:]))
        assert shape(fold(some)) == WHOLE


class TestFoldState:
    def test_equals_a_whole_fold_when_walks_come_one_by_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("firstline.flywheel.skeleton.LEVELS", (8, 4, 4))
        some = walks(40)
        state = FoldState.of([])
        for count, one in enumerate(some, start=1):
            state = state.add(one)
            if count % 10 == 0:
                assert sorted_nodes(state.folding()) == sorted_nodes(fold(some[:count]))

    def test_survives_being_stored(self) -> None:
        state = FoldState.of(walks(20))
        again = from_json(to_json(state))
        assert to_json(again) == to_json(state)
        assert sorted_nodes(again.folding()) == sorted_nodes(state.folding())
        failed = walk(500, outcome=Outcome.FAILED)
        assert sorted_nodes(again.add(failed).folding()) == sorted_nodes(state.add(failed).folding())

    def test_takes_a_redelivered_walk_as_known(self) -> None:
        state = FoldState.of(walks(10))
        assert state.add(walk(3)) is state


def sorted_nodes(folding: Folding) -> tuple[object, ...]:
    return folding.nodes, folding.edges, folding.set_aside
