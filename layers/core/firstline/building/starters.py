"""Starter flows: the authored playbooks, for a new account to take over as its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.building.playbook import Playbook, playbook, playbooks
from firstline.categories.domains import DOMAINS
from firstline.categories.rules import Category
from firstline.db.models import Flow
from firstline.flows.formats.portable import PortableFlow
from firstline.flows.importing import Imported, store
from firstline.flows.indexing import Index


class ImportStarters(BaseModel):
    """Which starter flows to take over: all of them where no category is named."""

    categories: Annotated[list[Category], Field(min_length=1)] | None = None
    publish: bool = False


class StarterFlow(BaseModel):
    """A playbook on offer; `flow_id` is the flow of this account that goes by its name, if there is one."""

    category: Category
    name: str
    description: str
    tags: list[str]
    match_keywords: list[str]
    nodes: int
    flow_id: UUID | None

    @classmethod
    def of(cls, book: Playbook, flow_id: UUID | None) -> Self:
        return cls(
            category=book.category,
            name=book.name,
            description=book.description,
            tags=list(book.tags),
            match_keywords=list(book.match_keywords),
            nodes=len(book.graph.nodes),
            flow_id=flow_id,
        )


def list_starters(db: Session, *, account_id: UUID) -> list[StarterFlow]:
    """Return every starter flow in the order of the categories."""
    books = list(playbooks())
    query = select(Flow.name, Flow.id).where(
        Flow.account_id == account_id, Flow.archived_at.is_(None), Flow.name.in_([book.name for book in books])
    )
    taken = {found.name: found.id for found in db.execute(query)}
    return [StarterFlow.of(book, taken.get(book.name)) for book in books]


def import_starters(
    db: Session, *, categories: Sequence[Category] | None, publish: bool, by: Caller, at: datetime, index: Index
) -> list[Imported]:
    """Store the wanted starter flows and return the new ones; an account that has one by that name keeps its own."""
    wanted = set(categories if categories is not None else Category)
    missing = {each.category for each in list_starters(db, account_id=by.account_id) if each.flow_id is None}
    return [
        store(db, flow=_portable(playbook(each)), publish=publish, by=by, at=at, index=index, source="starter")
        for each in Category
        if each in wanted & missing
    ]


def _portable(book: Playbook) -> PortableFlow:
    return PortableFlow(
        graph=book.graph,
        name=book.name,
        description=book.description,
        category=book.category.value,
        problem_domain=DOMAINS[book.category],
        tags=book.tags,
        match_keywords=book.match_keywords,
    )
