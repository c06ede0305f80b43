"""The walks behind a proposal, as they are kept beside it to fold the next one in."""

from collections.abc import Mapping, Sequence
from typing import Any

from firstline.flows.rules import Condition, NodeType
from firstline.flywheel.evidence import Outcome, Step, Walk

VERSION = 1


def to_document(walk: Walk) -> dict[str, Any]:
    return {
        "session_id": walk.session_id,
        "opening": walk.opening,
        "outcome": walk.outcome.value,
        "category": walk.category,
        "domain": walk.domain,
        "steps": [_step_document(step) for step in walk.steps],
    }


def from_document(document: Mapping[str, Any]) -> Walk:
    return Walk(
        session_id=document["session_id"],
        opening=document["opening"],
        steps=tuple(_step(step) for step in document["steps"]),
        outcome=Outcome(document["outcome"]),
        category=document["category"],
        domain=document["domain"],
    )


def _step_document(step: Step) -> dict[str, Any]:
    document: dict[str, Any] = {"text": step.text, "type": step.type.value}
    options: Sequence[Any] = [[option.key, option.label] for option in step.options]
    optional = {
        "answer": step.answer,
        "label": step.label,
        "options": options or None,
        "help": step.help,
        "built": step.built or None,
        "node_id": step.node_id,
    }
    return document | {name: value for name, value in optional.items() if value is not None}


def _step(document: Mapping[str, Any]) -> Step:
    return Step(
        text=document["text"],
        type=NodeType(document["type"]),
        answer=document.get("answer"),
        label=document.get("label"),
        options=tuple(Condition(key, label) for key, label in document.get("options", ())),
        help=document.get("help"),
        built=bool(document.get("built", False)),
        node_id=document.get("node_id"),
    )
