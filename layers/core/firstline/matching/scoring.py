"""Score an intake against candidate flows: how likely each is the right one, and which words say so."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from firstline.matching.calibration import BY_ENCODER, LEXICAL, Calibration, Evidence, scores
from firstline.matching.documents import Claim, FlowDocument, Intake, LibraryStatistics, Opening, Reach
from firstline.matching.learning import Weigh, lesson
from firstline.matching.reading import TYPO, is_misspelling
from firstline.matching.trade import BROKEN, PROBLEM

if TYPE_CHECKING:
    from firstline.matching.vectors import Nearness

_NOT_DENIED = 0.7  # the flow says "won't start", the story "start"
_DENIED = 0.8  # the flow says "display", the story "no display"
_VACUOUS = 0.3  # every call has a problem
_VACUOUS_STEMS = frozenset((PROBLEM, BROKEN))
_DETAIL = 2.0  # the claims of the description alone weigh at most this much together: stories tell few details
_HINT = 0.5  # of a claim's weight
_MEANT = 0.5  # how fast a word that flows of the account have of their own ceases to stand for a near one
_SPOKE = 0.5  # similarity from which a word is named as a reason
_MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class Why:
    """`words` of the story that spoke for the flow, as written; `past_tickets` that opened alike, nearest first."""

    words: Sequence[str]
    past_tickets: Sequence[str]


@dataclass(frozen=True, slots=True)
class Match:
    """`score` 0..1 is the probability that this flow is the right one, see `calibration.scores`."""

    flow_id: str
    score: float
    why: Why
    evidence: Evidence


class _Met(NamedTuple):
    weight: float
    similarity: float
    reach: Reach | None


@dataclass(frozen=True, slots=True)
class _Story:
    """An intake in this library: what its terms weigh, whether flows have them, how far they stand for near words.

    `weigh` remembers what any claim weighs.
    """

    intake: Intake
    weights: Sequence[float]
    told: float
    known: Sequence[bool]
    stands: Sequence[float]
    weigh: Weigh
    flows: int

    @classmethod
    def of(cls, intake: Intake, library: LibraryStatistics) -> "_Story":
        weigh = _weighing(library)
        weights = [weigh(term) for term in intake.terms]
        having = [library.containing.get(term.stem, 0) for term in intake.terms]
        stands = [1 / (1 + _MEANT * math.log1p(flows)) for flows in having]
        return cls(intake, weights, sum(weights), [flows > 0 for flows in having], stands, weigh, library.flows)

    def share_of(self, nearest: Mapping[int, float]) -> float:
        """Return the share of the story, by weight, that comes near to what a flow says."""
        return sum(self.weights[term] * near for term, near in nearest.items()) / self.told if self.told else 0.0

    def contrast_to(self, nearest: Mapping[int, float]) -> float:
        """Return the share of the story, by weight, in words other flows have and this one does not come near to."""
        if not self.told:
            return 0.0
        foreign = (
            weight * (1 - nearest.get(term, 0.0))
            for term, (weight, known) in enumerate(zip(self.weights, self.known, strict=True))
            if known
        )
        return sum(foreign) / self.told


class _Judged(NamedTuple):
    flow_id: str
    odds: float
    why: Why
    evidence: Evidence


def score(
    intake: Intake,
    candidates: Iterable[tuple[FlowDocument, Sequence[Opening]]],
    library: LibraryStatistics,
) -> list[Match]:
    """Return a match per candidate, best first; equals stand in the order of their flow's id.

    With vectors of a fitted encoder on both sides its constants apply, else those of words alone.
    """
    candidates = list(candidates)
    intake = _respelt(intake, {stem for document, _ in candidates for stem in document.stems})
    story = _Story.of(intake, library)
    near = _nearness(intake, [document for document, _ in candidates])
    found = [
        _judge(story, document, openings, close) for (document, openings), close in zip(candidates, near, strict=True)
    ]
    return sorted(_beside_each_other(found), key=lambda match: (-match.score, match.flow_id))


def coverage_of(claims: Sequence[Claim], intake: Intake, library: LibraryStatistics, by: Calibration) -> float:
    """Return how well the intake meets the claims, 0..1."""
    return _coverage(_bounded(_heard(claims, intake, library), claims), by)


def words_met(claims: Sequence[Claim], intake: Intake, library: LibraryStatistics) -> tuple[str, ...]:
    """Return the intake's words that meet the claims, the weightiest first."""
    return tuple(_words(_heard(claims, intake, library), intake))


def _heard(claims: Sequence[Claim], intake: Intake, library: LibraryStatistics) -> "list[_Met]":
    weigh, stands = _weighing(library), [1.0] * len(intake.terms)
    return [_meet(claim, intake, weigh, stands, {}) for claim in claims]


def _nearness(intake: Intake, documents: Sequence[FlowDocument]) -> "Sequence[Nearness | None]":
    if intake.vectors is None or intake.vectors.model not in BY_ENCODER:
        return [None] * len(documents)
    from firstline.matching.vectors import nearness  # noqa: PLC0415  words alone need no numpy

    return nearness(intake.vectors, [document.vectors for document in documents])


