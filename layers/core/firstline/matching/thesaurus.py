"""Which words are close in meaning, and how common each is: a table distilled from the sentence encoder."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

LOWEST = 0.4  # cosine of the weakest neighbours kept
STEPS = 15  # a neighbour's cosine is kept in steps of (1 - LOWEST) / STEPS
_LEAST_GENERALITY = 0.2
_CONTINUED = 0x80


@dataclass(frozen=True)
class Thesaurus:
    """`ranks`: every known stem by how common it is, from 0; `rows`: its packed neighbours, decoded when asked for."""

    stems: Sequence[str]
    ranks: Mapping[str, int]
    rows: Sequence[bytes]

    def neighbours(self, stem: str) -> Mapping[str, float]:
        """Return the stems close in meaning with their cosine, LOWEST..1; none for an unknown stem."""
        rank = self.ranks.get(stem)
        return unpacked(self.rows[rank], self.stems) if rank is not None else {}

    def knows(self, stem: str) -> bool:
        return stem in self.ranks


def packed(neighbours: Mapping[int, float]) -> bytes:
    """Return per neighbour the distance to the one before, seven bits a byte, then one byte for its cosine."""
    row = bytearray()
    ordered = sorted(neighbours)
    for before, number in pairwise([0, *ordered]):
        distance = number - before
        while distance >= _CONTINUED:
            row.append(distance & 0x7F | _CONTINUED)
            distance >>= 7
        row += bytes((distance, round((neighbours[number] - LOWEST) / (1 - LOWEST) * STEPS)))
    return bytes(row)


def unpacked(row: bytes, stems: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    number = distance = shift = 0
    bytes_of_row = iter(row)
    for byte in bytes_of_row:
        distance |= (byte & 0x7F) << shift
        shift += 7
        if byte < _CONTINUED:
            number += distance
            found[stems[number]] = LOWEST + (1 - LOWEST) * next(bytes_of_row) / STEPS
            distance = shift = 0
    return found


def parsed(content: bytes) -> Thesaurus:
    """Return the table of a file: stems by rank, a blank line, then the rows, each after its length in two bytes."""
    words, _, table = zlib.decompress(content).partition(b"\n\n")
    stems = words.decode().split("\n")
    rows, at = [], 0
    for _ in stems:
        length = int.from_bytes(table[at : at + 2], "big")
        rows.append(table[at + 2 : at + 2 + length])
        at += 2 + length
    return Thesaurus(stems, {stem: rank for rank, stem in enumerate(stems)}, rows)


def composed(stems: Sequence[str], neighbours: Sequence[Mapping[int, float]]) -> bytes:
    """Return the content of the file `parsed` reads."""
    rows = b"".join(len(row).to_bytes(2, "big") + row for row in map(packed, neighbours))
    return zlib.compress("\n".join(stems).encode() + b"\n\n" + rows, 9)


@cache
def thesaurus() -> Thesaurus:
    """Return the table that comes with the product: about 12,000 stems of English and of the trade."""
    return parsed((files("firstline.matching") / "thesaurus.bin").read_bytes())
