"""Vectors of a flow and of an intake, and how near the words of one come to the claims of the other.

Needs numpy, so whoever works with words alone imports this module only once vectors are asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstline.matching.encoder import Embedder, Encoded

_SCALE = 127
_DIMENSIONS = 2  # bytes of the length of a row
_UNRELATED, _SAME = 0.25, 0.75  # cosines of two words in their contexts that count nothing and fully
TEXTS = 2  # rows before those of the claims: the whole head of the flow, and its description alone


@dataclass(frozen=True)
class FlowVectors:
    """Unit vectors of one flow by the encoder `model`; `rows`: head, description, then one row per claim."""

    model: str
    rows: NDArray[np.float32]

    def to_bytes(self) -> bytes:
        """Return the rows in eight bits, about 0.4 kB each, after their length in two bytes."""
        packed = np.clip(np.rint(self.rows * _SCALE), -_SCALE, _SCALE).astype(np.int8)
        return int(self.rows.shape[1]).to_bytes(_DIMENSIONS, "big") + packed.tobytes()

    @classmethod
    def from_bytes(cls, model: str, content: bytes) -> "FlowVectors":
        dimensions = int.from_bytes(content[:_DIMENSIONS], "big")
        packed = np.frombuffer(content, dtype=np.int8, offset=_DIMENSIONS).reshape(-1, dimensions)
        return cls(model, packed.astype(np.float32) * np.float32(1 / _SCALE))


@dataclass(frozen=True)
class IntakeVectors:
    model: str
    encoded: Encoded


def flow_vectors(embedder: Embedder, texts: Sequence[str]) -> FlowVectors:
    """Return vectors of a document's `texts`; those of a claim are the mean of its words as they stand in the head.

    A slow call; raises EmbedderFailed.
    """
    head, description, *surfaces = texts
    whole, alone = embedder.encode([head, description or head])
    at = {word: [n for n, each in enumerate(whole.surface) if each == word] for word in set(whole.surface)}
    rows = [whole.whole, alone.whole]
    for surface in surfaces:
        places = [n for word in surface.split() for n in at.get(word, ())]
        row = whole.words[places].mean(axis=0) if places else np.zeros_like(whole.whole)
        rows.append(row / max(float(np.linalg.norm(row)), 1e-9))
    return FlowVectors(embedder.name, np.stack(rows))


def intake_vectors(embedder: Embedder, problem_statement: str) -> IntakeVectors:
    """Return the vectors of what a caller says. A slow call; raises EmbedderFailed."""
    return IntakeVectors(embedder.name, embedder.encode([problem_statement])[0])


@dataclass(frozen=True, slots=True)
class Nearness:
    """`likeness`: cosine of intake and flow, -1..1; `claims`: how near the intake's words come to each, 0..1."""

    model: str
    likeness: float
    claims: Sequence[float]


def nearness(intake: IntakeVectors, flows: Sequence[FlowVectors | None]) -> list[Nearness | None]:
    """Return one per flow, None for a flow without vectors of the same encoder; one matrix product for them all."""
    usable = [flow if flow is not None and flow.model == intake.model else None for flow in flows]
    rows = [flow.rows for flow in usable if flow is not None]
    if not rows or not len(intake.encoded.surface):
        return [None] * len(flows)
    stacked = np.concatenate(rows)
    texts = (stacked @ intake.encoded.whole).tolist()
    words = (stacked @ intake.encoded.words.T).max(axis=1)
    claims = np.clip((words - _UNRELATED) / (_SAME - _UNRELATED), 0.0, 1.0).tolist()
    found: list[Nearness | None] = []
    at = 0
    for flow in usable:
        if flow is None:
            found.append(None)
            continue
        end = at + len(flow.rows)
        found.append(Nearness(intake.model, sum(texts[at : at + TEXTS]) / TEXTS, claims[at + TEXTS : end]))
        at = end
    return found
