"""What goes over the wire about flows that say the same."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel

from firstline.flows.schemas import VersionDetail
from firstline.matching.duplicates import Published
from firstline.matching.duplicates import SimilarFlow as Found
from firstline.paging import Page


class AnsweredQuestion(BaseModel):
    question: str
    answer: str


class ContradictingCures(BaseModel):
    """`path` is what both flows ask and are answered before they part."""

    path: list[AnsweredQuestion]
    cure: str
    other_cure: str


class SimilarFlow(BaseModel):
    """A published flow a person should look at; `score` is 1 for the same words, `reason` says why it is here."""

    flow_id: UUID
    flow_name: str
    version: int
    score: float
    duplicate: bool
    reason: str
    words: list[str]
    contradictions: list[ContradictingCures]

    @classmethod
    def of(cls, found: Found) -> Self:
        return cls(
            flow_id=found.flow_id,
            flow_name=found.name,
            version=found.version,
            score=round(found.similarity, 4),
            duplicate=found.is_duplicate,
            reason=found.reason,
            words=list(found.words),
            contradictions=[
                ContradictingCures(
                    path=[AnsweredQuestion(question=step.question, answer=step.answer) for step in each.path],
                    cure=each.cure,
                    other_cure=each.other_cure,
                )
                for each in found.contradictions
            ],
        )


def page_of_similar(found: list[Found]) -> Page[SimilarFlow]:
    """Return them all: only the nearest few are looked at."""
    return Page(items=[SimilarFlow.of(each) for each in found], next_cursor=None)


class PublishWarning(BaseModel):
    """A live flow that the published one repeats or contradicts."""

    flow_id: UUID
    flow_name: str
    score: float
    message: str


class PublishedVersion(VersionDetail):
    warnings: list[PublishWarning]

    @classmethod
    def of_published(cls, published: Published) -> Self:
        warnings = [
            PublishWarning(
                flow_id=each.flow_id, flow_name=each.name, score=round(each.similarity, 4), message=each.reason
            )
            for each in published.similar
        ]
        return cls.model_validate(VersionDetail.of(published.version).model_dump() | {"warnings": warnings})
