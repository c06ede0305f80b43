"""Walks over a small printer flow in many wordings, drawn with a seed."""

import random
from dataclasses import dataclass

from firstline.flows.rules import Condition, NodeType
from firstline.flywheel.folding.evidence import Outcome, Step, Walk


@dataclass(frozen=True)
class Asked:
    wordings: tuple[str, ...]
    type: NodeType = NodeType.DECISION
    ways: tuple[tuple[str | None, str, str], ...] = ()  # answer, its label, the next one


FLOW = {
    "power": Asked(
        (
            "Is the printer's power light on?",
            "Does the power light of the printer glow?",
            "Power light on the printer lit?",
        ),
        ways=(("yes", "Lit", "link"), ("no", "Dark", "plug")),
    ),
    "plug": Asked(
        ("Plug the power cable firmly into the wall socket.", "Push the power cable into the wall socket again."),
        NodeType.ACTION,
        ways=((None, "", "socket"),),
    ),
    "socket": Asked(
        ("The wall socket was loose: the cable is seated now.", "Cable seated in the wall socket, that cured it."),
        NodeType.SOLUTION,
    ),
    "link": Asked(
        ("How is the printer connected to the computer?", "Which connection does the printer use to the computer?"),
        ways=(("wired", "Wired", "usb"), ("wireless", "Wireless", "wifi"), ("shared", "Through a server", "queue")),
    ),
    "usb": Asked(("Replace the USB cable of the device.", "Swap the USB cable for a new one."), NodeType.SOLUTION),
    "wifi": Asked(
        ("Does the display show the office wifi network?", "Is the office wifi network named on the display?"),
        ways=(("yes", "Yes", "driver"), ("no", "No", "join")),
    ),
    "driver": Asked(
        ("Reinstall the driver from the software portal.", "Reinstall its driver, portal version."), NodeType.SOLUTION
    ),
    "join": Asked(
        ("Join the office network again from the menu.", "Rejoin the office network in the menu."), NodeType.SOLUTION
    ),
    "queue": Asked(("Clear stuck jobs from the queue.", "Stuck jobs in the queue: clear them."), NodeType.SOLUTION),
}
OPENINGS = ("My printer does not print.", "The printer prints nothing any more.", "Nothing comes out of the printer.")


def walk(number: int, seed: int = 1, outcome: Outcome = Outcome.RESOLVED) -> Walk:
    rng = random.Random(f"{seed} {number}")  # noqa: S311  a seeded draw, not a secret
    steps: list[Step] = []
    at: str | None = "power"
    while at is not None:
        asked = FLOW[at]
        answer, label, following = rng.choice(asked.ways) if asked.ways else (None, "", None)
        options = tuple(Condition(key, words) for key, words, _ in asked.ways if key)
        steps.append(Step(rng.choice(asked.wordings), asked.type, answer, label or None, options))
        at = following
    if outcome is not Outcome.RESOLVED:
        steps = steps[:-1]
    return Walk(f"session-{seed}-{number}", rng.choice(OPENINGS), tuple(steps), outcome)


def walks(count: int, seed: int = 1) -> list[Walk]:
    return [walk(number, seed) for number in range(count)]


def asked_in(text: str) -> str:
    return next(name for name, asked in FLOW.items() if text in asked.wordings)
