"""A fold is read back as it was, and a further walk needs none of the whole walks."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from firstline.flows.rules import Condition, NodeType
from firstline.flywheel.folding.evidence import Outcome, Step, Walk
from firstline.flywheel.folding.shelf import Shelf, line_of, walk_of
from firstline.flywheel.folding.state import FoldState, fold
from firstline.flywheel.folding.storing import StateOutdated, from_json, to_json
from tests.unit.flywheel.printer_walks import walk, walks


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firstline.flywheel.folding.skeleton.LEVELS", (8, 8))


def ended(count: int) -> list[Walk]:
    return [replace(one, ended_at=float(at + 1)) for at, one in enumerate(walks(count))]


def stored(state: FoldState) -> FoldState:
    lines = [line_of(one) for one in state.walks.values()]
    return from_json(to_json(state), lambda: lines)


def out_of_reach() -> Iterator[str]:
    raise AssertionError("The whole walks were read.")


class TestAStoredFold:
    def test_draws_the_same_graph(self) -> None:
        state = FoldState.of(ended(30))
        assert stored(state).folding() == state.folding()

    def test_is_stored_again_as_it_was(self) -> None:
        state = FoldState.of(ended(30))
        assert to_json(stored(state)) == to_json(state)

    def test_takes_a_further_walk_without_reading_the_others(self) -> None:
        some = ended(26)
        known = from_json(to_json(FoldState.of(some[:25])), out_of_reach)
        assert known.add(some[25]).folding() == fold(some)

    def test_tells_a_question_with_other_options_from_one_in_the_same_words(self) -> None:
        def one(number: int, keys: tuple[str, ...]) -> Walk:
            options = tuple(Condition(key, key) for key in keys)
            asked = Step("What does the lamp show?", answer=keys[0], options=options)
            cure = Step("Plug in the power cable again.", NodeType.SOLUTION)
            return Walk(f"s{number}", "No light", (asked, cure), ended_at=float(number))

        state = FoldState.of([one(number, ("red", "green")) for number in range(20)])
        for later in (state, stored(state)):
            assert 0 in later.add(one(20, ("green", "red"))).register.matches("s20")
            assert 0 not in later.add(one(20, ("off", "on"))).register.matches("s20")

    def test_reads_them_to_fold_a_walk_that_came_late_into_its_shape(self) -> None:
        some = ended(26)
        assert stored(FoldState.of(some[1:])).add(some[0]).folding() == fold(some)

    def test_knows_the_openings_and_outcomes_without_reading_them(self) -> None:
        some = [*ended(20), walk(99, outcome=Outcome.ESCALATED)]
        outlines = from_json(to_json(FoldState.of(some)), out_of_reach).outlines()
        known = {one.session_id: one for one in some}
        assert {one.session_id for one in outlines} == known.keys()
        for one in outlines:
            whole = known[one.session_id]
            assert (one.opening, one.outcome, one.lot) == (whole.opening, whole.outcome, whole.content_hash)
            assert one.answered == sum(not step.type.is_end for step in whole.steps)

    def test_of_no_walks_can_be_added_to(self) -> None:
        assert stored(FoldState.of([])).add(walk(1)).folding() == fold([walk(1)])

    def test_of_another_version_is_folded_again(self) -> None:
        some = ended(12)
        lines = [line_of(one) for one in some]
        assert from_json('{"version": 1}', lambda: lines).folding() == fold(some)

    def test_of_another_version_without_walks_is_refused(self) -> None:
        with pytest.raises(StateOutdated, match="Version 1 cannot be read"):
            from_json('{"version": 1}', tuple)

    def test_keeps_no_word_of_a_walk_that_left_it(self) -> None:
        spoken = replace(walk(1), opening="Ms Miller's plotter", session_id="gone")
        steps = (replace(spoken.steps[0], text="Did Ms Miller switch it on?"), *spoken.steps[1:])
        state = stored(FoldState.of([*walks(12), replace(spoken, steps=steps)]))
        assert "Miller" in to_json(state)
        rest = [one for one in state.walks.values() if one.session_id != "gone"]
        assert "Miller" not in to_json(FoldState.of(rest))


class TestAShelf:
    def test_gives_walks_back_as_they_were(self) -> None:
        one = replace(walk(3), opening="Zeile\u2028zwei\nThree", category="printer", domain="printing", ended_at=5.5)
        whole = replace(one, steps=(replace(one.steps[0], help="Look", built=True, node_id="n"), *one.steps[1:]))
        assert walk_of(line_of(whole)) == whole
        assert stored(FoldState.of([whole])).walks == {whole.session_id: whole}

    def test_prefers_what_was_added(self) -> None:
        newer = replace(walk(1), opening="Told again")
        shelf = Shelf(lambda: [line_of(walk(1)), line_of(walk(2))]).with_walk(newer)
        assert dict(shelf) == {newer.session_id: newer, walk(2).session_id: walk(2)}
