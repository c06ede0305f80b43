"""Distil the lexical scorer's thesaurus from the bundled encoder: cosines of single words, by stem.

Usage: python tests/bench/distil_thesaurus.py [--stems 12000] [--neighbours 40]; writes matching/thesaurus.bin.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from firstline import matching
from firstline.matching.encoder import BundledEncoder, read_vocabulary
from firstline.matching.stemming import stem
from firstline.matching.thesaurus import LOWEST, composed
from firstline.matching.trade import FILLERS, NEIGHBOURS, NOT, PHRASES, STOP_WORDS

SURFACES = 3  # commonest forms of a stem that speak for it
BLOCK = 500


def surfaces_by_stem(limit: int) -> dict[str, list[str]]:
    """Return the commonest stems, commonest first, then the trade's; BERT's whole words come by frequency."""
    vocabulary = read_vocabulary()
    found: dict[str, list[str]] = {}
    for word in list(vocabulary)[vocabulary["the"] :]:
        if word.isascii() and word.isalpha() and len(word) > 1 and word not in STOP_WORDS | FILLERS:
            found.setdefault(stem(word), []).append(word)
    kept = dict(list(found.items())[:limit])
    for phrase, meaning in PHRASES.items():
        if meaning != NOT:
            kept.setdefault(meaning, []).insert(0, " ".join(phrase))
    for each in NEIGHBOURS:
        kept.setdefault(each, found.get(each, [each]))
    return {each: forms[:SURFACES] for each, forms in kept.items()}


def encode(forms: Sequence[Sequence[str]]) -> Any:
    """Return vectors of shape (SURFACES, stems, d); a stem with fewer forms repeats its last."""
    encoder = BundledEncoder()
    vectors = [[each.whole for each in encoder.encode(row)] for row in forms]
    return np.array([[row[min(k, len(row) - 1)] for row in vectors] for k in range(SURFACES)])


def nearest(vectors: Any, start: int, count: int) -> list[Mapping[int, float]]:
    block = vectors[:, start : start + BLOCK]
    cosines = np.max([one @ other.T for one in block for other in vectors], axis=0)
    found: list[Mapping[int, float]] = []
    for offset, row in enumerate(cosines):
        row[start + offset] = -1.0
        best = np.argpartition(-row, count)[:count]
        found.append({int(k): min(1.0, float(row[k])) for k in best if row[k] >= LOWEST})
    return found


def run() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stems", type=int, default=12_000)
    parser.add_argument("--neighbours", type=int, default=40)
    asked = parser.parse_args()
    forms = surfaces_by_stem(asked.stems)
    vectors = encode(list(forms.values()))
    rows: list[Mapping[int, float]] = []
    for start in range(0, len(forms), BLOCK):
        rows += nearest(vectors, start, asked.neighbours)
    target = Path(next(iter(matching.__path__))) / "thesaurus.bin"
    target.write_bytes(composed(list(forms), rows))
    print(f"{len(forms)} stems, {sum(map(len, rows))} neighbours, {target.stat().st_size} bytes")


if __name__ == "__main__":
    run()
