"""Reading DOT digraphs (Graphviz): nodes, edges, subgraphs, defaults, labels, comments."""

import html
import re
from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from pydantic import ValidationError

from firstline.flows.formats.drawing import MAX_ARROWS, Arrow, Box, Drawing, Shape, to_graph
from firstline.flows.formats.portable import About, PortableFlow, unreadable
from firstline.flows.rules import MAX_NODES, NodeType

# Attributes Graphviz does not know and passes over; they carry what a picture cannot show.
ABOUT = "firstline"
EXACT_ID = "node_id"
EXACT_TEXT = "text"
NODE_TYPE = "type"
REASON = "reason_category"
NEEDS_REVIEW = "needs_review"
HELP = "tooltip"
KEY = "key"

_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/|^#[^\n]*)+", re.DOTALL | re.MULTILINE)
_TOKEN = re.compile(
    r'(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<arrow>->|--)|(?P<mark>[{}\[\];,=:+])'
    r"|(?P<word>-?(?:\.\d+|\d+(?:\.\d*)?)(?![\w.])|[^\W]+)",
    re.DOTALL,
)
_TAG = re.compile(r"<[^>]*>")
_BREAK_TAG = re.compile(r"<\s*br[^>]*>", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_OUTLINES = {
    "diamond": Shape.QUESTION,
    "mdiamond": Shape.QUESTION,
    "oval": Shape.END,
    "ellipse": Shape.END,
    "circle": Shape.END,
    "doublecircle": Shape.END,
    "egg": Shape.END,
    "mcircle": Shape.END,
    "component": Shape.HANDOVER,
}

_DEEPEST = 50

Attributes = dict[str, str]


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


@dataclass
class _Scope:
    """The defaults in force inside a pair of braces."""

    nodes: Attributes = field(default_factory=dict)
    edges: Attributes = field(default_factory=dict)
    depth: int = 0

    def inner(self) -> "_Scope":
        return _Scope(dict(self.nodes), dict(self.edges), self.depth + 1)


def read(text: str) -> PortableFlow:
    """Read a digraph; raises UnreadableDocument with the line where reading ended."""
    parser = _Parser(text)
    parser.run()
    about = _read_about(parser.graph.get(ABOUT, "{}"))
    boxes = {node_id: _box(node_id, attributes) for node_id, attributes in parser.nodes.items()}
    arrows = [replace(each, source=boxes[each.source].id, target=boxes[each.target].id) for each in parser.arrows]
    root = about.root if any(box.id == about.root for box in boxes.values()) else None
    graph, notes = to_graph(Drawing(tuple(boxes.values()), arrows, root))
    name = about.name or _plain(parser.graph.get("label", ""), parser.name) or _spoken(parser.name)
    return PortableFlow(graph=graph, notes=notes, **(about.model_dump(exclude={"root"}) | {"name": name}))


def _read_about(attribute: str) -> About:
    try:
        return About.model_validate_json(_lines(attribute, ""))
    except ValidationError as error:
        raise unreadable(f"The attribute '{ABOUT}' of a Firstline export is broken") from error


def _box(node_id: str, attributes: Mapping[str, str]) -> Box:
    text = _plain(attributes.get("label", node_id), node_id) or node_id
    exact = _lines(attributes.get(EXACT_TEXT, ""), node_id)
    kind = attributes.get(NODE_TYPE)
    help_ = _lines(attributes[HELP], node_id) if HELP in attributes else None
    return Box(
        id=_lines(attributes[EXACT_ID], "") if EXACT_ID in attributes else node_id,
        text=exact if exact and _flat(exact) == _flat(text) else text,
        shape=_shape(attributes),
        node_type=NodeType(kind) if kind in set(NodeType) else None,
        help=help_,
        reason_category=_lines(attributes[REASON], "") if REASON in attributes else None,
        needs_review=attributes.get(NEEDS_REVIEW) == "true",
    )


def _shape(attributes: Mapping[str, str]) -> Shape:
    outline = attributes.get("shape", "").casefold()
    if outline in ("box", "rect", "rectangle") and "rounded" in attributes.get("style", ""):
        return Shape.STEP
    return _OUTLINES.get(outline, Shape.STEP)


def _plain(label: str, name: str) -> str:
    """Return the text a label shows, on one line."""
    return _flat(_lines(label, name))


def _lines(label: str, name: str) -> str:
    """Return the text a label shows with its line breaks."""
    meaning = {"n": "\n", "l": "\n", "r": "\n", "N": name, "G": ""}
    return _ESCAPE.sub(lambda found: meaning.get(found[1], found[1]), label)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _spoken(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("_", " ")).strip()


@dataclass
class _Parser:
    """Reads the grammar of https://graphviz.org/doc/info/lang.html, ports and all; layout is passed over."""

    text: str
    tokens: list[_Token] = field(default_factory=list)
    at: int = 0
    name: str = ""
    graph: Attributes = field(default_factory=dict)
    nodes: dict[str, Attributes] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)

    def run(self) -> None:
        self.tokens = list(self._scan())
        self._word("strict")
        if self._word("graph"):
            raise self._stuck("An undirected graph has no way on: write 'digraph' and '->'")
        if not self._word("digraph"):
            raise self._stuck("A DOT document begins with 'digraph'")
        if not self._ahead("{"):
            self.name = self._identifier()
        self._block(_Scope(), self.graph)

    def _scan(self) -> Iterator[_Token]:
        at = 0
        while at < len(self.text):
            blank = _BLANK.match(self.text, at)
            at = blank.end() if blank else at
            if at >= len(self.text):
                return
            token = self._html(at) or self._plain_token(at)
            yield token
            at += len(token.text)

    def _plain_token(self, at: int) -> _Token:
        found = _TOKEN.match(self.text, at)
        if found is None:
            raise unreadable("This is not DOT", line=self.text.count("\n", 0, at) + 1)
        return _Token(found.lastgroup or "", found[0], at)

    def _html(self, at: int) -> _Token | None:
        """Return the HTML label that begins here: angle brackets, nested."""
        if self.text[at] != "<":
            return None
        depth, end = 0, at
        while end < len(self.text):
            depth += {"<": 1, ">": -1}.get(self.text[end], 0)
            end += 1
            if depth == 0:
                return _Token("html", self.text[at:end], at)
        raise unreadable("This HTML label is not closed with '>'", line=self.text.count("\n", 0, at) + 1)

    def _block(self, scope: _Scope, graph: Attributes) -> list[str]:
        """Read statements up to the closing brace and return the nodes they name."""
        self._expect("{")
        named: list[str] = []
        while not self._ahead("}"):
            named += self._statement(scope, graph)
            while self._take(";"):
                pass
        self._expect("}")
        return named

    def _statement(self, scope: _Scope, graph: Attributes) -> list[str]:
        for word, defaults in (("node", scope.nodes), ("edge", scope.edges), ("graph", graph)):
            if self._keyword_with_attributes(word):
                defaults.update(self._attributes())
                return []
        if self._ahead("=", by=1):
            name = self._identifier()
            self._expect("=")
            graph[name] = self._identifier()
            return []
        return self._chain(scope)

    def _chain(self, scope: _Scope) -> list[str]:
        """Read `a -> b -> {c d} [label=x]`, or a single node with its attributes."""
        ends = [self._end(scope)]
        while self._take("->"):
            ends.append(self._end(scope))
        if self._ahead("--"):
            raise self._stuck("'--' has no direction: write '->'")
        attributes = self._attributes()
        if len(ends) == 1:
            for node_id in ends[0]:
                self.nodes[node_id] |= attributes
        for sources, targets in pairwise(ends):
            for source in sources:
                self.arrows += [self._arrow(source, target, scope.edges | attributes) for target in targets]
                self._require_few(self.arrows, MAX_ARROWS)
        return [node_id for end in ends for node_id in end]

    def _end(self, scope: _Scope) -> list[str]:
        if self._word("subgraph") and not self._ahead("{"):
            self._identifier()
        if self._ahead("{"):
            if scope.depth > _DEEPEST:
                raise self._stuck("Subgraphs are nested too deeply")
            return list(dict.fromkeys(self._block(scope.inner(), {})))
        node_id = self._identifier()
        while self._take(":"):
            self._identifier()
        self.nodes.setdefault(node_id, dict(scope.nodes))
        self._require_few(self.nodes, MAX_NODES)
        return [node_id]

    def _require_few(self, parts: Sized, most: int) -> None:
        if len(parts) > most:
            raise self._stuck(f"A drawing has at most {MAX_NODES} nodes and {MAX_ARROWS} ways")

    def _arrow(self, source: str, target: str, attributes: Mapping[str, str]) -> Arrow:
        shown = attributes.get("label") or attributes.get("xlabel") or attributes.get("headlabel") or ""
        key = _lines(attributes[KEY], "") if KEY in attributes else None
        return Arrow(source, target, _plain(shown, "") or None, key)

    def _attributes(self) -> Attributes:
        found: Attributes = {}
        while self._take("["):
            while not self._take("]"):
                name = self._identifier()
                found[name] = self._identifier() if self._take("=") else "true"
                while self._take(",") or self._take(";"):
                    pass
        return found

    def _identifier(self) -> str:
        token = self._next()
        if token.kind == "quoted":
            text = _unquoted(token.text)
            while self._take("+"):
                text += _unquoted(self._next().text)
            return text
        if token.kind in ("word", "html"):
            return token.text if token.kind == "word" else _shown(token.text)
        self.at -= 1
        raise self._stuck(f"A name was expected instead of '{token.text}'")

    def _keyword_with_attributes(self, word: str) -> bool:
        return self._ahead("[", by=1) and self._word(word)

    def _word(self, word: str) -> bool:
        """Step over a keyword; DOT's keywords have no case."""
        here = self._peek()
        if here is not None and here.kind == "word" and here.text.casefold() == word:
            self.at += 1
            return True
        return False

    def _take(self, mark: str) -> bool:
        if self._ahead(mark):
            self.at += 1
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise self._stuck(f"'{mark}' was expected")

    def _ahead(self, mark: str, *, by: int = 0) -> bool:
        token = self._peek(by)
        return token is not None and token.kind in ("mark", "arrow") and token.text == mark

    def _next(self) -> _Token:
        token = self._peek()
        if token is None:
            raise self._stuck("The document ends too early")
        self.at += 1
        return token

    def _peek(self, by: int = 0) -> _Token | None:
        return self.tokens[self.at + by] if self.at + by < len(self.tokens) else None

    def _stuck(self, sentence: str) -> Exception:
        here = self._peek()
        at = here.at if here else len(self.text)
        return unreadable(sentence, line=self.text.count("\n", 0, at) + 1)


def _unquoted(text: str) -> str:
    r"""Return what stands between quotes: `\"` is a quote, a broken line goes on; labels read the other escapes."""
    return _ESCAPE.sub(lambda found: {'"': '"', "\n": ""}.get(found[1], found[0]), text[1:-1])


def _shown(markup: str) -> str:
    """Return the text of an HTML label, written as a plain label."""
    text = html.unescape(_TAG.sub("", _BREAK_TAG.sub(" ", markup[1:-1])))
    return text.replace("\\", "\\\\")
