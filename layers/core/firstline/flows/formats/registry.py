"""Which formats there are, and what holds for all of them: size, and that what was read can be stored."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

from firstline.errors import TooLarge
from firstline.flows.formats import dot, flodial, markdown, mermaid, native
from firstline.flows.formats.portable import PortableFlow, unreadable
from firstline.flows.rules import MAX_NODES

ImportFormat = Literal["firstline", "flodial", "mermaid", "dot"]
ExportFormat = Literal["json", "mermaid", "dot", "markdown"]
Document = Mapping[str, Any] | str

MAX_BYTES = 2 * 1024 * 1024

MEDIA_TYPES: Mapping[ExportFormat, str] = {
    "json": "application/json",
    "mermaid": "text/vnd.mermaid; charset=utf-8",
    "dot": "text/vnd.graphviz; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
}


class DocumentTooLarge(TooLarge):
    type = "document-too-large"


def read_flow(document: Document, format_: ImportFormat) -> PortableFlow:
    """Read a document; raises UnreadableDocument with every fault found, or DocumentTooLarge."""
    _require_size(document)
    found = _reader(document, format_)(document)
    if len(found.graph.nodes) > MAX_NODES:
        raise DocumentTooLarge(
            f"A flow has at most {MAX_NODES} nodes; this has {len(found.graph.nodes)}. Split it into several flows.",
            limit=MAX_NODES,
        )
    # What the other readers made has to fit the same shape as our own documents.
    checked = native.read(native.write(found) | {"name": found.name.strip()[:255] or _untitled(found)})
    return PortableFlow(
        graph=found.graph,
        name=checked.name,
        description=checked.description,
        category=checked.category,
        problem_domain=checked.problem_domain,
        tags=checked.tags,
        match_keywords=checked.match_keywords,
        notes=found.notes,
    )


def write_flow(flow: PortableFlow, format_: ExportFormat) -> str:
    match format_:
        case "json":
            return json.dumps(native.write(flow), ensure_ascii=False, indent=2) + "\n"
        case "mermaid":
            return mermaid.write(flow)
        case "dot":
            return dot.write(flow)
        case "markdown":
            return markdown.write(flow)


def _reader(document: Document, format_: ImportFormat) -> Callable[[Any], PortableFlow]:
    if format_ == "firstline":
        return native.read
    if format_ == "flodial":
        return flodial.read
    if not isinstance(document, str):
        raise unreadable(f"A document in the format '{format_}' is text, not a JSON object")
    return mermaid.read if format_ == "mermaid" else dot.read


def _require_size(document: Document) -> None:
    try:
        text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    except RecursionError as error:
        raise unreadable("The document is nested too deeply") from error
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        raise DocumentTooLarge(
            f"A document has at most 2 MB; this has {size / 1024 / 1024:.1f} MB. Split it into several flows.",
            limit=MAX_BYTES,
        )


def _untitled(flow: PortableFlow) -> str:
    first = flow.graph.by_id.get(flow.graph.root)
    return (first.text.strip()[:255].strip() if first else "") or "Imported flow"
