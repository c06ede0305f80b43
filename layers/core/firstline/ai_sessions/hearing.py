"""An engineer's response read as an answer to the step it was given to."""

from firstline.ai_sessions.schemas import RespondAiSession
from firstline.building.rules import ServedType
from firstline.walks.rules import DONE, NOT_FIXED, OTHER, Given, Position, StepConflict, public
from firstline.walks.said import SaidAs, hear

# What free text means where it names none of the answers: it was seen, done or tried, and the text says how it went.
_IN_OWN_WORDS = {
    ServedType.QUESTION: OTHER,
    ServedType.INSTRUCTION: DONE,
    ServedType.RESOLVED: NOT_FIXED,
}


def read_response(position: Position, response: RespondAiSession) -> Given:
    """Return what was answered; free text that names no option goes along in the engineer's own words.

    Raises StepConflict for other words on a step that is answered already.
    """
    node_id, text = str(response.step_id), response.free_text
    if text is None:
        return Given(node_id, response.answer)
    answered = next((step for step in position.path[-1:] if step.node.id == node_id), None)
    if answered is not None:
        if answered.note != text:
            raise StepConflict("This step was answered in other words.", node=public(position.pending))
        return Given(node_id, answered.answer, text)
    heard = hear(position, node_id, text, text)
    if heard.said_as in (SaidAs.ANSWER, SaidAs.UNSURE) and heard.given.node_id is not None:
        return heard.given
    own = _IN_OWN_WORDS.get(position.pending.node_type) if position.pending.id == node_id else OTHER
    return Given(node_id, own or OTHER, text)
