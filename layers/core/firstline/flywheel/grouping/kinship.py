"""How likely two sets of walks are about one problem: log odds, from what a typical walk of each says of the other.

Every part is a log likelihood ratio of "one problem" against "two problems of one help desk", bounded by the chance
that two different problems agree all the same. The chances are round figures near what walks of the ten authored
playbooks show, and more careful where those hardly ever agree.
"""

import math
from collections import Counter
from collections.abc import Mapping

from firstline.flywheel.grouping.signatures import Pairs, Question, Signature, compare, one_to_one
from firstline.flywheel.grouping.wordings import Wordings

PRIOR = math.log(0.01)  # a join cannot be undone, and what is missed now is made up for by the next walk
MOST_WALKS = 10  # more walks make nothing surer: they were worded and led by the same few people
MOST_KNOWN = 100  # calls of a problem that make the next one likelier

# chances: of one problem, and of two
BEGINS_THERE = (0.6, 0.01)  # both begin with this question
ASKED = (0.25, 0.03)  # a question of the one is asked in the other
CURED_SO = (0.25, 0.10)  # a cure of the one is a cure of the other: many problems end in the same repair
GOES_ON = (0.85, 0.15)  # after one question and one answer comes the same next question
TOLD = (0.2, 0.03)  # a word of one opening is in another opening: beyond chance, and by chance
SAME_CATEGORY = (0.9, 0.3)
_TOLD_AT_MOST = _GONE_ON_AT_MOST = 3.0  # problems of one kind are told alike, and some share a passage of questions
_BEGINNINGS = 2.0  # concentration of where the walks of a problem begin
_PLACES = 10  # questions a walk may begin with
_BEGUN_AT_LEAST = -5.0
_BEGINS_ELSEWHERE = math.log(0.1)  # any walk may begin further on, because its opening told more


def kinship(one: Signature, other: Signature) -> float:
    """Return the log odds of both being one problem, the same in either order; above 0 it is likelier than not."""
    walks_one, walks_other = len(one.sessions), len(other.sessions)
    if walks_one > walks_other:
        return kinship(other, one)
    odds = compare(one, other)
    same = one_to_one(odds)
    told = _evidence(one, other, odds, same)
    if walks_one == walks_other:
        back = _evidence(other, one, *_turned(odds, same))
        told = (told + back) / 2
    # What a typical walk says counts again for each further one, but less: walks of one problem are not independent.
    weight = math.sqrt(min(walks_one, MOST_WALKS))
    # A call is the more likely about a problem the more calls were (Chinese restaurant process).
    known = math.log(max(1, min(walks_other, MOST_KNOWN)))
    return round(PRIOR + known + weight * told + _beginnings(one, other, same), 6)


def _turned(odds: Pairs, same: Mapping[int, int]) -> tuple[Pairs, Mapping[int, int]]:
    return {(two, one): ratio for (one, two), ratio in odds.items()}, {two: one for one, two in same.items()}


def _evidence(one: Signature, other: Signature, odds: Pairs, same: Mapping[int, int]) -> float:
    """Return what a typical walk of the one says for its being about the other's problem."""
    steps = _steps(one, other, odds, same) + _continuations(one, other, same)
    return steps + _openings(one.openings, other.openings) + _categories(one.categories, other.categories)


def _steps(one: Signature, other: Signature, odds: Pairs, same: Mapping[int, int]) -> float:
    led_to = _expected(one, other, same)
    ends = sum(question.is_end for question in other.questions)
    rest = len(other.questions) - ends
    begun = max(1, sum(question.firsts for question in other.questions))
    total = 0.0
    for mine, question in enumerate(one.questions):
        met = {theirs: odds[mine, theirs] for theirs in range(len(other.questions)) if (mine, theirs) in odds}
        anywhere = sum(met.values()) / max(1, ends if question.is_end else rest)
        if question.is_end:
            found = _ratio(CURED_SO, anywhere)
        else:
            at_first = sum(ratio * other.questions[theirs].firsts for theirs, ratio in met.items()) / begun
            found = _ratio(ASKED, anywhere, BEGINS_THERE, at_first, question.firsts / question.wordings.count)
        if found > 0:
            found *= max(0.0, 1 - led_to.get(mine, 0) / question.wordings.count)
        total += min(1.0, question.wordings.count / len(one.sessions)) * found
    return total


