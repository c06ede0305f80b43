"""What is kept of a flow to match against, of the openings it resolved, and what is read from an intake."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from firstline.matching.text import Term, read_terms, split_sentences, spoken_name
from firstline.matching.thesaurus import thesaurus

if TYPE_CHECKING:
    from firstline.matching.encoder import Embedder
    from firstline.matching.vectors import FlowVectors, IntakeVectors

FORMAT = 1  # of the stored document: another number means describe the flow anew
_OTHER_FLOWS = 20
_SENTENCES_CLAIMED = 2  # of a description: what follows tells the procedure, not the problem
_MOST_CLAIMS = 24
_MOST_HINTS = 64


@dataclass(frozen=True, slots=True)
class Claim:
    """Something a flow or a story says of a problem.

    `weight` 0.2..1 is how rarely the word is used at large; `denied`: under a "not"; `named`: in the flow's name.
    """

    stem: str
    surface: str
    weight: float
    denied: bool = False
    named: bool = True


@dataclass(frozen=True)
class FlowDocument:
    """A published flow as the scorer sees it: claims a story has to meet, and hints that speak for it when met.

    `symptoms` are other wordings of the same problem, each a list of claims of its own. `texts` are what an encoder is
    given: the head, the description alone, then the words of each claim; kept beside the document, not in it.
    """

    flow_id: str
    name: str
    claims: Sequence[Claim]
    hints: Sequence[Claim] = ()
    symptoms: Sequence[Sequence[Claim]] = ()
    described: bool = True
    vectors: "FlowVectors | None" = None
    texts: Sequence[str] = field(default=(), compare=False)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Return what the index holds of this flow and what counts once in the library's statistics."""
        everything = (*self.claims, *self.hints, *(claim for symptom in self.symptoms for claim in symptom))
        return frozenset(claim.stem for claim in everything)

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "flow_id": self.flow_id,
            "name": self.name,
            "claims": _listed(self.claims),
            "hints": _listed(self.hints),
            "symptoms": [_listed(symptom) for symptom in self.symptoms],
            "described": self.described,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any], vectors: "FlowVectors | None" = None) -> "FlowDocument":
        return cls(
            flow_id=document["flow_id"],
            name=document["name"],
            claims=_claimed(document["claims"]),
            hints=_claimed(document["hints"]),
            symptoms=tuple(_claimed(symptom) for symptom in document["symptoms"]),
            described=document["described"],
            vectors=vectors,
        )


@dataclass(frozen=True)
class Opening:
    """The first words of a past walk of a flow: `helpful` ones speak for it, failed and re-opened ones against."""

    ticket: str
    claims: Sequence[Claim]
    helpful: bool = True

    def to_json(self) -> dict[str, Any]:
        return {"format": FORMAT, "ticket": self.ticket, "claims": _listed(self.claims), "helpful": self.helpful}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Opening":
        return cls(document["ticket"], _claimed(document["claims"]), document["helpful"])


@dataclass(frozen=True)
class LibraryStatistics:
    """How many flows the account has published and in how many of them a stem occurs; nobody else's flows count."""

    flows: int
    containing: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Iterable[FlowDocument]) -> "LibraryStatistics":
        flows, containing = 0, dict[str, int]()
        for document in documents:
            flows += 1
            for stem in document.stems:
                containing[stem] = containing.get(stem, 0) + 1
        return cls(flows, containing)

    def rarity(self, stem: str) -> float:
        """Return 0..1: Robertson's idf (with + 1, so never below zero) over that of a word no flow has.

        A library is counted as if it had some flows more, about other things: of three flows, all on laptops, the word
        still says something.
        """
        flows = self.flows + _OTHER_FLOWS
        occurs = min(self.containing.get(stem, 0), self.flows)
        return math.log(1 + (flows - occurs + 0.5) / (occurs + 0.5)) / math.log(2 + 2 * flows)


class Reach(NamedTuple):
    """How near one term of the intake comes to a stem, 0..1."""

    similarity: float
    term: int


