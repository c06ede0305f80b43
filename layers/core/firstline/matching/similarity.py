"""Which published flows say the same: candidates for one flow where there are two, shown at publish and on a flow."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from firstline.matching.calibration import LEXICAL
from firstline.matching.documents import FlowDocument, Intake, LibraryStatistics
from firstline.matching.reading import reached_from
from firstline.matching.scoring import coverage_of, words_met

ALIKE = 0.6  # from here on a person should look: claims of each are met by the other


@dataclass(frozen=True, slots=True)
class Similar:
    """Another flow on the same problem; `similarity` 0..1 is equal from both sides."""

    flow_id: str
    name: str
    similarity: float
    words: tuple[str, ...]


def similar(
    document: FlowDocument, others: Iterable[FlowDocument], library: LibraryStatistics, *, at_least: float = ALIKE
) -> list[Similar]:
    """Return the flows that meet the claims of this one and whose claims it meets, the most alike first."""
    mine = _as_told(document)
    found = []
    for other in others:
        if other.flow_id != document.flow_id:
            theirs = _as_told(other)
            there = coverage_of(other.claims, mine, library, LEXICAL)
            back = coverage_of(document.claims, theirs, library, LEXICAL)
            similarity = math.sqrt(there * back)
            if similarity >= at_least:
                found.append(Similar(other.flow_id, other.name, similarity, words_met(other.claims, mine, library)))
    return sorted(found, key=lambda each: (-each.similarity, each.flow_id))


def _as_told(document: FlowDocument) -> Intake:
    return Intake(document.claims, reached_from(document.claims))
