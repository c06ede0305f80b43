"""How a ticket moves."""

from collections.abc import Mapping
from types import MappingProxyType

from firstline.db.models.walks import TicketStatus

# open → walking → resolved | escalated; an abandoned walk gives its ticket back, a cure that did not hold re-opens one.
MOVES: Mapping[TicketStatus, frozenset[TicketStatus]] = MappingProxyType(
    {
        TicketStatus.OPEN: frozenset({TicketStatus.WALKING}),
        TicketStatus.WALKING: frozenset({TicketStatus.RESOLVED, TicketStatus.ESCALATED, TicketStatus.OPEN}),
        TicketStatus.ESCALATED: frozenset({TicketStatus.RESOLVED}),
        TicketStatus.RESOLVED: frozenset({TicketStatus.OPEN}),
    }
)


def may_move(from_: TicketStatus, to: TicketStatus) -> bool:
    return to in MOVES[from_]
