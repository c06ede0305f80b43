"""Reading Mermaid flowcharts, as our export writes them and as people do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from firstline.flows.formats.drawing import MAX_ARROWS, Arrow, Box, Drawing, Shape, to_graph
from firstline.flows.formats.portable import About, PortableFlow, unreadable
from firstline.flows.rules import MAX_NODES, NodeType

REMARK = "%% firstline "

_LONGEST_BOX = 10_000  # characters a box may take, tags and entities included

_SPACE = re.compile(r"\s*")
_INLINE_SPACE = re.compile(r"[^\S\n]*")
_REST_OF_LINE = re.compile(r"[^\n]*")
_HEADER = re.compile(r"(?:flowchart|graph)(?:-elk)?(?:[^\S\n]+(?:TB|TD|BT|RL|LR))?(?![\w-])[^\S\n]*;?")
_IGNORED = re.compile(r"(?:subgraph|end|classDef|class|style|linkStyle|click|direction|accTitle|accDescr)(?![\w-])")
_ID = re.compile(r"(?:[^\W]|[.!?/*+'#$\\]|-(?=[\w]))+")
_CLASS = re.compile(r":::[\w-]+")
_EDGE_ID = re.compile(r"[\w-]+@(?=[<xo]?[-=~])")
_ARROW = re.compile(
    r"<?(?:-{2,}>|-{3,}|--[xo](?=\s)|={2,}>|={3,}|==[xo](?=\s)|-\.+->|-\.+-(?![-.>])|~{3,})[^\S\n]*(?:\|(?P<text>[^|]*)\|)?"
)
_WORDS = r'[^\S\n]*+(?P<text>"[^"\n]*"|[^\s">|][^\n">|]{0,300}?)'
_WORDED = (
    re.compile(rf"<?--{_WORDS}\s?-{{2,}}(?:>|-|[xo](?=\s))"),
    re.compile(rf"<?-\.{_WORDS}\s?\.+-(?:>)?"),
    re.compile(rf"<?=={_WORDS}\s?={{2,}}(?:>|=|[xo](?=\s))"),
)
# Longest first: each opening bracket with what may close it, and what the outline says.
_OUTLINES = (
    ("(((", (")))",), Shape.END),
    ("((", ("))",), Shape.END),
    ("([", ("])",), Shape.END),
    ("(", (")",), Shape.STEP),
    ("[[", ("]]",), Shape.HANDOVER),
    ("[(", (")]",), Shape.STEP),
    ("[/", ("/]", "\\]"), Shape.STEP),
    ("[\\", ("\\]", "/]"), Shape.STEP),
    ("[", ("]",), Shape.STEP),
    ("{{", ("}}",), Shape.STEP),
    ("{", ("}",), Shape.QUESTION),
    (">", ("]",), Shape.STEP),
)
_NAMED_SHAPES = {
    "diam": Shape.QUESTION,
    "diamond": Shape.QUESTION,
    "decision": Shape.QUESTION,
    "question": Shape.QUESTION,
    "stadium": Shape.END,
    "pill": Shape.END,
    "terminal": Shape.END,
    "circle": Shape.END,
    "circ": Shape.END,
    "dbl-circ": Shape.END,
    "stop": Shape.END,
    "subproc": Shape.HANDOVER,
    "fr-rect": Shape.HANDOVER,
    "subroutine": Shape.HANDOVER,
}
_MEMBER = re.compile(r'(\w+)\s*:\s*("[^"]*"|[^,}\n]+)')
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:b|i|u|em|strong|span|small|sub|sup|code|p|div|font)(?:\s[^>]*)?>", re.IGNORECASE)
_ENTITY = re.compile(r"#(\d{1,7}|[a-z]+);")
_ENTITIES = {"quot": '"', "amp": "&", "lt": "<", "gt": ">", "nbsp": " ", "semi": ";", "colon": ":", "num": "#"}
_OWN_TYPES = {
    Shape.QUESTION: NodeType.DECISION,
    Shape.STEP: NodeType.ACTION,
    Shape.END: NodeType.SOLUTION,
    Shape.HANDOVER: NodeType.ESCALATE,
}


class _About(About):
    """The first remark of an export; its root tells it from the other remarks."""

    root: str


class _NodeRemark(BaseModel):
    node: str
    id: str | None = None
    text: str | None = None
    help: str | None = None
    reason_category: str | None = None
    needs_review: bool = False


class _WayRemark(BaseModel):
    source: str = Field(alias="from")
    label: str
    key: str


_REMARKS: TypeAdapter[_About | _NodeRemark | _WayRemark] = TypeAdapter(_About | _NodeRemark | _WayRemark)


def read(text: str) -> PortableFlow:
    """Read a flowchart; raises UnreadableDocument with the line where reading ended."""
    parser = _Parser(text)
    parser.run()
    drawing = Drawing(tuple(parser.boxes.values()), tuple(parser.arrows))
    about = parser.about
    if about is None:
        graph, notes = to_graph(drawing)
        return PortableFlow(graph=graph, name=parser.title, notes=notes)
    graph, notes = to_graph(_with_remarks(drawing, about, parser))
    return PortableFlow(graph=graph, notes=notes, **about.model_dump(exclude={"root"}))


def decoded(text: str) -> str:
    """Return the text a label shows: breaks as spaces, no markup, entities as the characters they stand for."""
    plain = _TAG.sub("", _BREAK.sub(" ", text)).replace("\n", " ")
    if plain.startswith("`") and plain.endswith("`"):
        plain = plain[1:-1]
    return _ENTITY.sub(_character, plain).strip()


def _character(found: re.Match[str]) -> str:
    code = found[1]
    if code.isdigit():
        return chr(int(code)) if int(code) <= 0x10FFFF else found[0]  # noqa: PLR2004  the last code point
    return _ENTITIES.get(code, found[0])


def _with_remarks(drawing: Drawing, about: _About, parser: "_Parser") -> Drawing:
    """Add what a picture cannot show, from the remarks of our own export; what was redrawn since is believed."""
    ids = {each.node: each.id for each in parser.nodes.values() if each.id is not None}
    boxes = [_remarked(box, parser.nodes.get(box.id) or _NodeRemark(node=box.id)) for box in drawing.boxes]
    arrows = [
        Arrow(
            source=ids.get(arrow.source, arrow.source),
            target=ids.get(arrow.target, arrow.target),
            label=arrow.label,
            key=parser.keys.get((arrow.source, _flat(arrow.label or ""))),
        )
        for arrow in drawing.arrows
    ]
    return Drawing(boxes, arrows, about.root if any(box.id == about.root for box in boxes) else None)


def _remarked(box: Box, remark: _NodeRemark) -> Box:
    unchanged = remark.text is not None and _flat(remark.text) == _flat(box.text)
    return Box(
        id=remark.id if remark.id is not None else box.id,
        text=remark.text if unchanged and remark.text is not None else box.text,
        shape=box.shape,
        node_type=_OWN_TYPES[box.shape],
        help=remark.help,
        reason_category=remark.reason_category,
        needs_review=remark.needs_review,
    )


def _flat(text: str) -> str:
    return " ".join(text.split())


@dataclass
class _Parser:
    """Walks through the text once; `at` is where it stands."""

    text: str
    at: int = 0
    boxes: dict[str, Box] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    title: str = ""
    about: _About | None = None
    nodes: dict[str, _NodeRemark] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)

    def run(self) -> None:
        self._front_matter()
        self._skip_blank()
        if not self._take(_HEADER):
            raise self._stuck("A Mermaid flowchart begins with 'flowchart TD' or 'graph TD'")
        self._skip_blank()
        while self.at < len(self.text):
            if _IGNORED.match(self.text, self.at):
                self._take(_REST_OF_LINE)
            else:
                self._statement()
            self._skip_blank()

    def _front_matter(self) -> None:
        found = re.match(r"\s*---[^\S\n]*\n(.*?)\n---[^\S\n]*(?:\n|$)", self.text, re.DOTALL)
        if found:
            title = re.search(r"^title:\s*(.+?)\s*$", found[1], re.MULTILINE)
            self.title = title[1].strip("\"'") if title else ""
            self.at = found.end()

    def _skip_blank(self) -> None:
        """Step over space, semicolons and remarks, and keep the remarks that are ours."""
        while True:
            self._take(_SPACE)
            if self.text.startswith(";", self.at):
                self.at += 1
            elif self.text.startswith("%%", self.at):
                self._remark(self._take(_REST_OF_LINE))
            else:
                return

    def _remark(self, line: str) -> None:
        if not line.startswith(REMARK):
            return
        try:
            remark = _REMARKS.validate_json(line.removeprefix(REMARK))
        except ValidationError as error:
            raise self._stuck("This remark of a Firstline export is broken") from error
        match remark:
            case _About():
                self.about = remark
            case _NodeRemark():
                self.nodes[remark.node] = remark
            case _WayRemark():
                self.keys[remark.source, _flat(remark.label)] = remark.key

    def _statement(self) -> None:
        """Read a chain of boxes and arrows, several boxes at an end where they are joined by `&`."""
        sources = list(self._group())
        self._require_few(len(self.arrows))
        while True:
            self._take(_INLINE_SPACE)
            label = self._arrow()
            if label is None:
                break
            self._take(_SPACE)
            targets = list(self._group())
            self._require_few(len(self.arrows) + len(sources) * len(targets))
            self.arrows += [Arrow(one, other, label or None) for one in sources for other in targets]
            sources = targets
        if self.at < len(self.text) and self.text[self.at] not in "\n;%":
            raise self._stuck("An arrow or the end of the line was expected")

    def _require_few(self, arrows: int) -> None:
        if arrows > MAX_ARROWS or len(self.boxes) > MAX_NODES:
            raise self._stuck(f"A drawing has at most {MAX_NODES} nodes and {MAX_ARROWS} ways")

    def _group(self) -> Iterator[str]:
        yield self._box()
        while True:
            before = self.at
            self._take(_INLINE_SPACE)
            if not self.text.startswith("&", self.at):
                self.at = before
                return
            self.at += 1
            self._take(_SPACE)
            yield self._box()

    def _box(self) -> str:
        box_id = self._take(_ID)
        if not box_id:
            raise self._stuck("A box was expected")
        drawn = self._named_shape() or self._outline()
        if drawn is not None:
            shape, text = drawn
            self.boxes[box_id] = Box(box_id, text or box_id, shape)
        else:
            self.boxes.setdefault(box_id, Box(box_id, box_id))
        self._take(_CLASS)
        return box_id

    def _outline(self) -> tuple[Shape, str] | None:
        for opening, closings, shape in _OUTLINES:
            if self.text.startswith(opening, self.at):
                self.at += len(opening)
                return shape, decoded(self._inside(closings))
        return None

    def _inside(self, closings: tuple[str, ...]) -> str:
        self._take(_SPACE)
        if self.text.startswith('"', self.at):
            end = self.text.find('"', self.at + 1)
            inside = self.text[self.at + 1 : end] if end >= 0 else ""
            self.at = end + 1 if end >= 0 else self.at
            self._take(_SPACE)
            closed = next((each for each in closings if self.text.startswith(each, self.at)), None)
            if end < 0 or closed is None:
                raise self._stuck(f"The text of this box is not closed with '{closings[0]}'")
            self.at += len(closed)
            return inside
        reach = self.at + _LONGEST_BOX
        ends = [(found, each) for each in closings if (found := self.text.find(each, self.at, reach)) >= 0]
        if not ends:
            raise self._stuck(f"This box is not closed with '{closings[0]}'")
        end, closed = min(ends)
        inside = self.text[self.at : end]
        self.at = end + len(closed)
        return inside

    def _named_shape(self) -> tuple[Shape, str] | None:
        if not self.text.startswith("@{", self.at):
            return None
        end = self.text.find("}", self.at)
        if end < 0:
            raise self._stuck("These properties are not closed with '}'")
        members = {name: value.strip().strip('"') for name, value in _MEMBER.findall(self.text[self.at + 2 : end])}
        self.at = end + 1
        return _NAMED_SHAPES.get(members.get("shape", ""), Shape.STEP), decoded(members.get("label", ""))

    def _arrow(self) -> str | None:
        """Return the label of the arrow here, empty without one; None where no arrow is."""
        self._take(_EDGE_ID)
        for pattern in (_ARROW, *_WORDED):
            found = pattern.match(self.text, self.at)
            if found:
                self.at = found.end()
                return decoded((found["text"] or "").strip().strip('"'))
        return None

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""

    def _stuck(self, sentence: str) -> Exception:
        return unreadable(sentence, line=self.text.count("\n", 0, self.at) + 1)
