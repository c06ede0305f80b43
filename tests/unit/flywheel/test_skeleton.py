"""Which walks shape a graph, and when one more changes the shape."""

import random
from dataclasses import replace

import pytest

from firstline.flywheel.folding.evidence import Walk
from firstline.flywheel.folding.skeleton import Ended, Skeleton, founders
from tests.unit.flywheel.printer_walks import walks


def ended(count: int) -> list[Ended]:
    return [(float(at), f"lot {at % 7}", f"session {at}") for at in range(count)]


def in_order(count: int) -> list[Walk]:
    return [replace(one, ended_at=float(at + 1)) for at, one in enumerate(walks(count))]


def drawn_from(some: list[Walk]) -> Skeleton:
    return Skeleton.draw(sorted(some, key=lambda one: one.content_hash))


def ended_of(some: list[Walk]) -> list[Ended]:
    return [(one.ended_at, one.content_hash, one.session_id) for one in some]


class TestFounders:
    @pytest.mark.parametrize("count", [0, 1, 63, 64])
    def test_are_all_walks_while_these_are_few(self, count: int) -> None:
        assert len(founders(ended(count))) == count

    @pytest.mark.parametrize("count", [65, 79, 80, 99, 100, 1_000, 5_000])
    def test_are_those_that_ended_first_and_all_but_a_fifth_of_them(self, count: int) -> None:
        some = ended(count)
        found = founders(some)
        assert found == {session for _, _, session in some[: len(found)]}
        assert 0.8 * count - 1 <= len(found) <= count

    def test_do_not_depend_on_the_order_of_arrival(self) -> None:
        some = ended(300)
        expected = founders(some)
        random.Random(5).shuffle(some)  # noqa: S311  a seeded order
        assert founders(some) == expected

    def test_are_called_anew_twelve_times_on_the_way_from_64_to_a_thousand_walks(self) -> None:
        some = ended(1_000)
        sizes = [len(founders(some[:count])) for count in range(64, 1_001)]
        assert len(set(sizes)) == 13


class TestASkeleton:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("firstline.flywheel.folding.skeleton.LEVELS", (8, 8))

    def test_stays_as_it_is_with_walks_that_end_later(self) -> None:
        some = in_order(26)
        skeleton = drawn_from(some[:22])
        for count in (22, 23, 24, 25):
            assert not skeleton.changes_with(some[count], ended_of(some[:count]))
            assert drawn_from(some[: count + 1]).drawn == skeleton.drawn

    def test_stays_as_it_is_with_most_walks_that_come_late_though_they_ended_early(self) -> None:
        some = in_order(30)
        whole = drawn_from(some)
        stayed = 0
        for late in some[:24:3]:
            rest = [one for one in some if one is not late]
            if not drawn_from(rest).changes_with(late, ended_of(rest)):
                stayed += 1
                assert drawn_from(rest).drawn == whole.drawn
        assert stayed >= 4

    def test_is_drawn_anew_when_the_founders_have_grown_by_a_quarter(self) -> None:
        some = in_order(40)
        sizes = {len(founders(ended_of(some[:count]))) for count in range(8, 41)}
        assert sizes == {8, 10, 12, 15, 18, 22, 27, 33}
