"""What the caller said, read as an answer to the step it was said to."""

from dataclasses import dataclass, replace
from enum import StrEnum

from firstline.building.rules import ServedType
from firstline.flows.rules import Condition
from firstline.walks.nodes import ServedNode
from firstline.walks.replies.reading import ReadingKind, read_reply
from firstline.walks.rules import DONE, NOT_FIXED, UNSURE, Given, Position


class SaidAs(StrEnum):
    """How free text was read."""

    ANSWER = "answer"
    HELP = "help"
    UNSURE = "unsure"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Heard:
    """`given` is what was said as an answer, or a mere look where it was none; `likely` the options to ask back."""

    given: Given
    said_as: SaidAs
    likely: tuple[str, ...] = ()


# Ends and instructions have no options of their own, but callers answer them all the same.
_IMPLIED = {
    ServedType.INSTRUCTION: (Condition(DONE, "Yes, done"), Condition("not_done", "No, that did not work")),
    ServedType.RESOLVED: (Condition("fixed", "Yes, it works now"), Condition(NOT_FIXED, "No, it is still broken")),
}
_LOOK = Given()


def hear(position: Position, node_id: str | None, said: str, note: str | None) -> Heard:
    """Read free text against the pending step, or the one answered last when that is named (a replay)."""
    given = Given(node_id=node_id, note=note)
    node = _asked(position, node_id)
    if node is None or node.node_type is ServedType.ESCALATE:
        return Heard(given, SaidAs.UNCLEAR)
    options = node.options or _IMPLIED.get(node.node_type, ())
    reading = read_reply(said, question=node.text, options=options, help=node.help)
    if reading.kind is ReadingKind.HELP_REQUEST:
        return Heard(_LOOK, SaidAs.HELP)
    if reading.kind is ReadingKind.UNSURE:
        return Heard(replace(given, answer=UNSURE), SaidAs.UNSURE)
    if reading.kind is ReadingKind.ANSWER and reading.answer == "fixed":
        return Heard(_LOOK, SaidAs.ANSWER)  # the end stays pending until the walk is resolved
    if reading.kind is ReadingKind.ANSWER and reading.answer != "not_done":
        return Heard(replace(given, answer=reading.answer), SaidAs.ANSWER)
    return Heard(_LOOK, SaidAs.UNCLEAR, tuple(key for key in reading.ranked if key not in ("fixed", "not_done")))


def _asked(position: Position, node_id: str | None) -> ServedNode | None:
    nodes = [position.pending, *(step.node for step in position.path[-1:])]
    return next((node for node in nodes if node.id == node_id), None)
