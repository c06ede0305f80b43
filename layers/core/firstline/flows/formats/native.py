"""Our own JSON: everything of a flow but whose it is."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from firstline.flows.documents import FlowDocument
from firstline.flows.formats.portable import PortableFlow, UnreadableDocument, unreadable


def read(document: Mapping[str, Any] | str) -> PortableFlow:
    """Read a flow; raises UnreadableDocument with every fault of its shape."""
    try:
        read_ = FlowDocument.model_validate(as_object(document))
    except ValidationError as error:
        raise _misshapen(error) from error
    graph = read_.graph.graph()
    members = read_.model_dump(exclude={"graph"})
    return PortableFlow(graph=graph, **members)


def write(flow: PortableFlow) -> dict[str, Any]:
    return {"name": flow.name, **flow.about(), "graph": flow.graph.to_document()}


def as_object(document: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """Return a JSON object, read from text where it came as text; raises UnreadableDocument."""
    if not isinstance(document, str):
        return document
    try:
        found = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise unreadable("The document is not JSON", line=getattr(error, "lineno", None)) from error
    if not isinstance(found, dict):
        raise unreadable("The document is not a JSON object")
    return found


def _misshapen(error: ValidationError) -> UnreadableDocument:
    faults = [
        {
            "location": ["body", "document", *map(str, fault["loc"])],
            "message": fault["msg"],
            "kind": fault["type"],
        }
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return UnreadableDocument("The document does not have the shape of a flow: see `errors`.", errors=faults)
