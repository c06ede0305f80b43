"""What of a fold is drawn, weighed by all the walks that came by, and what is set aside as evidence."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from firstline.flywheel.folding.consensus import of_weight
from firstline.flywheel.folding.growth import Answer
from firstline.flywheel.folding.register import NOWHERE
from firstline.flywheel.folding.traffic import Traffic, Way, leads_to


@dataclass(frozen=True, slots=True)
class Sifted:
    """The nodes to draw and the ways between them, in the order of their places.

    `rivals` begin like a drawn one: ways as well founded, and less walked ones between nodes that are drawn anyway.
    """

    nodes: Sequence[int]
    ways: Sequence[Way]
    rivals: Sequence[Way]


@dataclass(frozen=True, slots=True)
class Rest:
    """How walks went on from a drawn node where the graph does not follow them; `node` None: no step is drawn."""

    node: int | None
    answer: Answer
    asked: str  # what came next
    ended: str  # and how it ended
    straight: bool  # the end is what came next
    beside: int | None  # the node it stands in, which is not drawn
    sessions: tuple[str, ...]


def sift(traffic: Traffic) -> Sifted:
    """Choose what is drawn.

    A fold's shape is drawn from some of the walks; of the ways that go on from one answer, all walks decide. An
    instruction has one way on, whatever was answered. Trees beside the largest are left out: nobody knows which answer
    leads to them. A way that would close a circle is never drawn.
    """
    at = {way: number for number, way in enumerate(traffic.ways)}
    on: dict[int, set[int]] = {traffic.root: set()}  # node -> those it leads to
    drawn: list[Way] = []
    rivals: list[Way] = []
    faint: list[Way] = []
    waiting = [traffic.root]
    while waiting:
        node = waiting.pop()
        for group in traffic.leaving.get(node, {}).values():
            found = of_weight(group, lambda way: traffic.came(way).bit_count())
            found.sort(key=lambda way: (-traffic.below[way.below].bit_count(), at[way]))
            shown = 1 if traffic.is_instruction(node) else len(found)
            rivals += found[shown:]
            faint += [way for way in group if way not in found]
            for way in found[:shown]:
                if way.below not in on:
                    on[way.below] = set()
                    waiting.append(way.below)
                elif leads_to(on, way.below, node):
                    continue
                on[node].add(way.below)
                drawn.append(way)
    rivals += [way for way in faint if way.below in on and traffic.straight(way)]
    return Sifted(sorted(on), sorted(drawn, key=at.__getitem__), sorted(rivals, key=at.__getitem__))


def what_is_left(traffic: Traffic, drawn: Collection[int]) -> list[Rest]:
    """Return where resolved walks leave the drawn graph before their end, most walked first."""
    shown = [node in drawn for node in traffic.nodes]
    found: dict[tuple[int | None, Answer, str, str, bool, int | None], list[str]] = {}
    for session, resolved, numbers in traffic.passages:
        end = len(numbers) - 1
        if not resolved or shown[numbers[end]]:
            continue
        last = next((at for at in range(end, -1, -1) if shown[numbers[at]]), -1)
        step = traffic.steps[numbers[last]]
        node, answer = (traffic.nodes[numbers[last]], step.answer) if last >= 0 else (None, None)
        following = numbers[last + 1]
        asked, ended = traffic.steps[following].text, traffic.steps[numbers[end]].text
        beside = traffic.nodes[following] if traffic.nodes[following] != NOWHERE else None
        found.setdefault((node, answer, asked, ended, last + 1 == end, beside), []).append(session)
    rests = [Rest(*key, tuple(sessions)) for key, sessions in found.items()]
    return sorted(rests, key=lambda rest: (-len(rest.sessions), rest.sessions))
