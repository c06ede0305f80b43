"""Taking in a flow that was written elsewhere, as a draft or at once before technicians."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller, Permission
from firstline.flows.formats.portable import PortableFlow
from firstline.flows.formats.registry import ImportFormat, read_flow
from firstline.flows.indexing import Index
from firstline.flows.publishing import publish_flow, require_sound
from firstline.flows.rules import GraphProblem, problems
from firstline.flows.service import create_flow


@dataclass(frozen=True, slots=True)
class Imported:
    """`version` is None for a draft; `problems` keep it from being published, `notes` tell what was decided for it."""

    flow_id: UUID
    name: str
    version: int | None
    problems: Sequence[GraphProblem]
    notes: Sequence[GraphProblem]


def import_flow(
    db: Session,
    *,
    format_: ImportFormat,
    document: Mapping[str, Any] | str,
    publish: bool,
    by: Caller,
    at: datetime,
    index: Index,
    name: str | None = None,
    team_id: UUID | None = None,
) -> Imported:
    """Read a document and store it; what cannot be published as asked is refused whole, and nothing stored."""
    flow = read_flow(document, format_)
    named = replace(flow, name=name) if name is not None else flow
    return store(
        db, flow=named, publish=publish, by=by, at=at, index=index, team_id=team_id, source=f"import:{format_}"
    )


def store(
    db: Session,
    *,
    flow: PortableFlow,
    publish: bool,
    by: Caller,
    at: datetime,
    index: Index,
    source: str,
    team_id: UUID | None = None,
) -> Imported:
    """Store a flow that was read; raises UnsoundGraph where it is to be published and is not sound."""
    if publish:
        by.require(Permission.PUBLISH_FLOWS)
        require_sound(flow.graph)
    created = create_flow(
        db,
        name=flow.name,
        graph=flow.graph,
        by=by,
        at=at,
        description=flow.description,
        category=flow.category,
        problem_domain=flow.problem_domain,
        tags=flow.tags,
        match_keywords=flow.match_keywords,
        team_id=team_id,
        source=source,
    )
    version = publish_flow(db, flow_id=created.id, by=by, at=at, index=index).version if publish else None
    found = [] if publish else problems(flow.graph)
    return Imported(created.id, created.name, version, found, flow.notes)
