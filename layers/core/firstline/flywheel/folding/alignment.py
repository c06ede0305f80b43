"""Where a walk runs through a tree: a dynamic programme over its steps and every path from a root to an end."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add

from firstline.flywheel.folding.evidence import UNSURE, Step
from firstline.flywheel.folding.growth import Answer, Index, Place, form_of, products
from firstline.flywheel.folding.similarity import UNIT, Lexicon


@dataclass(frozen=True, slots=True)
class Weights:
    """What agreement is worth and what deviation costs, in mean cosine of wordings (1 = the same words)."""

    alike: float = 0.10  # two wordings this much alike speak neither for nor against each other
    surest: float = 0.50  # more alike says no more: a flow may ask the very same words in two places
    skip_place: float = 0.10  # the walk left a question of the path out
    new_step: float = 0.15  # the walk asked a question the path does not know
    swap: float = 0.12  # two neighbours asked in the other order
    same_answer: float = 0.05  # the walk's answer is the one by which the path goes on
    other_answer: float = 0.15  # it is another one
    end_against_question: float = 0.30
    other_form: float = 0.50  # no option in common, or an instruction against a question
    start_below: float = 0.02  # for each place above the first match
    new_way: float = 0.45  # the walk went on at a place to which no way leads from where it was
    join: float = 0.0  # a walk whose score is not above this starts a tree of its own


WEIGHTS = Weights()
_SQUARE = UNIT * UNIT
TIE = 1e-9  # scores closer than this are equal; the path visited first wins


@dataclass(frozen=True, slots=True)
class Match:
    """A step stands in a place; `before` is the match made earlier on the path. Chains are shared, never copied."""

    before: "Match | None"
    step: int
    place: Place


Into = Mapping[Place, Sequence[tuple[Place, Answer]]]  # places, upper ones first, each with the ways to it
Cell = tuple[float, Match | None]
Row = list[Cell | None]  # by the number of steps consumed


@dataclass(frozen=True, slots=True)
class Alignment:
    score: float
    matches: Mapping[int, Place]


@dataclass(slots=True)
class _Visit:
    """The rows at a place: before it, its own scores, and on leaving it: left out, matched, matched crosswise."""

    place: Place
    depth: int
    before: Row
    scores: list[float]
    left_out: Row
    matched: Row
    crossed: Row
    reach: list[float]


def align_steps(
    steps: Sequence[Step], lexicon: Lexicon, roots: Sequence[Place], index: Index, weights: Weights = WEIGHTS
) -> Alignment:
    """Return the best way of standing steps in places along one path; no matches where none is worth it."""
    return align_found(steps, [products(lexicon.vector(step.text), index) for step in steps], roots, weights)


def align_found(
    steps: Sequence[Step],
    products: Sequence[Mapping[Place, int]],
    roots: Sequence[Place],
    weights: Weights = WEIGHTS,
) -> Alignment:
    """Align steps whose products with the wordings of the places are known."""
    return _Aligner(steps, products, weights).align(roots)


def align_through(
    steps: Sequence[Step], lexicon: Lexicon, into: Into, index: Index, weights: Weights = WEIGHTS
) -> Alignment:
    """Return the best way of standing steps in the places of a flow, which may be reached by several ways."""
    found = [products(lexicon.vector(step.text), index) for step in steps]
    return _Aligner(steps, found, weights).align_through(into)


def similarity(product: int, step: Step, place: Place, weights: Weights) -> float:
    """Return how much speaks for a step standing in a place: its wording, and whether both are ends.

    A step that was served from a published flow knows its node.
    """
    if step.node_id is not None and place.node_id is not None:
        return 1.0 if step.node_id == place.node_id else -1.0
    ends = place.ends / place.size
    differ = 1 - ends if step.type.is_end else ends
    like = min(weights.surest, product / (_SQUARE * place.size))
    like -= weights.alike + weights.end_against_question * differ
    if place.forms and (form := form_of(step)):
        like -= weights.other_form * place.unlike(form)
    return like


def _better(one: Cell | None, other: Cell) -> Cell:
    return other if one is None or other[0] > one[0] + TIE else one


class _Aligner:
    def __init__(self, steps: Sequence[Step], products: Sequence[Mapping[Place, int]], weights: Weights) -> None:
        self.steps = steps
        self.products = products
        self.weights = weights
        self.best: Cell = (weights.join, None)

    def align(self, roots: Sequence[Place]) -> Alignment:
        hopes = self._hopes(roots)
        stack: list[tuple[Place, _Visit | None]] = [(root, None) for root in roots if root in hopes]
        stack.reverse()
        while stack:
            place, above = stack.pop()
            if above is not None and not self._may_win(above, hopes[place]):
                continue
            visit = self._visit(place, [(above, place.answer)] if above else ())
            stack += [(child, visit) for child in reversed(list(place.all_children())) if child in hopes]
        return self._found()

    def align_through(self, into: Into) -> Alignment:
        """Visit all places in their order; of the ways to each, the best is taken for each number of steps."""
        visits: dict[Place, _Visit] = {}
        anywhere: Row = [None] * (len(self.steps) + 1)
        for place, ways in into.items():
            if place.size:
                came = [(visits[above], answer) for above, answer in ways if above in visits]
                visit = visits[place] = self._visit(place, came, anywhere)
                anywhere = self._go_on(anywhere, visit)
        return self._found()

    def _go_on(self, anywhere: Row, visit: _Visit) -> Row:
        """Return the row with which any later place can be entered, though no way leads there."""
        row = list(anywhere)
        for done in range(1, len(row)):
            for cell in (visit.matched[done], visit.crossed[done]):
                if cell is not None:
                    row[done] = _better(row[done], (cell[0] - self.weights.new_way, cell[1]))
            if (earlier := row[done - 1]) is not None:
                row[done] = _better(row[done], (earlier[0] - self.weights.new_step, earlier[1]))
        return row

    def _found(self) -> Alignment:
        score, match = self.best
        matches: dict[int, Place] = {}
        while match is not None:
            matches[match.step] = match.place
            match = match.before
        return Alignment(score, matches)

    def _hopes(self, roots: Sequence[Place]) -> dict[Place, list[float]]:
        """Return how much the steps from each one on could still add to a score, at a place or below it.

        Places at and below which no step could add anything are left out; no path through them can win.
        """
        count = len(self.steps)
        if any(step.node_id is not None for step in self.steps):
            return {place: [math.inf] * (count + 2) for root in roots for place in root.subtree()}
        least = (self.weights.alike - self.weights.same_answer) * _SQUARE
        hopes: dict[Place, list[float]] = {}
        for at, (found, step) in enumerate(zip(self.products, self.steps, strict=True)):
            for place, product in found.items():
                if product >= least * place.size:
                    gain = similarity(product, step, place, self.weights) + self.weights.same_answer
                    above: Place | None = place
                    while above is not None:
                        gains = hopes.get(above)
                        if gains is None:
                            gains = hopes[above] = [0.0] * (count + 2)
                        elif gain <= gains[at]:
                            break
                        gains[at] = max(gains[at], gain)
                        above = above.parent
        for gains in hopes.values():
            for at in range(count - 1, -1, -1):
                gains[at] += gains[at + 1]
        return hopes

    def _may_win(self, above: _Visit, hope: Sequence[float]) -> bool:
        """Tell whether a path through a child could be better than the best one: an upper bound, cheap to compute."""
        least = self.best[0] + TIE
        if hope[0] - self.weights.start_below * (above.depth + 1) > least:
            return True
        if max(map(add, above.reach, hope)) > least:
            return True
        for done in range(len(self.steps) - 1):
            cell = above.before[done]
            if cell is not None:
                gain = above.scores[done + 1] + self.weights.same_answer + hope[done] - hope[done + 1] + hope[done + 2]
                if cell[0] + gain > least:
                    return True
        return False

    def _reach(self, left_out: Row, matched: Row, crossed: Row) -> list[float]:
        """Return the best score with which a child could be entered, by the number of steps consumed."""
        bonus = self.weights.same_answer
        reach = [-math.inf if cell is None else cell[0] for cell in left_out]
        for row in (matched, crossed):
            for done, cell in enumerate(row):
                if cell is not None and cell[0] + bonus > reach[done]:
                    reach[done] = cell[0] + bonus
        return reach

    def _visit(self, place: Place, came: Sequence[tuple[_Visit, Answer]], anywhere: Row | None = None) -> _Visit:
        weights = self.weights
        count = len(self.steps)
        rows = [self._enter(above, answer) for above, answer in came]
        entered = self._best_of(rows if anywhere is None else [*rows, anywhere])
        depth = min((above.depth + 1 for above, _ in came), default=0)
        scores = [
            similarity(product.get(place, 0), step, place, weights)
            for product, step in zip(self.products, self.steps, strict=True)
        ]
        before = list(entered)
        matched: Row = [None] * (count + 1)
        for done in range(count):
            fresh = -weights.start_below * depth - weights.new_step * done
            cell = before[done]
            if cell is None or cell[0] < fresh:
                cell = before[done] = (fresh, None)
            matched[done + 1] = (cell[0] + scores[done], Match(cell[1], done, place))
        crossed = self._best_of([self._cross(above, place, answer, scores) for above, answer in came])
        for row in (matched, crossed):
            for cell in row:
                if cell is not None and cell[0] > self.best[0] + TIE:
                    self.best = cell
        left_out: Row = [None if cell is None else (cell[0] - weights.skip_place, cell[1]) for cell in entered]
        reach = self._reach(left_out, matched, crossed)
        return _Visit(place, depth, before, scores, left_out, matched, crossed, reach)

    def _best_of(self, rows: Sequence[Row]) -> Row:
        if len(rows) == 1:
            return rows[0]
        best: Row = [None] * (len(self.steps) + 1)
        for row in rows:
            best = [better if cell is None else _better(better, cell) for better, cell in zip(best, row, strict=True)]
        return best

    def _cross(self, above: _Visit, place: Place, answer: Answer, scores: Sequence[float]) -> Row:
        """Match two neighbouring steps crosswise: the second with the upper place, the first with this one."""
        crossed: Row = [None] * (len(self.steps) + 1)
        for done in range(len(self.steps) - 1):
            cell = above.before[done]
            gain = above.scores[done + 1] + scores[done] - self.weights.swap
            if cell is not None and gain > 0:
                gain += self._answer(self.steps[done + 1].answer, answer)
                crossed[done + 2] = (cell[0] + gain, Match(Match(cell[1], done, place), done + 1, above.place))
        return crossed

    def _enter(self, above: _Visit, answer: Answer) -> Row:
        """Return the row on entering a child under an answer; steps not matched before it are new questions."""
        entered = list(above.left_out)
        for done in range(1, len(entered)):
            best = entered[done]
            for row, back in ((above.matched, 1), (above.crossed, 2)):
                cell = row[done]
                if cell is not None:
                    score = cell[0] + self._answer(self.steps[done - back].answer, answer)
                    if best is None or score > best[0]:
                        best = (score, cell[1])
            earlier = entered[done - 1]
            if earlier is not None and (best is None or earlier[0] - self.weights.new_step > best[0]):
                best = (earlier[0] - self.weights.new_step, earlier[1])
            entered[done] = best
        return entered

    def _answer(self, given: Answer, taken: Answer) -> float:
        if given == taken:
            return self.weights.same_answer
        return 0.0 if UNSURE in (given, taken) else -self.weights.other_answer