def _expected(one: Signature, other: Signature, same: Mapping[int, int]) -> Counter[int]:
    """Count how often a question followed from one before it as it does in the other: that is weighed as going on."""
    found: Counter[int] = Counter()
    for mine, theirs in same.items():
        for answer, ways in one.questions[mine].led_to.items():
            goes_on = other.questions[theirs].led_to.get(answer, {})
            found.update({at: count for at, count in ways.items() if same.get(at) in goes_on})
    return found


def _ratio(
    chances: tuple[float, float],
    odds: float,
    first: tuple[float, float] = (0.0, 0.0),
    odds_first: float = 0.0,
    part: float = 0.0,
) -> float:
    """Return the log likelihood ratio of a mixture: the same as one there, as a first one there, or as none."""
    same, other = (1 + a * (odds - 1) + part * b * (odds_first - 1) for a, b in zip(chances, first, strict=True))
    return math.log(same / other)


def _continuations(one: Signature, other: Signature, same: Mapping[int, int]) -> float:
    """Weigh for each answer given in both whether it led to the same question or to different ones.

    Two problems may share a question word for word; what the same answer leads to tells them apart.
    """
    agreed, differed = math.log(GOES_ON[0] / GOES_ON[1]), math.log((1 - GOES_ON[0]) / (1 - GOES_ON[1]))
    back = {theirs: mine for mine, theirs in same.items()}
    total = 0.0
    for mine, theirs in same.items():
        question, twin = one.questions[mine], other.questions[theirs]
        for answer, ways in question.led_to.items() if not question.is_end else ():
            if found := twin.led_to.get(answer):
                walked = sum(ways.values())
                part = max(
                    sum(count for at, count in ways.items() if same.get(at) in found) / walked,
                    sum(count for at, count in found.items() if back.get(at) in ways) / sum(found.values()),
                )
                total += min(1.0, walked / len(one.sessions)) * (part * agreed + (1 - part) * differed)
    return min(_GONE_ON_AT_MOST, total)


def _openings(one: Wordings, other: Wordings) -> float:
    if not one.count or not other.count:
        return 0.0
    beyond, by_chance = TOLD
    shared = math.log((beyond + (1 - beyond) * by_chance) / by_chance)
    missed = math.log(1 - beyond)
    both = sum(share * other.shares.get(word, 0.0) for word, share in one.shares.items())
    single = (sum(one.shares.values()) + sum(other.shares.values())) / 2 - both
    return max(-_TOLD_AT_MOST, min(_TOLD_AT_MOST, both * shared + single * missed))


def _categories(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Weigh the categories; a call without one says nothing."""
    pairs = sum(one.values()) * sum(other.values())
    if not pairs:
        return 0.0
    agree, differ = SAME_CATEGORY
    equal = sum(count * other.get(category, 0) for category, count in one.items()) / pairs
    return equal * math.log(agree / differ) + (1 - equal) * math.log((1 - agree) / (1 - differ))


def _beginnings(one: Signature, other: Signature, same: Mapping[int, int]) -> float:
    """Weigh that each has its own first question; that both have the same one is weighed with its wording.

    Bayes factor of one Dirichlet-multinomial for the first questions of both, against one for each.
    """
    back = {theirs: mine for mine, theirs in same.items()}
    ours = Counter(dict(_firsts(one.questions)))
    theirs = Counter({back.get(at, -1 - at): count for at, count in _firsts(other.questions)})
    if not ours or not theirs:
        return 0.0
    factor = _drawn(ours + theirs) - _drawn(ours) - _drawn(theirs)
    fewer = min(ours.total(), theirs.total())
    return max(_BEGUN_AT_LEAST, fewer * _BEGINS_ELSEWHERE, min(0.0, factor))


def _firsts(questions: tuple[Question, ...]) -> list[tuple[int, int]]:
    return [(at, question.firsts) for at, question in enumerate(questions) if question.firsts]


def _drawn(counts: Counter[int]) -> float:
    each = _BEGINNINGS / _PLACES
    places = sum(math.lgamma(each + count) - math.lgamma(each) for count in counts.values())
    return math.lgamma(_BEGINNINGS) - math.lgamma(_BEGINNINGS + counts.total()) + places
