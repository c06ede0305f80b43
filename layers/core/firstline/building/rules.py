"""What a built node is, and what keeps one from being served."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from firstline.building import floor
from firstline.categories.rules import Category
from firstline.flows.rules import Condition

MAX_TEXT = 500
MAX_HELP = 1000
MAX_LABEL = 80
MAX_KEY = 40
MAX_OPTIONS = 6
MIN_OPTIONS = 2

GENERATION_FAILED = "generation_failed"
GENERATION_FAILED_TEXT = "No safe next step could be built. Escalate this call: everything done so far goes along."

# An engineer's node that suggests a script says so in these words; nothing here ever runs one.
SCRIPT_MARK = "Suggested script:"

# These answers mean something to the walk itself, so no option may take them.
RESERVED_KEYS = frozenset({"unsure", "other", "not_fixed"})


class ServedType(StrEnum):
    """What a technician is shown."""

    QUESTION = "question"  # waits for one of its options
    INSTRUCTION = "instruction"  # waits for "done"
    RESOLVED = "resolved"  # the end of a path that cured it
    ESCALATE = "escalate"  # the end of a path that needs somebody else


@dataclass(frozen=True, slots=True)
class BuiltNode:
    """One step as built, without an id: the walk gives every node its own, whatever a model sends."""

    node_type: ServedType
    text: str
    help: str | None = None
    options: tuple[Condition, ...] = ()
    reason_category: str | None = None


@dataclass(frozen=True, slots=True)
class TranscriptEntry:
    """One answered step as the technician saw it; `answer_label` is None for an instruction."""

    text: str
    answer_label: str | None
    node_type: ServedType = ServedType.QUESTION
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """The node at which a walk left a published flow, and what the technician noted there."""

    text: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """All that a provider may know of a walk; `engineer` widens the rules to scripts, marked as such and never run."""

    category: Category
    problem_text: str
    transcript: tuple[TranscriptEntry, ...] = ()
    engineer: bool = False
    leaving: Leaving | None = None


class RefusalCode(StrEnum):
    """Why a node is not served."""

    UNREADABLE = "unreadable"
    UNKNOWN_TYPE = "unknown_type"
    EMPTY_TEXT = "empty_text"
    TOO_LONG = "too_long"
    OPTIONS = "options"
    LABEL = "label"
    LINK = "link"
    COMMAND = "command"
    FLOOR = "floor"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One fault of a node; the sentence goes back to the model, so it never quotes what the model wrote."""

    code: RefusalCode
    sentence: str


def generation_failed() -> BuiltNode:
    return BuiltNode(ServedType.ESCALATE, GENERATION_FAILED_TEXT, reason_category=GENERATION_FAILED)


def read_node(document: Mapping[str, Any] | None, *, engineer: bool = False) -> BuiltNode | list[Refusal]:
    """Return the node a model's document describes, or every reason it is refused; ids and the like are ignored."""
    if document is None:
        return [Refusal(RefusalCode.UNREADABLE, "Answer one JSON object and nothing else.")]
    shape = list(_shape_faults(document))
    if shape:
        return shape
    node = _node(document)
    return list(faults(node, engineer=engineer)) or node


def faults(node: BuiltNode, *, engineer: bool = False) -> Iterator[Refusal]:
    """Yield every reason a well-formed node is not served."""
    yield from _length_faults(node)
    yield from _option_faults(node)
    for text in words_of(node):
        is_script = engineer and text.startswith(SCRIPT_MARK)
        yield from _reference_faults(text, is_script=is_script)
        for hit in floor.check(text):
            if is_script and hit.family is floor.Family.ELEVATION:
                continue
            yield Refusal(RefusalCode.FLOOR, f"A first line never does this: {hit.family.deed}. Take another way.")


def words_of(node: BuiltNode) -> Sequence[str]:
    """Return everything of a node that a technician reads: text, help and labels."""
    return [node.text, *([node.help] if node.help else []), *(option.label for option in node.options)]


def _shape_faults(document: Mapping[str, Any]) -> Iterator[Refusal]:
    if document.get("node_type") not in tuple(ServedType):
        names = ", ".join(ServedType)
        yield Refusal(RefusalCode.UNKNOWN_TYPE, f"node_type must be one of {names}.")
    text = document.get("text")
    if not isinstance(text, str) or not text.strip():
        yield Refusal(RefusalCode.EMPTY_TEXT, "text must be a sentence.")
    for name in ("help", "reason_category"):
        if not isinstance(document.get(name), str | None):
            yield Refusal(RefusalCode.UNREADABLE, f"{name} must be text or absent.")
    if not _options_readable(document.get("options")):
        yield Refusal(RefusalCode.OPTIONS, "options must be a list of objects with key and label, both text.")


def _options_readable(options: object) -> bool:
    return options is None or (
        isinstance(options, list)
        and all(
            isinstance(option, Mapping)
            and isinstance(option.get("label"), str)
            and isinstance(option.get("key", ""), str)
            for option in options
        )
    )


