"""Flows of one account that say the same, or contradict each other: looked for on request, and at publish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.db.models import FlowVersion
from firstline.flows import publishing
from firstline.flows import queries as flows
from firstline.flows.rules import Graph
from firstline.matching.contradictions import Contradiction, contradictions
from firstline.matching.documents import FlowDocument, describe_flow
from firstline.matching.library import search
from firstline.matching.service import index_flow
from firstline.matching.similarity import ALIKE, Similar, as_told, similar
from firstline.observability import log

RELATED = 0.25  # similarity from which two graphs are compared question by question
_MOST_COMPARED = 10


@dataclass(frozen=True)
class SimilarFlow:
    """A published flow on the same problem (`is_duplicate`), or one that cures the same findings otherwise."""

    flow_id: UUID
    name: str
    version: int
    similarity: float
    words: Sequence[str]
    contradictions: Sequence[Contradiction]

    @property
    def is_duplicate(self) -> bool:
        return self.similarity >= ALIKE

    @property
    def reason(self) -> str:
        parts = []
        if self.is_duplicate:
            parts.append(f"Both are about {', '.join(self.words)}." if self.words else "Both are about the same.")
        if self.contradictions:
            first = self.contradictions[0]
            asked = ", then ".join(f"“{step.question}” with “{step.answer}”" for step in first.path)
            parts.append(f"After {asked} one says “{first.cure}”, the other “{first.other_cure}”.")
        return " ".join(parts)


@dataclass(frozen=True)
class Published:
    """A new version, and the live flows that say the same as it does."""

    version: FlowVersion
    similar: Sequence[SimilarFlow]


def find_similar(db: Session, *, caller: Caller, flow_id: UUID) -> list[SimilarFlow]:
    """Compare a flow with the published ones, the most alike first: its draft for its authors, else what is live.

    Raises NotFound for a flow the caller does not see.
    """
    state = flows.get_readable(db, caller=caller, flow_id=flow_id)
    flow = state.flow
    said = flow if state.with_draft or state.live is None else state.live
    document = describe_flow(
        flow_id=str(flow_id),
        name=said.name,
        description=said.description,
        tags=flow.tags,
        keywords=flow.match_keywords,
    )
    graph = flow.draft if state.with_draft or state.live is None else state.live.graph
    return _compared(db, caller.account_id, document, Graph.from_document(graph))


def publish_flow(
    db: Session,
    *,
    flow_id: UUID,
    by: Caller,
    at: datetime,
    note: str | None = None,
    expected_live_version: int | None = None,
    expected_revision: int | None = None,
) -> Published:
    """Publish a draft and look for live flows it repeats or contradicts, which never keeps it from being published."""
    version = publishing.publish_flow(
        db,
        flow_id=flow_id,
        note=note,
        by=by,
        at=at,
        index=index_flow,
        expected_live_version=expected_live_version,
        expected_revision=expected_revision,
    )
    return Published(version, _find_like(db, version))


def _find_like(db: Session, version: FlowVersion) -> list[SimilarFlow]:
    """Compare what is published; a comparison that fails warns of nothing and logs why."""
    document = describe_flow(flow_id=str(version.tree_id), name=version.name, description=version.description)
    try:
        with db.begin_nested():
            return _compared(db, version.account_id, document, Graph.from_document(version.graph))
    except (SQLAlchemyError, ValueError, KeyError, ArithmeticError):
        log().exception("flow.comparison_failed", flow_id=str(version.tree_id))
        return []


def _compared(db: Session, account_id: UUID, document: FlowDocument, graph: Graph) -> list[SimilarFlow]:
    """Look among the flows a caller with this problem would be offered, so that a large library costs no more."""
    library = search(db, account_id=account_id, intake=as_told(document), model=None)
    published = {str(each.subject_id) for each in library.candidates.found if not each.is_proposal}
    others = [other for other, _ in library.documents() if other.flow_id in published]
    related = similar(document, others, library.statistics, at_least=RELATED)[:_MOST_COMPARED]
    compared = [_compare(db, account_id, each, graph) for each in related]
    return [each for each in compared if each is not None and (each.is_duplicate or each.contradictions)]


def _compare(db: Session, account_id: UUID, other: Similar, graph: Graph) -> SimilarFlow | None:
    live = flows.find_live(db, account_id, UUID(other.flow_id))
    if live is None:
        return None
    return SimilarFlow(
        flow_id=live.flow_id,
        name=live.name,
        version=live.version,
        similarity=other.similarity,
        words=other.words,
        contradictions=contradictions(graph, live.graph),
    )
