"""Libraries of three to three thousand flows, made of authored parts: some to fit constants, others to report."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.bench.matching_sets import UNKNOWN, Flow, Task

PARTS = Path(__file__).with_name("large_library.json")
SMALL, LARGE = 3, 3000
SMALL_LIBRARIES = 40
LARGE_CALLS = 300
LARGE_NAME = "three thousand flows"
FITTED = ((3, 40, 6), (30, 6, 30), (300, 2, 100), (3000, 1, 250))  # flows, how many such libraries, calls to each


def small_libraries(desk: Task, seed: int = 0) -> Iterator[Task]:
    """Yield libraries of three flows of a help desk with their calls, and as many calls about something else."""
    chance = random.Random(seed)
    for _ in range(SMALL_LIBRARIES):
        chosen = chance.sample(range(len(desk.flows)), SMALL)
        known = [(call, chosen.index(n)) for call, n in zip(desk.calls, desk.gold, strict=True) if n in chosen]
        others = [call for call, n in zip(desk.calls, desk.gold, strict=True) if n not in chosen]
        strange = [(call, UNKNOWN) for call in chance.sample(others, len(known))]
        calls, gold = zip(*known, *strange, strict=True)
        yield Task("three flows", [desk.flows[n] for n in chosen], calls, gold, weight=1 / SMALL_LIBRARIES)


def large_library(seed: int = 0) -> Task:
    """Return three thousand flows, each a thing and what is wrong with it, so that every flow has many sisters."""
    chance = random.Random(seed)
    parts = json.loads(PARTS.read_text("utf-8"))["groups"]
    every = [(thing, fault) for group in parts for thing in group["things"] for fault in group["faults"]]
    chosen = chance.sample(every, LARGE)
    asked = chance.sample(range(LARGE), LARGE_CALLS)
    return Task(
        LARGE_NAME,
        [Flow(_said(name, thing), _said(text, thing)) for thing, (name, text, *_) in chosen],
        [_said(chance.choice(chosen[n][1][2:]), chosen[n][0]) for n in asked],
        asked,
        weight=0.0,
    )


def fitted_libraries(seed: int = 7) -> Iterator[Task]:
    """Yield libraries of many sizes about other things than the large one, for constants to be fitted to.

    Only every other fault is asked about, so that half of what the large library is asked has never been seen. As many
    calls are about a thing the library knows and a fault of it that it does not.
    """
    chance = random.Random(seed)
    parts = json.loads(PARTS.read_text("utf-8"))["groups"]
    every = [
        (thing, fault, number % 2 == 0)
        for group in parts
        for thing in group["fitted_things"]
        for number, fault in enumerate(group["faults"])
    ]
    for size, count, calls in FITTED:
        for _ in range(count):
            chosen = chance.sample(every, size)
            things = {thing for thing, *_ in chosen}
            known = [n for n, (_, _, is_asked) in enumerate(chosen) if is_asked]
            asked = chance.sample(known, min(calls, len(known)))
            sisters = [one for one in every if one[0] in things and one[2] and one not in chosen]
            strange = chance.sample(sisters, min(len(asked), len(sisters)))
            told = [(chosen[n], n) for n in asked] + [(one, UNKNOWN) for one in strange]
            yield Task(
                f"{size} flows to fit",
                [Flow(_said(name, thing), _said(text, thing)) for thing, (name, text, *_), _ in chosen],
                [_said(chance.choice(fault[2:]), thing) for (thing, fault, _), _ in told],
                [n for _, n in told],
                weight=0.5 / count,
            )


def titles_only(task: Task) -> Task:
    """Return the task with flows that have no description, and no far texts."""
    flows = [Flow(flow.name) for flow in task.flows]
    return replace(task, name=f"{task.name}, titles only", flows=flows, far={}, weight=task.weight / 4)


def _said(words: str, thing: str) -> str:
    told = words.format(thing)
    return told[:1].upper() + told[1:]
