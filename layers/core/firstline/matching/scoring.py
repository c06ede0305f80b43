"""Score an intake against candidate flows: how likely each is the right one, and which words say so."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from firstline.matching.calibration import BESIDE, BY_ENCODER, LEXICAL, Calibration, Evidence
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
_SPOKE = 0.5  # similarity from which a word is named as a reason
_MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class Why:
    """`words` of the story that spoke for the flow, as written; `past_tickets` that opened alike, nearest first."""

    words: Sequence[str]
    past_tickets: Sequence[str]


@dataclass(frozen=True, slots=True)
class Match:
    """`score` is the probability, 0..1, that this flow is the right one; `evidence` what it was computed from."""

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
    """An intake with what its terms weigh in this library; `weigh` remembers what any claim does."""

    intake: Intake
    weights: Sequence[float]
    told: float
    weigh: Weigh


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
    weigh = _weighing(library)
    weights = [weigh(term) for term in intake.terms]
    story = _Story(intake, weights, sum(weights), weigh)
    near = _nearness(intake, [document for document, _ in candidates])
    found = [
        _match(story, document, openings, close) for (document, openings), close in zip(candidates, near, strict=True)
    ]
    return sorted(_beside_each_other(found, near), key=lambda match: (-match.score, match.flow_id))


def coverage_of(claims: Sequence[Claim], intake: Intake, library: LibraryStatistics, by: Calibration) -> float:
    """Return how well the intake meets the claims, 0..1."""
    weigh = _weighing(library)
    return _coverage(_bounded([_meet(claim, intake, weigh) for claim in claims], claims), by)


def words_met(claims: Sequence[Claim], intake: Intake, library: LibraryStatistics) -> tuple[str, ...]:
    """Return the intake's words that meet the claims, the weightiest first."""
    weigh = _weighing(library)
    return tuple(_words([_meet(claim, intake, weigh) for claim in claims], intake))


def _nearness(intake: Intake, documents: Sequence[FlowDocument]) -> "Sequence[Nearness | None]":
    if intake.vectors is None or intake.vectors.model not in BY_ENCODER:
        return [None] * len(documents)
    from firstline.matching.vectors import nearness  # noqa: PLC0415  words alone need no numpy

    return nearness(intake.vectors, [document.vectors for document in documents])


def _beside_each_other(found: Sequence[Match], near: "Sequence[Nearness | None]") -> list[Match]:
    """Return the matches with the rivals counted, which lower the scores of them all alike."""
    by = [LEXICAL if close is None else BY_ENCODER[close.model] for close in near]
    odds = [calibration.log_odds(match.evidence) for calibration, match in zip(by, found, strict=True)]
    nearest = max(odds, default=0.0)
    rivals = sum(each >= nearest - BESIDE for each in odds) - 1
    judged = [replace(match.evidence, rivals=rivals) for match in found]
    return [
        Match(match.flow_id, calibration.probability(evidence), match.why, evidence)
        for match, calibration, evidence in zip(found, by, judged, strict=True)
    ]


def _respelt(intake: Intake, stems: Iterable[str]) -> Intake:
    """Return the intake with its unknown words read as the library's own ones they misspell."""
    reached = dict(intake.reached)
    for stem in stems:
        if stem not in intake.reached:
            near = [number for number in intake.unknown if is_misspelling(intake.terms[number].stem, stem)]
            if near:
                reached[stem] = [Reach(TYPO, number) for number in near]
    return replace(intake, reached=reached)


def _match(
    story: _Story,
    document: FlowDocument,
    openings: Sequence[Opening],
    near: "Nearness | None",
) -> Match:
    calibration = LEXICAL if near is None else BY_ENCODER[near.model]
    met = [_meet(claim, story.intake, story.weigh) for claim in document.claims]
    hints = [_meet(claim, story.intake, story.weigh) for claim in document.hints]
    spoke = [_Met(_HINT * each.weight, each.similarity, each.reach) for each in hints if each.similarity >= _SPOKE]
    told = met + spoke
    bounded = _bounded(met, document.claims)
    coverage = _coverage(_seen(bounded, near) + spoke, calibration)
    for symptom in document.symptoms:
        claimed = [_meet(claim, story.intake, story.weigh) for claim in symptom]
        coverage = max(coverage, _coverage(claimed, calibration))
    own = document.stems if openings else ()
    learnt = lesson(story.intake, openings, lambda claim: story.weigh(claim) * math.sqrt(claim.weight), own)
    evidence = Evidence(
        coverage=coverage,
        focus=_focus(told, story),
        likeness=near.likeness if near is not None else 0.0,
        claimed=sum(each.weight for each in bounded),
        told=story.told,
        described=document.described or bool(document.symptoms),
        learned=learnt.evidence,
    )
    why = Why(_words(told, story.intake), learnt.tickets[:_MOST_REASONS])
    return Match(document.flow_id, calibration.probability(evidence), why, evidence)


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


def _meet(claim: Claim, intake: Intake, weigh: Weigh) -> _Met:
    similarity, nearest = 0.0, None
    for reach in intake.reached.get(claim.stem, ()):
        met = reach.similarity
        if claim.denied != intake.terms[reach.term].denied:
            met *= _NOT_DENIED if claim.denied else _DENIED
        if met > similarity:
            similarity, nearest = met, reach
    return _Met(weigh(claim), similarity, nearest)


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


def _coverage(met: Sequence[_Met], calibration: Calibration) -> float:
    """Return the weighted geometric mean of how well each claim is met: one claim not met sinks the whole."""
    weight = sum(each.weight for each in met)
    if not weight:
        return 0.0
    return math.exp(sum(each.weight * math.log(max(each.similarity, calibration.unmet)) for each in met) / weight)


def _focus(met: Sequence[_Met], story: _Story) -> float:
    """Return the share of the story, by weight, that comes near the flow's claims and hints."""
    nearest: dict[int, float] = {}
    for each in met:
        if each.reach is not None:
            nearest[each.reach.term] = max(each.reach.similarity, nearest.get(each.reach.term, 0.0))
    return sum(story.weights[term] * near for term, near in nearest.items()) / story.told if story.told else 0.0


def _words(met: Sequence[_Met], intake: Intake) -> list[str]:
    spoke = sorted((each for each in met if each.similarity >= _SPOKE), key=lambda each: -each.weight * each.similarity)
    return list(dict.fromkeys(intake.terms[each.reach.term].surface for each in spoke if each.reach))[:_MOST_REASONS]
