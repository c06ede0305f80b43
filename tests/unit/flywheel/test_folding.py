"""Many walks become one graph, whatever their order."""

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstline.categories.rules import Category
from firstline.flows.rules import Condition, Graph, NodeType, problems
from firstline.flywheel.folding.evidence import Outcome, Step, Walk
from firstline.flywheel.folding.shelf import line_of
from firstline.flywheel.folding.state import Folding, FoldState, fold
from firstline.flywheel.folding.storing import from_json, to_json
from firstline.proposals.repairs import suggest
from tests.unit.flywheel.playbook_walks import playbook_walks
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

    def test_list_a_rare_cure_that_the_graph_does_not_show(self) -> None:
        folding = fold(
            [cured(number, "Buy a larger drive." if number == 0 else "Empty the bin.") for number in range(9)]
        )
        assert [node.text for node in folding.nodes if node.type is NodeType.SOLUTION] == ["Empty the bin."]
        assert folding.contradictions[0].ways[-1] == ("Buy a larger drive.", ("s0",))
        assert [(one.asked, one.sessions) for one in folding.set_aside] == [("Buy a larger drive.", ("s0",))]
        assert folding.to_document()["contradictions"][0]["ways"][1]["sessions"] == ["s0"]

    def test_stay_rare_when_many_walks_agree_on_another_cure(self) -> None:
        cures = ["Buy a larger drive." if number % 10 == 0 else "Empty the bin." for number in range(300)]
        folding = fold([cured(number, cure) for number, cure in enumerate(cures)])
        assert [node.text for node in folding.nodes if node.type is NodeType.SOLUTION] == ["Empty the bin."]
        assert [len(sessions) for _, sessions in folding.contradictions[0].ways] == [270, 30]

    def test_show_both_cures_when_each_was_found_once(self) -> None:
        folding = fold([cured(0, "Buy a larger drive."), cured(1, "Empty the bin.")])
        assert {text for text, _ in folding.contradictions[0].ways} == {"Buy a larger drive.", "Empty the bin."}


def cured(number: int, cure: str) -> Walk:
    return Walk(f"s{number}", "Slow", (Step("Is the disk full?", answer="yes"), Step(cure, NodeType.SOLUTION)))


class TestAGraphOfPlaybookWalks:
    @pytest.mark.parametrize("category", list(Category))
    def test_has_no_fault_but_stubs_and_contradictions_it_lists(self, category: Category) -> None:
        document = fold(playbook_walks(category, 30, disturbed=0.2)).to_document()
        faults = [found for found in problems(Graph.from_document(document)) if found.code != "needs_review"]
        assert {found.code for found in faults} <= {"answer_repeated", "label_repeated"}
        listed = {found["node_id"] for found in document.get("contradictions", ())}
        assert {found.node_id for found in faults} <= listed

    @pytest.mark.parametrize("category", list(Category))
    def test_can_be_published_as_its_suggested_edit(self, category: Category) -> None:
        edit = suggest(fold(playbook_walks(category, 30, disturbed=0.2)).to_document())
        assert edit is not None
        assert problems(Graph.from_document(edit)) == []


class TestAnInstruction:
    def test_goes_one_way_on_and_the_other_is_listed(self) -> None:
        def one(number: int, cure: str) -> Walk:
            restart = Step("Restart the computer.", NodeType.ACTION)
            seen = Step("Is the disk full?", answer="yes", options=(Condition("yes", "Yes"), Condition("no", "No")))
            return Walk(f"s{number}", "Slow", (seen, restart, Step(cure, NodeType.SOLUTION)))

        folding = fold([one(at, "Empty the recycle bin." if at % 5 < 3 else "Buy a larger drive.") for at in range(10)])
        assert {found.code for found in problems(Graph.from_document(folding.to_document()))} == {"needs_review"}
        assert [node.text for node in folding.nodes if node.type is NodeType.SOLUTION] == ["Empty the recycle bin."]
        (told,) = folding.contradictions
        assert [(text, len(sessions)) for text, sessions in told.ways] == [
            ("Empty the recycle bin.", 6),
            ("Buy a larger drive.", 4),
        ]
        assert [(one.ended, len(one.sessions)) for one in folding.set_aside] == [("Buy a larger drive.", 4)]


class TestWalksOfAnotherProblem:
    def test_are_set_aside_and_leave_the_flow_sound(self) -> None:
        strange = (Step("Did lightning strike nearby?", answer="yes"), Step("Call an electrician.", NodeType.SOLUTION))
        folding = fold([*walks(40), *(Walk(f"storm {number}", "Bang", strange) for number in range(4))])
        assert problems(Graph.from_document(folding.to_document())) == []
        assert {session for one in folding.set_aside for session in one.sessions} == {f"storm {at}" for at in range(4)}


class TestQuestionsWithOtherOptions:
    def test_are_not_one(self) -> None:
        def one(number: int, keys: tuple[str, ...]) -> Walk:
            options = tuple(Condition(key, key) for key in keys)
            last = Step(f"Cure for {keys[0]}", NodeType.SOLUTION)
            return Walk(
                f"{keys[0]} {number}", "Help", (Step("What does it show?", answer=keys[0], options=options), last)
            )

        folding = fold([one(number, keys) for number in range(6) for keys in (("red", "green"), ("off", "on"))])
        offered = {edge.condition.key for edge in folding.edges if edge.condition}
        assert not {"red", "off"} <= offered


class TestUnsureAnswers:
    def test_do_not_split_a_flow(self) -> None:
        some = walks(40)
        at = next(index for index, one in enumerate(some) if len(one.steps) > 3)
        steps = some[at].steps
        some[at] = replace(some[at], steps=(replace(steps[0], answer="unsure", label="Not sure"), *steps[1:]))
        assert shape(fold(some)) == WHOLE


def stored(state: FoldState) -> FoldState:
    """Return the state as it is read back from where it was stored."""
    lines = [line_of(one) for one in state.walks.values()]
    return from_json(to_json(state), lambda: lines)


class TestFoldState:
    @settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(order=st.permutations(range(22)), cut=st.integers(1, 21))
    def test_equals_a_whole_fold_when_walks_come_one_by_one_in_any_order(
        self, monkeypatch: pytest.MonkeyPatch, order: list[int], cut: int
    ) -> None:
        monkeypatch.setattr("firstline.flywheel.folding.skeleton.LEVELS", (6, 6))
        some = [walk(at, outcome=Outcome.RESOLVED if at % 6 else Outcome.ESCALATED) for at in order]
        some = [replace(one, ended_at=float(at)) for at, one in zip(order, some, strict=True)]
        state = FoldState.of([])
        for count, one in enumerate(some, start=1):
            state = stored(state.add(one))
            if count in (cut, len(some)):
                assert state.folding() == fold(some[:count])

    def test_survives_being_stored(self) -> None:
        state = FoldState.of(walks(20))
        again = stored(state)
        assert to_json(again) == to_json(state)
        assert again.folding() == state.folding()
        failed = walk(500, outcome=Outcome.FAILED)
        assert again.add(failed).folding() == state.add(failed).folding()

    def test_takes_a_redelivered_walk_as_known(self) -> None:
        state = FoldState.of(walks(10))
        assert state.add(walk(3)) is state
