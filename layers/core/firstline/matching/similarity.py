"""Which published flows say the same: candidates for one flow where there are two."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from firstline.matching.calibration import LEXICAL
from firstline.matching.documents import Claim, FlowDocument, Intake, LibraryStatistics
from firstline.matching.reading import reached_from
from firstline.matching.scoring import coverage_of, words_met

ALIKE = 0.6  # from here on a person should look: claims of each are met by the other


@dataclass(frozen=True, slots=True)
class Similar:
    """Another flow on the same problem; `similarity` 0..1 is equal from both sides, `words` are those they share."""

    flow_id: str
    name: str
    similarity: float
    words: tuple[str, ...]


def similar(
    document: FlowDocument, others: Iterable[FlowDocument], library: LibraryStatistics, *, at_least: float = ALIKE
) -> list[Similar]:
    """Return the flows that meet the claims of this one and whose claims it meets, the most alike first."""
    mine = as_told(document)
    found = []
    for other in others:
        if other.flow_id != document.flow_id:
            similarity = both_ways(document.claims, mine, other.claims, as_told(other), library)
            if similarity >= at_least:
                found.append(Similar(other.flow_id, other.name, similarity, words_met(other.claims, mine, library)))
    return sorted(found, key=lambda each: (-each.similarity, each.flow_id))


def both_ways(
    claims: Sequence[Claim], told: Intake, others: Sequence[Claim], others_told: Intake, library: LibraryStatistics
) -> float:
    """Return the geometric mean, 0..1, of how well each of two texts meets the claims of the other."""
    there = coverage_of(others, told, library, LEXICAL)
    back = coverage_of(claims, others_told, library, LEXICAL)
    return math.sqrt(there * back)


def as_told(document: FlowDocument) -> Intake:
    """Return the flow's claims as if a caller had said them."""
    return Intake(document.claims, reached_from(document.claims))
