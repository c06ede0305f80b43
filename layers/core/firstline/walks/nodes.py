"""What a technician is shown and what is kept of it once answered: served nodes and the steps of a path."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from firstline.building.rules import BuiltNode, ServedType, TranscriptEntry
from firstline.flows.rules import Condition, Graph, Node, NodeType

NewId = Callable[[], str]

NO_HELP = (
    "No help is written for this step. Ask the caller to read out what is on the screen, word for word,"
    " and compare it with the answers."
)

_SERVED = {
    NodeType.DECISION: ServedType.QUESTION,
    NodeType.ACTION: ServedType.INSTRUCTION,
    NodeType.SOLUTION: ServedType.RESOLVED,
    NodeType.ESCALATE: ServedType.ESCALATE,
}


@dataclass(frozen=True, slots=True)
class ServedNode:
    """A node as served; `built` where no flow had it, `unsure_at` when its help was served to somebody unsure."""

    id: str
    node_type: ServedType
    text: str
    help: str | None = None
    options: tuple[Condition, ...] = ()
    reason_category: str | None = None
    built: bool = False
    unsure_at: datetime | None = None

    @classmethod
    def of_flow(cls, graph: Graph, node: Node) -> "ServedNode":
        """Serve a flow's node under its own stable id."""
        return cls(
            id=node.id,
            node_type=_SERVED[node.type],
            text=node.text,
            help=node.help,
            options=tuple(way.condition for way in graph.ways_from(node.id) if way.condition),
            reason_category=node.reason_category,
        )

    @classmethod
    def of_built(cls, node: BuiltNode, *, node_id: str) -> "ServedNode":
        """Serve a built node under an id of ours, whatever its builder called it."""
        return cls(
            id=node_id,
            node_type=node.node_type,
            text=node.text,
            help=node.help,
            options=node.options,
            reason_category=node.reason_category,
            built=True,
        )

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "ServedNode":
        unsure_at = document.get("unsure_at")
        return cls(
            id=document["id"],
            node_type=ServedType(document["node_type"]),
            text=document["text"],
            help=document.get("help"),
            options=_conditions(document),
            reason_category=document.get("reason_category"),
            built=bool(document.get("built", False)),
            unsure_at=datetime.fromisoformat(unsure_at) if unsure_at else None,
        )

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form without empty members; only questions have options."""
        document: dict[str, Any] = {"id": self.id, "node_type": self.node_type.value, "text": self.text}
        if self.node_type is ServedType.QUESTION:
            document["options"] = _options(self.options)
        optional = {"help": self.help, "reason_category": self.reason_category, "built": self.built or None}
        optional["unsure_at"] = self.unsure_at.isoformat() if self.unsure_at else None
        return document | {name: value for name, value in optional.items() if value is not None}

    def with_help(self, *, at: datetime) -> "ServedNode":
        return replace(self, help=self.help or NO_HELP, unsure_at=at)

    def label_of(self, answer: str | None) -> str | None:
        return next((option.label for option in self.options if option.key == answer), None)


@dataclass(frozen=True, slots=True)
class Step:
    """An answered node; `answer` is None for an instruction."""

    node: ServedNode
    answer: str | None
    answer_label: str | None
    answered_at: datetime
    note: str | None = None

    @property
    def built(self) -> bool:
        return self.node.built

    @classmethod
    def from_document(cls, entry: Mapping[str, Any]) -> "Step":
        node = ServedNode(
            id=entry["node_id"],
            node_type=ServedType(entry["node_type"]),
            text=entry["text"],
            help=entry.get("help"),
            options=_conditions(entry),
            built=bool(entry.get("built", False)),
        )
        return cls(
            node=node,
            answer=entry["answer"],
            answer_label=entry["answer_label"],
            answered_at=datetime.fromisoformat(entry["answered_at"]),
            note=entry.get("note"),
        )

    def to_document(self) -> dict[str, Any]:
        """Return the entry of `walked_path`; help is kept too, so that stepping back can serve the node again."""
        document: dict[str, Any] = {
            "node_id": self.node.id,
            "node_type": self.node.node_type.value,
            "text": self.node.text,
            "answer": self.answer,
            "answer_label": self.answer_label,
            "options": _options(self.node.options),
            "answered_at": self.answered_at.isoformat(),
        }
        written = self.node.help if self.node.help != NO_HELP else None
        optional = {"help": written, "note": self.note, "built": self.built or None}
        return document | {name: value for name, value in optional.items() if value is not None}

    def to_transcript(self) -> TranscriptEntry:
        return TranscriptEntry(self.node.text, self.answer_label, self.node.node_type, self.note)


def _options(conditions: tuple[Condition, ...]) -> list[dict[str, str]]:
    return [{"key": condition.key, "label": condition.label} for condition in conditions]


def _conditions(document: Mapping[str, Any]) -> tuple[Condition, ...]:
    return tuple(Condition(option["key"], option["label"]) for option in document.get("options", ()))