def _node(document: Mapping[str, Any]) -> BuiltNode:
    node_type = ServedType(document["node_type"])
    asks = node_type is ServedType.QUESTION
    reason = _slug(document.get("reason_category") or "") or "needs_engineer"
    return BuiltNode(
        node_type=node_type,
        text=document["text"].strip(),
        help=(document.get("help") or "").strip() or None,
        options=tuple(_options(document.get("options") or [])) if asks else (),
        reason_category=reason if node_type is ServedType.ESCALATE else None,
    )


def _options(options: Sequence[Mapping[str, str]]) -> Iterator[Condition]:
    """Yield the options with keys that are unique and usable, whatever keys the model chose."""
    taken = set(RESERVED_KEYS)
    for number, option in enumerate(options, start=1):
        label = option["label"].strip()
        key = _slug(option.get("key") or "") or _slug(label)
        key = key if key and key not in taken else f"option_{number}"
        taken.add(key)
        yield Condition(key, label)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:MAX_KEY]


def _length_faults(node: BuiltNode) -> Iterator[Refusal]:
    limits = [("text", node.text, MAX_TEXT), ("help", node.help or "", MAX_HELP)]
    limits += [("label", option.label, MAX_LABEL) for option in node.options]
    for name, text, limit in limits:
        if len(text) > limit:
            yield Refusal(RefusalCode.TOO_LONG, f"{name} must have at most {limit} characters.")


def _option_faults(node: BuiltNode) -> Iterator[Refusal]:
    if node.node_type is not ServedType.QUESTION:
        return
    if not MIN_OPTIONS <= len(node.options) <= MAX_OPTIONS:
        yield Refusal(RefusalCode.OPTIONS, f"A question has {MIN_OPTIONS} to {MAX_OPTIONS} options.")
    labels = [floor.plain(option.label) for option in node.options]
    if not all(labels):
        yield Refusal(RefusalCode.LABEL, "Every option needs a label.")
    if len(set(labels)) < len(labels):
        yield Refusal(RefusalCode.LABEL, "No two labels may read the same.")


_LINK = re.compile(r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.|\bmailto:|\]\()[^\s<>\"')]*", re.IGNORECASE)
_BARE_HOST = re.compile(
    r"(?<![@\w.])(?:[a-z0-9-]+\.)+(?:com|net|org|io|co|biz|info|xyz|top|ru|cn|tk|click|link|app|dev|site|online|zip|mov)"
    r"\b(?:/\S*)?",
    re.IGNORECASE,
)
# Pages on which people look after their own account or check a connection; everything else is for the account's flows.
ALLOWED_HOSTS = frozenset(
    {
        "aka.ms/sspr",
        "account.microsoft.com",
        "mysignins.microsoft.com",
        "office.com",
        "outlook.office.com",
        "portal.office.com",
        "status.cloud.microsoft",
        "teams.microsoft.com",
        "status.zoom.us",
        "zoom.us/test",
        "example.com",
    }
)
_COMMAND = re.compile(
    r"`[^`]+`|\$\([^)]*\)|\b(?:cmd|powershell|pwsh|bash|zsh|terminal|command prompt|run dialog)\b.{0,40}?[:>]\s*\S+"
    r"|\b(?:sudo|curl|wget|net(?:sh| (?:user|stop|start|use|localgroup))|sc|wmic|msiexec|rundll32|taskkill|gpupdate"
    r"|ipconfig|ifconfig|nslookup|ping|tracert|traceroute|sfc|dism|chkdsk|reg|bcdedit|diskpart|icacls|takeown|schtasks"
    r"|certutil|mshta|regsvr32|cscript|wscript|Invoke-\w+|Set-\w+|Get-\w+|Remove-\w+|New-\w+)\s+[-/\w.:\\]+",
)
# Commands that only look: they change nothing on the machine.
ALLOWED_COMMANDS = re.compile(r"^`?(?:ipconfig(?: /all)?|ping (?:-n \d+ )?[\w.-]+|hostname|winver|whoami)`?[.,]?$")


def _reference_faults(text: str, *, is_script: bool) -> Iterator[Refusal]:
    for pattern in (_LINK, _BARE_HOST):
        if any(not _allowed_link(found.group(0)) for found in pattern.finditer(text)):
            yield Refusal(RefusalCode.LINK, "Name the page or program in words; that link is not on the allow list.")
            break
    if not is_script and any(not ALLOWED_COMMANDS.match(found.group(0)) for found in _COMMAND.finditer(text)):
        yield Refusal(RefusalCode.COMMAND, "Guide through the screen; that command is not on the allow list.")


def _allowed_link(link: str) -> bool:
    address = re.sub(r"^(?:https?://)?(?:www\.)?", "", link.casefold()).rstrip("/.,;:!?")
    return any(address == allowed or address.startswith(f"{allowed}/") for allowed in ALLOWED_HOSTS)
