"""Walks through the ten playbooks, drawn with a seed: worded as authored, or with words left out and exchanged."""

import random
from collections.abc import Iterable
from dataclasses import replace

from firstline.building.playbook import playbook
from firstline.categories.rules import Category
from firstline.flywheel.folding.evidence import Step, Walk
from firstline.matching.stemming import stem
from firstline.matching.thesaurus import thesaurus

OPENINGS = {
    Category.PASSWORD_RESET: (
        "I forgot my password and cannot log in",
        "She does not remember her office password, how can she reset it?",
        "The reset link for my password never arrives",
        "my password expired over the holidays and the new one is not accepted",
    ),
    Category.ACCOUNT_LOCKOUT: (
        "My account is locked after too many tries",
        "Locked out again, third time this week",
        "I typed it wrong five times and now the account is locked",
        "user cannot sign in, account lockout message",
    ),
    Category.PRINTER: (
        "The printer on the second floor says offline but it is on",
        "Nothing prints. The job just sits in the queue",
        "Paper is stuck in the copier and I cannot pull it out",
        "our printer prints only blank pages",
    ),
    Category.EMAIL_OUTLOOK_CLIENT: (
        "Outlook hangs when I open it",
        "I get no new mail in Outlook since yesterday",
        "My mail stays in the outbox and is not sent",
        "Outlook says disconnected at the bottom",
    ),
    Category.WIFI_NETWORK_BASICS: (
        "My laptop does not find the wifi",
        "No internet at my desk",
        "the wireless keeps dropping in the meeting room",
        "connected to the wifi but no internet",
    ),
    Category.VPN_CONNECT: (
        "VPN does not connect from home",
        "The VPN drops every ten minutes",
        "I work from a hotel and the VPN hangs at connecting",
        "remote access stopped working yesterday",
    ),
    Category.TEAMS_ZOOM_AV: (
        "Nobody hears me in Teams meetings",
        "My camera is black in Zoom",
        "I cannot hear the others in the call",
        "the microphone is not found in Teams",
    ),
    Category.BROWSER_CACHE_COOKIES: (
        "The intranet page shows an old version",
        "A website keeps logging me out",
        "The page loads with broken layout in Chrome",
        "our portal says too many redirects",
    ),
    Category.PERIPHERAL_RECONNECT: (
        "My mouse stopped moving",
        "The keyboard does not type",
        "second monitor is not detected any more",
        "the headset is not recognised on USB",
    ),
    Category.OS_RESTART_UPDATE: (
        "My computer is stuck at updates",
        "Windows says a restart is needed and it is very slow",
        "the update fails every time with an error",
        "laptop has not been restarted for weeks and everything hangs",
    ),
}
_LEAST_STEPS = 2
_SHORT = 3  # letters; shorter words stay
_CLOSE = 0.5  # cosine of a word that may stand for another


def playbook_walks(category: Category, count: int, seed: int = 1, disturbed: float = 0.0) -> list[Walk]:
    """Return resolved walks without a category; of their words this part is left out, and as many are exchanged."""
    rng = random.Random(f"{category} {seed}")  # noqa: S311  a seeded draw, not a secret
    found: list[Walk] = []
    while len(found) < count:
        walk = _walk(category, f"{category}-{seed}-{len(found)}", rng)
        if len(walk.steps) >= _LEAST_STEPS and walk.steps[-1].type == "solution":
            found.append(_disturbed(walk, rng, disturbed) if disturbed else walk)
    return found


def problem_of(session_id: str) -> str:
    return session_id.split("-", maxsplit=1)[0]


def shuffled(walks: Iterable[Walk], seed: int) -> list[Walk]:
    some = list(walks)
    random.Random(seed).shuffle(some)  # noqa: S311  a seeded order
    return some


def _walk(category: Category, session_id: str, rng: random.Random) -> Walk:
    graph = playbook(category).graph
    node = graph.by_id[graph.root]
    steps: list[Step] = []
    while not node.type.is_end:
        ways = list(graph.ways_from(node.id))
        options = tuple(way.condition for way in ways if way.condition)
        way = rng.choice(ways)
        key, label = (way.condition.key, way.condition.label) if way.condition else (None, None)
        steps.append(Step(node.text, node.type, key, label, options, node.help, built=True))
        node = graph.by_id[way.target]
    steps.append(Step(node.text, node.type, built=True))
    return Walk(session_id, rng.choice(OPENINGS[category]), tuple(steps))


def _disturbed(walk: Walk, rng: random.Random, part: float) -> Walk:
    steps = [
        replace(
            step,
            text=_reworded(step.text, rng, part),
            options=tuple(replace(option, label=_reworded(option.label, rng, part)) for option in step.options),
        )
        for step in walk.steps
    ]
    return replace(walk, opening=_reworded(walk.opening, rng, part), steps=tuple(steps))


def _reworded(text: str, rng: random.Random, part: float) -> str:
    said = []
    for word in text.split():
        lot, bare = rng.random(), word.strip(".,?!:;").lower()
        if len(bare) <= _SHORT or lot >= 2 * part:
            said.append(word)
        elif lot >= part:
            near = thesaurus().neighbours(stem(bare))
            said.append(rng.choice(sorted(one for one, cosine in near.items() if cosine >= _CLOSE) or [word]))
    return " ".join(said) or text
