"""Which walks are about one problem."""

import random

from firstline.flows.rules import NodeType
from firstline.flywheel.evidence import Step, Walk
from firstline.flywheel.grouping import Library, assign, group_walks, regroup
from firstline.flywheel.signatures import Group, from_document, to_document
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


def sessions(groups: list[Group]) -> set[frozenset[str]]:
    return {frozenset(group.sessions) for group in groups}


PRINTERS = walks(24)
MAILS = [mail(number) for number in range(8)]
EXPECTED = {frozenset(walk.session_id for walk in PRINTERS), frozenset(walk.session_id for walk in MAILS)}


class TestGroupWalks:
    def test_parts_two_problems(self) -> None:
        assert sessions(group_walks(PRINTERS + MAILS)) == EXPECTED

    def test_gives_the_same_groups_in_any_order(self) -> None:
        some = PRINTERS + MAILS
        random.Random(3).shuffle(some)  # noqa: S311  a seeded order
        assert group_walks(some) == group_walks(PRINTERS + MAILS)

    def test_changes_nothing_when_sessions_come_again(self) -> None:
        assert group_walks(PRINTERS + MAILS + PRINTERS) == group_walks(PRINTERS + MAILS)

    def test_keeps_a_problem_nobody_else_has_apart(self) -> None:
        lonely = Walk("lonely", "The door badge fails", (Step("Replace the badge.", NodeType.SOLUTION),))
        assert frozenset(["lonely"]) in sessions(group_walks([*PRINTERS, *MAILS, lonely]))


class TestAssign:
    def test_finds_the_group_of_a_known_problem(self) -> None:
        library = Library.of([("mail", group_walks(MAILS[:6])[0]), ("printer", group_walks(PRINTERS)[0])])
        assert assign(MAILS[7], library) == "mail"
        assert assign(walks(30)[-1], library) == "printer"

    def test_says_nothing_of_a_new_problem(self) -> None:
        library = Library.of([("mail", group_walks(MAILS)[0])])
        assert assign(PRINTERS[0], library) is None


class TestRegroup:
    def test_joins_two_groups_that_are_one_problem(self) -> None:
        halves = [("a", group_walks(PRINTERS[:12])[0]), ("b", group_walks(PRINTERS[12:])[0])]
        assert sessions(regroup(Library.of(halves))) == {frozenset(walk.session_id for walk in PRINTERS)}


class TestAStoredGroup:
    def test_is_the_group(self) -> None:
        group = group_walks(PRINTERS)[0]
        assert from_document(to_document(group)) == group
