"""What one search of an account's library brings to be scored: candidates, their openings and their vectors."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.matching import queries
from firstline.matching.documents import FlowDocument, Intake, LibraryStatistics, Opening
from firstline.matching.queries import Candidate, Candidates
from firstline.matching.vector_index import find_vectors


@dataclass(frozen=True)
class Library:
    """What a search brought: the candidates, and their vectors by the encoder in use."""

    candidates: Candidates
    vectors: Mapping[UUID, bytes]
    model: str | None

    @property
    def statistics(self) -> LibraryStatistics:
        return LibraryStatistics(self.candidates.library_size, self.candidates.containing)

    def documents(self) -> list[tuple[FlowDocument, list[Opening]]]:
        return [
            (self._document(candidate), [_opening(past) for past in candidate.openings])
            for candidate in self.candidates.found
        ]

    def _document(self, candidate: Candidate) -> FlowDocument:
        document = FlowDocument.from_json(candidate.document)
        stored = self.vectors.get(candidate.subject_id)
        if stored is None or self.model is None:
            return document
        from firstline.matching.vectors import TEXTS, FlowVectors  # noqa: PLC0415  words alone need no numpy

        vectors = FlowVectors.from_bytes(self.model, stored)
        return replace(document, vectors=vectors) if len(vectors.rows) == TEXTS + len(document.claims) else document


def search(db: Session, *, account_id: UUID, intake: Intake, model: str | None) -> Library:
    """Find the candidates of an intake, with their vectors where an encoder is in use."""
    candidates = queries.find_candidates(db, account_id=account_id, intake=intake)
    if model is None or not candidates.found:
        return Library(candidates, {}, None)
    subjects = [candidate.subject_id for candidate in candidates.found]
    vectors = find_vectors(db, account_id=account_id, model=model, subject_ids=subjects)
    return Library(candidates, vectors, model)


def _opening(past: Any) -> Opening:
    return Opening.from_json({**past["document"], "helpful": past["helpful"]})
