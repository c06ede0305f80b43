"""Which walks are about one problem, from the first two walks on."""

from itertools import combinations, product

import pytest

from firstline.categories.rules import Category
from firstline.flows.rules import NodeType
from firstline.flywheel.folding.evidence import Step, Walk
from firstline.flywheel.grouping.groups import group_walks
from tests.unit.flywheel.playbook_walks import playbook_walks, problem_of, shuffled
from tests.unit.flywheel.printer_walks import walks

MAIL = (
    ("Does the mailbox open in the browser?", "Can the mailbox be opened with the web browser?"),
    ("Is the attachment larger than ten megabytes?", "Does the attachment exceed ten megabytes?"),
    ("Send a link to the document instead.", "Share the document by link instead."),
)


def mail(number: int) -> Walk:
    steps = tuple(Step(wordings[(number + at) % 2], answer="yes") for at, wordings in enumerate(MAIL[:2]))
    cure = Step(MAIL[2][number % 2], NodeType.SOLUTION)
    opening = ("I cannot send an e-mail.", "My message with a file is not sent.")[number % 2]
    return Walk(f"mail-{number}", opening, (*steps, cure))


def parts(some: list[Walk]) -> set[frozenset[str]]:
    return {frozenset(group.sessions) for group in group_walks(some)}


def problems(some: list[Walk]) -> list[set[str]]:
    return [{problem_of(session) for session in part} for part in parts(some)]


PRINTERS = walks(24)
MAILS = [mail(number) for number in range(8)]
EXPECTED = {frozenset(walk.session_id for walk in PRINTERS), frozenset(walk.session_id for walk in MAILS)}


class TestGroupWalks:
    def test_parts_two_problems(self) -> None:
        assert parts(PRINTERS + MAILS) == EXPECTED

    @pytest.mark.parametrize("seed", range(5))
    def test_gives_the_same_groups_in_any_order(self, seed: int) -> None:
        assert parts(shuffled(PRINTERS + MAILS, seed)) == EXPECTED

    def test_changes_nothing_when_sessions_come_again(self) -> None:
        assert group_walks(PRINTERS + MAILS + PRINTERS) == group_walks(PRINTERS + MAILS)

    def test_keeps_a_problem_nobody_else_has_apart(self) -> None:
        lonely = Walk("lonely", "The door badge fails", (Step("Replace the badge.", NodeType.SOLUTION),))
        assert frozenset(["lonely"]) in parts([*PRINTERS, *MAILS, lonely])

    def test_keeps_any_two_playbooks_apart_in_an_empty_library(self) -> None:
        for one, other in combinations(Category, 2):
            firsts = [playbook_walks(category, 2) for category in (one, other)]
            for pair in product(*firsts):
                assert len(parts(list(pair))) == 2, (one, other)

    @pytest.mark.parametrize("disturbed", [0.0, 0.1])
    def test_never_mixes_playbooks_though_they_ask_some_of_the_same(self, disturbed: float) -> None:
        some = [walk for one in Category for walk in playbook_walks(one, 6, disturbed=disturbed)]
        assert all(len(part) == 1 for part in problems(shuffled(some, 2)))

    def test_brings_all_walks_of_one_problem_together_though_most_share_no_question_but_the_first(self) -> None:
        for category in (Category.PRINTER, Category.TEAMS_ZOOM_AV, Category.OS_RESTART_UPDATE):
            assert len(parts(playbook_walks(category, 12))) == 1, category
