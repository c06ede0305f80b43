"""Vectors of what is indexed: made outside any transaction, right after the words are committed, or by the sweep.

A row whose vectors are missing, or of another encoder, is scored by words alone until they are renewed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from firstline.db.models import FlowMatchDocument
from firstline.db.transaction import InAccount, after_commit, transaction
from firstline.matching.embedders import embedder_name, with_embedder
from firstline.observability import log

if TYPE_CHECKING:
    from firstline.matching.encoder import Embedder
    from firstline.matching.vectors import FlowVectors

BATCH = 20  # rows encoded between two looks at the database, about half a second of the bundled encoder
BATCHES = 100  # of one account in one sweep, so that none waits for another's library
_WAITING = "firstline.matching.without_vectors"


@dataclass(frozen=True, slots=True)
class Unencoded:
    """An indexed flow or proposal without vectors of the encoder in use."""

    subject_id: UUID
    texts: Sequence[str]


def encode_after_commit(db: Session, account_id: UUID, unencoded: Unencoded) -> None:
    """Give a row its vectors once its words are committed; what fails then is left to the sweep."""
    waiting: dict[UUID, Unencoded] | None = db.info.get(_WAITING)
    if waiting is None:
        waiting = db.info[_WAITING] = {}
        after_commit(db, lambda: _encode_waiting(db, account_id))
    waiting[unencoded.subject_id] = unencoded


def renew_vectors(who: InAccount) -> int:
    """Encode what lacks vectors of the encoder in use, and return how much; the next sweep does what is left over."""
    done = 0
    for _ in range(BATCHES):
        model = embedder_name()
        if model is None:
            break
        with transaction(who) as db:
            stale = list_unencoded(db, account_id=who.account_id, model=model, limit=BATCH)
        if not stale or not (stored := _encode(who, stale)):
            break
        done += stored
    return done


def list_unencoded(db: Session, *, account_id: UUID, model: str, limit: int) -> list[Unencoded]:
    row = FlowMatchDocument
    other = or_(row.vectors_model.is_(None), row.vectors_model < model, row.vectors_model > model)  # as an index reads
    query = (
        select(row.subject_id, row.texts)
        .where(row.account_id == account_id, other, func.cardinality(row.texts) > 0)
        .limit(limit)
    )
    return [Unencoded(found.subject_id, found.texts) for found in db.execute(query)]


@dataclass(frozen=True, slots=True)
class _Account:
    account_id: UUID


def _encode_waiting(db: Session, account_id: UUID) -> None:
    waiting: dict[UUID, Unencoded] = db.info.pop(_WAITING)
    if embedder_name() is None:
        return
    try:
        _encode(_Account(account_id), list(waiting.values()))
    except SQLAlchemyError:  # the words are committed and found by; the sweep makes up for it
        log().warning("matching.vectors_postponed", account_id=str(account_id), exc_info=True)


def _encode(who: InAccount, rows: Sequence[Unencoded]) -> int:
    """Encode and store, and return how many rows were given vectors; those whose words changed meanwhile are not."""
    with transaction(who):
        pass  # a repeatable request leaves its last transaction open; encoding is slow
    encoded = with_embedder(lambda embedder: _vectors_of(embedder, rows))
    if encoded is None:
        return 0
    table, stored = FlowMatchDocument, 0
    with transaction(who) as db:
        for row, vectors in zip(rows, encoded, strict=True):
            same = (table.account_id == who.account_id) & (table.subject_id == row.subject_id)
            values: dict[str, Any] = {"vectors": vectors.to_bytes(), "vectors_model": vectors.model}
            done = db.execute(
                update(table)
                .where(same, table.texts == list(row.texts))
                .values(values)
                .execution_options(synchronize_session=False)
            )
            stored += int(getattr(done, "rowcount", 0))
    return stored


def _vectors_of(embedder: "Embedder", rows: Sequence[Unencoded]) -> "list[FlowVectors]":
    from firstline.matching.vectors import flow_vectors  # noqa: PLC0415  words alone need no numpy

    return [flow_vectors(embedder, row.texts) for row in rows]
