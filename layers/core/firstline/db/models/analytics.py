"""Which knowledge gaps an account has been told of."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from firstline.db.models.tables import Identified, Table, allowed, word


class GapKind(StrEnum):
    """What is missing."""

    WEAK_OPTIONS = "weak_options"  # answers of a step that lead nowhere, or that callers cannot give
    HIGH_ESCALATION = "high_escalation"  # most of a flow's, or a category's, calls end with somebody else
    UNCHARTED_TERRITORY = "uncharted_territory"  # calls of a kind for which hardly anything is published
    REPEATED_PATTERN = "repeated_pattern"  # the same cure found again and again, and still not published


class Severity(StrEnum):
    """How much a gap costs, worst first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class KnownGap(Identified, Table):
    """A knowledge gap that was told of; its id follows from what it is and where, so that it is told of once."""

    __tablename__ = "knowledge_gaps"
    __table_args__ = (
        allowed("kind", GapKind),
        allowed("severity", Severity),
        {"comment": "Knowledge gaps an account was told of, at the worst they were."},
    )

    kind: Mapped[str] = mapped_column(word())
    severity: Mapped[str] = mapped_column(word(), comment="The worst that was told; told again only when it is worse")
    detected_at: Mapped[datetime]
    told_at: Mapped[datetime]
