"""The ticket note of a walk: what was asked, found and done, for the ticket system it is pasted into."""

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from firstline.building.rules import ServedType
from firstline.walks.nodes import Step
from firstline.walks.rules import NOT_FIXED, OTHER, UNSURE


class ExportFormat(StrEnum):
    """What a ticket note is written in."""

    MARKDOWN = "markdown"
    TEXT = "text"
    HTML = "html"
    JSON = "json"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]


MEDIA_TYPES: Mapping[ExportFormat, str] = MappingProxyType(
    {
        ExportFormat.MARKDOWN: "text/markdown; charset=utf-8",
        ExportFormat.TEXT: "text/plain; charset=utf-8",
        ExportFormat.HTML: "text/html; charset=utf-8",
        ExportFormat.JSON: "application/json",
    }
)


class Detail(StrEnum):
    """How much of the walk a ticket note tells."""

    SUMMARY = "summary"  # questions and answers
    FULL = "full"  # times, notes and set-aside steps as well


@dataclass(frozen=True, slots=True)
class NoteStep:
    """One line of the path; `answered_at` in RFC 3339."""

    answered_at: str | None
    text: str
    answer: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TicketNote:
    """Everything a ticket note says, free of secrets but not yet escaped."""

    ticket: str
    customer: str | None
    problem: str
    path: Sequence[NoteStep]
    set_aside: Sequence[NoteStep]
    ruled_out: Sequence[str]
    outcome: str
    next_steps: str
    time_spent: str
    notes: Sequence[str]

    def shortened(self) -> "TicketNote":
        path = [replace(step, answered_at=None, note=None) for step in self.path]
        return replace(self, path=path, set_aside=(), notes=())


def note_steps(steps: Sequence[Step]) -> list[NoteStep]:
    return [
        NoteStep(
            answered_at=_moment(step.answered_at),
            text=step.node.text,
            answer=step.answer_label or "Done",
            note=step.note,
        )
        for step in steps
    ]


def ruled_out(steps: Sequence[Step]) -> Iterator[str]:
    """Yield cures that did not help, and what the answers given exclude."""
    for step in steps:
        if step.answer == NOT_FIXED:
            yield f"Did not help: {step.node.text}"
        elif step.node.node_type is ServedType.QUESTION and step.answer not in (UNSURE, OTHER):
            others = [option.label for option in step.node.options if option.key != step.answer]
            yield f"{step.node.text} Not: {'; '.join(others)}"


def spoken_duration(spent: timedelta) -> str:
    """Return a length of time as people say it, to the second below an hour."""
    minutes, seconds = divmod(max(0, round(spent.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def render(note: TicketNote, form: ExportFormat, detail: Detail) -> str:
    """Write a ticket note; everything people typed is escaped for its form."""
    told = note if detail is Detail.FULL else note.shortened()
    return _RENDERERS[form](told)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    lines: Sequence[str]
    numbered: bool = False


def _sections(note: TicketNote) -> list[_Section]:
    sections = [
        _Section("Problem", [note.problem]),
        _Section("Steps", [_line(step) for step in note.path], numbered=True),
        _Section("Set aside", [_line(step) for step in note.set_aside]),
        _Section("Ruled out", note.ruled_out),
        _Section("Notes", note.notes),
        _Section("Outcome", [note.outcome]),
        _Section("Next steps", [note.next_steps]),
        _Section("Time spent", [note.time_spent]),
    ]
    return [section for section in sections if section.lines]


def _title(note: TicketNote) -> str:
    return f"Ticket {note.ticket}" + (f", {note.customer}" if note.customer else "")


def _line(step: NoteStep) -> str:
    at = f"{step.answered_at} " if step.answered_at else ""
    said = f" (note: {step.note})" if step.note else ""
    return f"{at}{step.text} → {step.answer}{said}"


def _markdown(note: TicketNote) -> str:
    parts = [f"# {_escaped_markdown(_title(note))}"]
    for section in _sections(note):
        lines = [_escaped_markdown(line) for line in section.lines]
        parts.append(f"## {section.title}\n\n" + "\n".join(_bulleted(lines, section)))
    return "\n\n".join(parts) + "\n"


def _text(note: TicketNote) -> str:
    parts = [_one_line(_title(note))]
    for section in _sections(note):
        lines = [_one_line(line) for line in section.lines]
        parts.append(f"{section.title.upper()}\n" + "\n".join(_bulleted(lines, section)))
    return "\n\n".join(parts) + "\n"


def _html(note: TicketNote) -> str:
    parts = [f"<article><h1>{html.escape(_one_line(_title(note)))}</h1>"]
    for section in _sections(note):
        tag = "ol" if section.numbered else "ul"
        lines = "".join(f"<li>{html.escape(_one_line(line))}</li>" for line in section.lines)
        parts.append(f"<h2>{section.title}</h2><{tag}>{lines}</{tag}>")
    return "".join(parts) + "</article>\n"


def _json(note: TicketNote) -> str:
    return json.dumps(asdict(note), ensure_ascii=False)


def _bulleted(lines: Sequence[str], section: _Section) -> list[str]:
    if section.numbered:
        return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
    return list(lines) if len(lines) == 1 else [f"- {line}" for line in lines]


def _one_line(text: str) -> str:
    """Return text without line breaks and control characters, which could pass for lines of the note itself."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", " ", text).strip()


def _escaped_markdown(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>()#+\-!|~&])", r"\\\1", _one_line(text))


_RENDERERS: Mapping[ExportFormat, Callable[[TicketNote], str]] = MappingProxyType(
    {
        ExportFormat.MARKDOWN: _markdown,
        ExportFormat.TEXT: _text,
        ExportFormat.HTML: _html,
        ExportFormat.JSON: _json,
    }
)