def _beside_each_other(found: "Sequence[_Judged]") -> list[Match]:
    """Return the matches, each with its share of the probability that any of them is right."""
    judged = scores([each.odds for each in found])
    return [Match(each.flow_id, chance, each.why, each.evidence) for each, chance in zip(found, judged, strict=True)]


def _respelt(intake: Intake, stems: Iterable[str]) -> Intake:
    """Return the intake with its unknown words read as the library's own ones they misspell."""
    reached = dict(intake.reached)
    for stem in stems:
        if stem not in intake.reached:
            near = [number for number in intake.unknown if is_misspelling(intake.terms[number].stem, stem)]
            if near:
                reached[stem] = [Reach(TYPO, number) for number in near]
    return replace(intake, reached=reached)


def _judge(
    story: _Story,
    document: FlowDocument,
    openings: Sequence[Opening],
    near: "Nearness | None",
) -> _Judged:
    calibration = LEXICAL if near is None else BY_ENCODER[near.model]
    nearest: dict[int, float] = {}

    def meet(claims: Sequence[Claim]) -> list[_Met]:
        return [_meet(claim, story.intake, story.weigh, story.stands, nearest) for claim in claims]

    met = meet(document.claims)
    spoke = [
        _Met(_HINT * each.weight, each.similarity, each.reach)
        for each in meet(document.hints)
        if each.similarity >= _SPOKE
    ]
    bounded = _bounded(met, document.claims)
    symptoms = [meet(symptom) for symptom in document.symptoms]
    coverage = _best_coverage([_seen(bounded, near) + spoke, *symptoms], calibration)
    own = document.stems if openings else ()
    learnt = lesson(story.intake, openings, lambda claim: story.weigh(claim) * math.sqrt(claim.weight), own)
    evidence = Evidence(
        coverage=coverage,
        focus=story.share_of(nearest),
        contrast=story.contrast_to(nearest),
        likeness=near.likeness if near is not None else 0.0,
        claimed=sum(each.weight for each in bounded),
        told=story.told,
        described=document.described or bool(document.symptoms),
        learned=learnt.evidence,
        flows=story.flows,
        worded=_best_coverage([bounded + spoke, *symptoms], LEXICAL) if calibration.by_words else 0.0,
    )
    why = Why(_words(met + spoke, story.intake), learnt.tickets[:_MOST_REASONS])
    return _Judged(document.flow_id, calibration.log_odds(evidence), why, evidence)


def _weighing(library: LibraryStatistics) -> Weigh:
    """Return what weighs a claim in this library; the candidates of an intake share most of their stems."""
    rarities: dict[str, float] = {}

    def weigh(claim: Claim) -> float:
        rarity = rarities.get(claim.stem)
        if rarity is None:
            rarity = rarities[claim.stem] = library.rarity(claim.stem)
        weight = math.sqrt(rarity * claim.weight)
        return weight * _VACUOUS if claim.stem in _VACUOUS_STEMS else weight

    return weigh


def _meet(claim: Claim, intake: Intake, weigh: Weigh, stands: Sequence[float], nearest: dict[int, float]) -> _Met:
    """Return how well the claim is met, and note in `nearest` how near each term came to it."""
    similarity, met_by = 0.0, None
    for reach in intake.reached.get(claim.stem, ()):
        met, term = reach.similarity, reach.term
        if met > nearest.get(term, 0.0):
            nearest[term] = met
        if met < 1:
            met *= stands[term]
        if claim.denied != intake.terms[term].denied:
            met *= _NOT_DENIED if claim.denied else _DENIED
        if met > similarity:
            similarity, met_by = met, reach
    return _Met(weigh(claim), similarity, met_by)


def _seen(met: Sequence[_Met], near: "Nearness | None") -> list[_Met]:
    """Return the claims as words and vectors together see them: the mean of the two."""
    if near is None:
        return list(met)
    return [
        _Met(each.weight, (each.similarity + close) / 2, each.reach)
        for each, close in zip(met, near.claims, strict=True)
    ]


def _bounded(met: Sequence[_Met], claims: Sequence[Claim]) -> list[_Met]:
    details = sum(each.weight for each, claim in zip(met, claims, strict=True) if not claim.named)
    share = min(1.0, _DETAIL / details) if details else 1.0
    return [
        each if claim.named else _Met(share * each.weight, each.similarity, each.reach)
        for each, claim in zip(met, claims, strict=True)
    ]


def _best_coverage(wordings: Sequence[Sequence[_Met]], calibration: Calibration) -> float:
    return max(_coverage(met, calibration) for met in wordings)


def _coverage(met: Sequence[_Met], calibration: Calibration) -> float:
    """Return the weighted geometric mean of how well each claim is met: one claim not met sinks the whole."""
    weight = sum(each.weight for each in met)
    if not weight:
        return 0.0
    return math.exp(sum(each.weight * math.log(max(each.similarity, calibration.unmet)) for each in met) / weight)


def _words(met: Sequence[_Met], intake: Intake) -> list[str]:
    spoke = sorted((each for each in met if each.similarity >= _SPOKE), key=lambda each: -each.weight * each.similarity)
    return list(dict.fromkeys(intake.terms[each.reach.term].surface for each in spoke if each.reach))[:_MOST_REASONS]
