"""How a ticket moves."""

from itertools import pairwise

import pytest

from firstline.db.models.walks import TicketStatus
from firstline.tickets.rules import may_move

OPEN, WALKING, RESOLVED, ESCALATED = TicketStatus


class TestTicket:
    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            ([OPEN, WALKING, RESOLVED], True),
            ([OPEN, WALKING, ESCALATED, RESOLVED], True),
            ([OPEN, WALKING, RESOLVED, OPEN], True),
            ([OPEN, WALKING, OPEN], True),
            ([OPEN, RESOLVED], False),
            ([OPEN, ESCALATED], False),
            ([RESOLVED, ESCALATED], False),
            ([ESCALATED, OPEN], False),
        ],
    )
    def test_moves_only_along_its_states(self, path: list[TicketStatus], *, allowed: bool) -> None:
        assert all(may_move(one, other) for one, other in pairwise(path)) is allowed
