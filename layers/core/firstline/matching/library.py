"""What one search of an account's library brings to be scored: candidates, their openings and their vectors."""

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.matching import queries
from firstline.matching.documents import FlowDocument, Intake, LibraryStatistics, Opening
from firstline.matching.queries import Candidate, Candidates
from firstline.matching.standing import Standing

_REMEMBERED = 4_000  # documents, 2–5 kB each: calls come near to the same flows again and again


@dataclass(frozen=True)
class Stored:
    """What a stored document says: of the flow, and how it has fared where that is known."""

    flow: FlowDocument
    standing: Standing | None


@dataclass(frozen=True)
class Library:
    """What a search brought: the candidates, with vectors of the encoder `model` where they have them."""

    candidates: Candidates
    model: str | None

    @property
    def statistics(self) -> LibraryStatistics:
        return LibraryStatistics(self.candidates.library_size, self.candidates.containing)

    @property
    def has_vectors(self) -> bool:
        return any(candidate.vectors is not None for candidate in self.candidates.found)

    def documents(self) -> list[tuple[FlowDocument, list[Opening]]]:
        return [
            (self._document(candidate), [_opening(past) for past in candidate.openings])
            for candidate in self.candidates.found
        ]

    def _document(self, candidate: Candidate) -> FlowDocument:
        document = read_stored(candidate.document).flow
        if candidate.vectors is None or self.model is None:
            return document
        from firstline.matching.vectors import TEXTS, FlowVectors  # noqa: PLC0415  words alone need no numpy

        vectors = FlowVectors.from_bytes(self.model, candidate.vectors)
        return replace(document, vectors=vectors) if len(vectors.rows) == TEXTS + len(document.claims) else document


def search(db: Session, *, account_id: UUID, intake: Intake, model: str | None) -> Library:
    """Find the candidates of an intake, with their vectors where an encoder is in use."""
    return Library(queries.find_candidates(db, account_id=account_id, intake=intake, model=model), model)


@lru_cache(maxsize=_REMEMBERED)
def read_stored(content: str) -> Stored:
    """Read a stored document; the same text says the same whoever's it is, so that it is read once per process."""
    document = json.loads(content)
    known = document.get("standing")
    return Stored(FlowDocument.from_json(document), Standing.from_json(known) if known else None)


def _opening(past: Any) -> Opening:
    return Opening.from_json({**past["document"], "helpful": past["helpful"]})
