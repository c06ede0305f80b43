"""Libraries as small and as large as accounts have them, made of authored parts: three flows, and three thousand."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from tests.bench.matching_sets import UNKNOWN, Flow, Task

PARTS = Path(__file__).with_name("large_library.json")
SMALL, LARGE = 3, 3000
SMALL_LIBRARIES = 40
LARGE_CALLS = 300


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
        "three thousand flows",
        [Flow(_said(name, thing), _said(text, thing)) for thing, (name, text, *_) in chosen],
        [_said(chance.choice(chosen[n][1][2:]), chosen[n][0]) for n in asked],
        asked,
    )


def _said(words: str, thing: str) -> str:
    told = words.format(thing)
    return told[:1].upper() + told[1:]