@dataclass(frozen=True)
class Intake:
    """A problem statement read once, to be scored against many flows.

    `terms` are what it says, each once, weighted like a flow's claims; `reached` holds by stem which of them come near
    it; `unknown` are the terms of no dictionary, which may be names or misspellings.
    """

    terms: Sequence[Claim]
    reached: Mapping[str, Sequence[Reach]]
    unknown: Sequence[int] = ()
    vectors: "IntakeVectors | None" = None


def describe_flow(
    *,
    flow_id: str,
    name: str,
    description: str = "",
    tags: Iterable[str] = (),
    keywords: Iterable[str] = (),
    symptoms: Iterable[str] = (),
    embedder: "Embedder | None" = None,
) -> FlowDocument:
    """Return what to store at publish; vectors are made of its `texts` later, or at once by an embedder given here."""
    title, sentences = spoken_name(name), split_sentences(description)
    head = ". ".join([title, *sentences[:_SENTENCES_CLAIMED]])
    named = {term.stem for term in read_terms(title)}
    claims = [replace(claim, named=claim.stem in named) for claim in claims_of(read_terms(head))][:_MOST_CLAIMS]
    claimed = {claim.stem for claim in claims}
    rest = ". ".join([*tags, *keywords, *sentences[_SENTENCES_CLAIMED:]])
    hints = [claim for claim in claims_of(read_terms(spoken_name(rest))) if claim.stem not in claimed]
    texts = (head, sentences[0] if sentences else "", *(claim.surface for claim in claims))
    vectors = None
    if embedder is not None:
        from firstline.matching.vectors import flow_vectors  # noqa: PLC0415  words alone need no numpy

        vectors = flow_vectors(embedder, texts)
    return FlowDocument(
        flow_id=flow_id,
        name=name,
        claims=tuple(claims),
        hints=tuple(hints[:_MOST_HINTS]),
        symptoms=tuple(filter(None, (claims_of(read_terms(symptom))[:_MOST_CLAIMS] for symptom in symptoms))),
        described=bool(sentences),
        vectors=vectors,
        texts=texts,
    )


def describe_opening(problem_statement: str, *, ticket: str, helpful: bool = True) -> Opening:
    return Opening(ticket, claims_of(read_terms(problem_statement))[:_MOST_CLAIMS], helpful=helpful)


def generality(stem: str, surface: str) -> float:
    """Return 0.2 for the commonest words up to 1 for rare and unknown ones, in the logarithm of the rank (Zipf)."""
    ranks = thesaurus().ranks
    known = [ranks[each] for each in (stem, *surface.split()) if each in ranks]
    rank = min(known, default=len(ranks)) + 1
    return min(1.0, max(0.2, (math.log10(rank) - 0.5) / (math.log10(len(ranks)) - 0.5)))


def claims_of(terms: Iterable[Term]) -> tuple[Claim, ...]:
    found: dict[str, Claim] = {}
    parts: set[str] = set()
    for term in terms:
        known = found.get(term.stem)
        denied = term.denied or (known is not None and known.denied)
        found[term.stem] = Claim(term.stem, term.surface, round(generality(term.stem, term.surface), 3), denied=denied)
        if " " in term.surface:
            parts.update(word for word in term.surface.split() if word != term.surface)
    return tuple(claim for claim in found.values() if claim.surface not in parts)


def _listed(claims: Iterable[Claim]) -> list[list[Any]]:
    return [[claim.stem, claim.surface, claim.weight, int(claim.denied), int(claim.named)] for claim in claims]


def _claimed(rows: Iterable[Sequence[Any]]) -> tuple[Claim, ...]:
    return tuple(_claim(*row) for row in rows)


@lru_cache(maxsize=8192)
def _claim(stem: str, surface: str, weight: float, denied: int, named: int) -> Claim:
    """Return the claim of a stored row; the candidates of an intake, and of the next one, share most of theirs."""
    return Claim(stem, surface, weight, denied=bool(denied), named=bool(named))
