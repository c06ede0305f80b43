"""Sessions that leave a published flow, or were built anew and turn out to follow one: what they add to it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from firstline.db.models.walks import AnalysisStatus
from firstline.flows import queries as flow_queries
from firstline.flows.queries import LiveFlow
from firstline.flows.rules import Condition, NodeType
from firstline.flywheel import grafting, placing, proposing, reinforcing, rules
from firstline.flywheel.folding.evidence import Walk
from firstline.flywheel.folding.following import Course, follow
from firstline.flywheel.gathering import Done
from firstline.flywheel.reworking import find_rewordings
from firstline.flywheel.rules import Attachment
from firstline.flywheel.sessions import EndedSession
from firstline.matching import service as matching
from firstline.matching.calibration import MATCHED
from firstline.proposals.sticking import find_failing

_CANDIDATES = 3


def place_built(db: Session, ended: EndedSession, *, at: datetime) -> Done:
    """Decide about a session that no flow was served for.

    Inside a published flow it strengthens that flow. Else a pending proposal of its problem comes first, then the flow
    it departs from, then a proposal of its own.
    """
    found = find_course(db, ended)
    if found is None:
        return proposing.propose(db, ended, at=at)
    live, course = found
    if course.is_inside and not _rewords(db, live, course):
        return reinforcing.reinforce(db, ended, flow_id=live.flow_id, course=course, at=at)
    home = placing.find_home(db, account_id=ended.row.account_id, walk=ended.evidence)
    if home is not None:
        return proposing.fold_in(db, home, ended, at=at)
    return _add(db, ended, live, course, at=at)


def place_left(db: Session, ended: EndedSession, *, at: datetime) -> Done:
    """Decide about a session that left the flow it was served from, at one point or more."""
    row = ended.row
    live = flow_queries.find_live(db, row.account_id, row.flow_id) if row.flow_id else None
    attachment = grafting.attachment_of(ended, live.graph) if live else None
    if live is None or attachment is None:
        steps = tuple(replace(step, built=True, node_id=None) for step in ended.evidence.steps)
        return place_built(db, replace(ended, evidence=replace(ended.evidence, steps=steps)), at=at)
    course = follow(live.graph, _labelled(ended.evidence, attachment))
    if len(course.departures) > 1 or any(departure.back_at for departure in course.departures):
        return _and_counted(db, ended, proposing.propose_rework(db, _marked(ended, course), live=live, at=at))
    return _and_counted(db, ended, proposing.propose_branch(db, ended, live=live, attachment=attachment, at=at))


def find_course(db: Session, ended: EndedSession) -> tuple[LiveFlow, Course] | None:
    """Return the published flow a session follows without having been served from it, and how it runs through it."""
    found = max(_courses(db, ended), key=lambda one: one[:2], default=None)
    return (found[2], found[3]) if found is not None and found[0] >= MATCHED else None


def _courses(db: Session, ended: EndedSession) -> Iterator[tuple[float, str, LiveFlow, Course]]:
    account_id = ended.row.account_id
    opening = ended.evidence.opening
    if not opening.strip():
        return
    for match in matching.find_matches(db, account_id=account_id, problem_statement=opening).flows[:_CANDIDATES]:
        live = flow_queries.find_live(db, account_id, match.subject_id)
        if live is not None:
            course = follow(live.graph, ended.evidence)
            yield course.probability(match.score), str(live.flow_id), live, course


def _rewords(db: Session, live: LiveFlow, course: Course) -> bool:
    failing = find_failing(db, account_id=live.account_id, flow_id=live.flow_id, graph=live.graph)
    return any(find_rewordings(live.graph, [course], failing))


def _add(db: Session, ended: EndedSession, live: LiveFlow, course: Course, *, at: datetime) -> Done:
    """Propose what a session adds to a flow: a branch where it left once by an answer that leads nowhere yet."""
    marked = _marked(ended, course)
    attachment = _free_answer(live, course)
    if attachment is not None and not _rewords(db, live, course):
        return proposing.propose_branch(db, marked, live=live, attachment=attachment, at=at)
    return proposing.propose_rework(db, marked, live=live, at=at)


def _free_answer(live: LiveFlow, course: Course) -> Attachment | None:
    if len(course.departures) != 1:
        return None
    (departure,) = course.departures
    node = live.graph.by_id.get(departure.node_id or "")
    if node is None or departure.back_at is not None or departure.contradicts:
        return None
    if node.type is NodeType.DECISION and departure.answer is not None:
        return Attachment(node.id, Condition(departure.answer, departure.label or departure.answer))
    return rules.attachment_of(live.graph, node.id, rules.NOT_FIXED, None) if node.type.is_end else None


def _marked(ended: EndedSession, course: Course) -> EndedSession:
    return replace(ended, evidence=course.marked())


def _labelled(walk: Walk, attachment: Attachment) -> Walk:
    """Return the walk with what the technician saw as the label of the answer by which it left."""
    key, label = attachment.condition.key, attachment.condition.label
    steps = [
        replace(step, label=label) if step.node_id == attachment.node_id and step.answer == key else step
        for step in walk.steps
    ]
    return replace(walk, steps=tuple(steps))


def _and_counted(db: Session, ended: EndedSession, done: Done) -> Done:
    """Count the ways a walk took inside its flow, once: a session that waits for another day is counted then."""
    if ended.is_walk and done[0] is not AnalysisStatus.PENDING:
        reinforcing.count_ways(db, ended)
    return done
