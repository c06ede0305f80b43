"""What makes a knowledge gap, how bad it is, and what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from firstline.db.models.analytics import GapKind, Severity

MIN_SESSIONS = 5  # fewer say nothing
ESCALATED_SHARE = 0.4
FAILED_SHARE = 0.5
UNSURE_SHARE = 0.2
COVERED_SHARE = 0.3
MIN_REPEATS = 3

Evidence = Mapping[str, int | float]


@dataclass(frozen=True, slots=True)
class Gap:
    """`weight` is the number of sessions it cost; `subject` says where it is, by id and by name."""

    kind: GapKind
    severity: Severity
    subject: Mapping[str, str | None]
    evidence: Evidence
    suggested_action: str
    weight: float


@dataclass(frozen=True, slots=True)
class WayRow:
    """A way of a published flow: how often it was taken and how those walks ended."""

    flow_id: str
    flow_name: str
    node_id: str
    node_text: str
    answer: str
    label: str | None
    resolved: int
    failed: int
    escalated: int
    abandoned: int

    UNSURE: ClassVar[str] = "unsure"

    @property
    def taken(self) -> int:
        return self.resolved + self.failed + self.escalated + self.abandoned


@dataclass(frozen=True, slots=True)
class ShareRow:
    """Ended sessions of a flow or a category: all, those that were escalated, those a published flow carried."""

    subject: Mapping[str, str | None]
    name: str
    ended: int
    escalated: int
    covered: int


@dataclass(frozen=True, slots=True)
class PatternRow:
    """A proposal that waits although session after session found the same."""

    proposal_id: str
    title: str
    category: str | None
    sessions: int
    days_waiting: float
    minutes_per_week: float


def weak_options(ways: Sequence[WayRow]) -> list[Gap]:
    """Return steps callers are often unsure at, and answers after which most walks fail."""
    at_node: dict[tuple[str, str], list[WayRow]] = {}
    for way in ways:
        at_node.setdefault((way.flow_id, way.node_id), []).append(way)
    found = [gap for there in at_node.values() if (gap := _unsure(there)) is not None]
    return found + [gap for way in ways if (gap := _failing(way)) is not None]


def high_escalation(rows: Sequence[ShareRow]) -> list[Gap]:
    found = []
    for row in rows:
        share = row.escalated / row.ended if row.ended else 0.0
        if row.ended >= MIN_SESSIONS and share >= ESCALATED_SHARE:
            evidence = {"sessions": row.ended, "escalated": row.escalated, "escalation_rate": _rounded(share)}
            action = f"Read what escalated sessions of '{row.name}' stuck at, and add the missing branches."
            found.append(_gap(GapKind.HIGH_ESCALATION, row.subject, evidence, action, share, row.escalated))
    return found


def uncharted_territory(rows: Sequence[ShareRow]) -> list[Gap]:
    found = []
    for row in rows:
        share = row.covered / row.ended if row.ended else 1.0
        if row.ended >= MIN_SESSIONS and share < COVERED_SHARE:
            evidence = {"sessions": row.ended, "covered": row.covered, "coverage": _rounded(share)}
            action = f"Publish a flow for '{row.name}': review what the flywheel proposes, or import the starter flow."
            found.append(
                _gap(GapKind.UNCHARTED_TERRITORY, row.subject, evidence, action, 1 - share, row.ended - row.covered)
            )
    return found


def repeated_patterns(rows: Sequence[PatternRow]) -> list[Gap]:
    found = []
    for row in rows:
        evidence = {
            "sessions": row.sessions,
            "days_waiting": _rounded(row.days_waiting),
            "minutes_saved_per_week": _rounded(row.minutes_per_week),
        }
        subject = {"proposal_id": row.proposal_id, "name": row.title, "category": row.category}
        action = f"Review the proposal: {row.sessions} sessions found the same cure on their own."
        urgency = min(1.0, row.sessions / (4 * MIN_REPEATS))
        found.append(_gap(GapKind.REPEATED_PATTERN, subject, evidence, action, urgency, row.sessions))
    return found


def worst_first(gaps: Sequence[Gap]) -> list[Gap]:
    ranks = list(Severity)
    return sorted(gaps, key=lambda gap: (ranks.index(gap.severity), -gap.weight, gap.kind, str(gap.subject)))


def _unsure(ways: Sequence[WayRow]) -> Gap | None:
    taken = sum(way.taken for way in ways)
    unsure = sum(way.taken for way in ways if way.answer == WayRow.UNSURE)
    if taken < MIN_SESSIONS or unsure / taken < UNSURE_SHARE:
        return None
    share = unsure / taken
    evidence = {"sessions": taken, "unsure": unsure, "unsure_rate": _rounded(share)}
    action = "Reword the question or its help: callers cannot tell what it asks for."
    return _gap(GapKind.WEAK_OPTIONS, _subject(ways[0], None), evidence, action, share, unsure)


def _failing(way: WayRow) -> Gap | None:
    lost = way.taken - way.resolved
    if way.answer == WayRow.UNSURE or way.taken < MIN_SESSIONS or lost / way.taken < FAILED_SHARE:
        return None
    share = lost / way.taken
    evidence = {
        "sessions": way.taken,
        "resolved": way.resolved,
        "failed": way.failed,
        "escalated": way.escalated,
        "abandoned": way.abandoned,
        "success_rate": _rounded(1 - share),
    }
    action = "Look at what follows this answer: most walks that take it end without a cure."
    return _gap(GapKind.WEAK_OPTIONS, _subject(way, way.label or way.answer), evidence, action, share, lost)


def _subject(way: WayRow, answer: str | None) -> dict[str, str | None]:
    return {
        "flow_id": way.flow_id,
        "name": way.flow_name,
        "node_id": way.node_id,
        "text": way.node_text,
        "answer": answer,
    }


def _gap(
    kind: GapKind,
    subject: Mapping[str, str | None],
    evidence: Evidence,
    action: str,
    share: float,
    weight: float,
) -> Gap:
    return Gap(kind, _severity(share, weight), subject, evidence, action, weight)


def _severity(share: float, sessions: float) -> Severity:
    """Return high where it costs most sessions of a kind and many of them, low where it costs few."""
    if share >= 0.6 and sessions >= 4 * MIN_SESSIONS:  # noqa: PLR2004  a judgement, and this is its only place
        return Severity.HIGH
    return Severity.MEDIUM if share >= 0.6 or sessions >= 2 * MIN_SESSIONS else Severity.LOW  # noqa: PLR2004


def _rounded(figure: float) -> float:
    return round(figure, 4)
