"""Where callers get stuck in a published flow: plain numbers per node, from the statistics of its ways."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firstline.db.models import EdgeStatistic
from firstline.flows.rules import Graph, NodeType
from firstline.flows.statistics import UNSURE

EXPECTED = 0.1  # of the callers asked; nine of ten are expected to get past a step
_WEIGHT = 10  # walks' worth of that expectation
FAILING = 2 * EXPECTED


@dataclass(frozen=True, slots=True)
class Sticking:
    """How walks fared that came to a node: how many, and how many could not tell, gave up there, or were not helped."""

    walks: int = 0
    unsure: int = 0
    given_up: int = 0  # escalated or abandoned at this very node
    failed: int = 0
    escalated: int = 0
    abandoned: int = 0

    def is_failing(self, node_type: NodeType) -> bool:
        """Tell whether more callers get stuck than may be: expected is one in ten, failing from two in ten on.

        The share is the mean of a Beta distribution that begins with ten walks as expected. At a question those count
        who could not answer or gave up there; a step to do and a cure are judged by how the calls ended.
        """
        stuck = self.unsure + self.given_up
        if node_type is not NodeType.DECISION:
            stuck = self.failed + self.escalated + self.abandoned
        return (stuck + EXPECTED * _WEIGHT) / (self.walks + _WEIGHT) >= FAILING


def count_sticking(db: Session, *, account_id: UUID, flow_id: UUID, graph: Graph) -> dict[str, Sticking]:
    """Return how walks fared per node of a flow; a cure is judged by the ways that lead to it."""
    ways = _ways(db, account_id, flow_id)
    found: dict[str, Sticking] = {}
    for node in graph.nodes:
        if node.type.is_end:
            led = [
                (edge.source, edge.condition.key if edge.condition else "")
                for edge in graph.edges
                if edge.target == node.id
            ]
            given_up = ways.get((node.id, ""), Sticking()).given_up
            found[node.id] = replace(_summed(ways[way] for way in led if way in ways), given_up=given_up)
        else:
            found[node.id] = _summed(way for (node_id, _), way in ways.items() if node_id == node.id)
        if node.type is NodeType.ACTION:  # done and given up are counted on the same way
            found[node.id] = replace(found[node.id], given_up=0)
    return {node_id: sticking for node_id, sticking in found.items() if sticking.walks}


def find_failing(db: Session, *, account_id: UUID, flow_id: UUID, graph: Graph) -> frozenset[str]:
    """Return the nodes of a flow that callers get stuck on more than may be."""
    found = count_sticking(db, account_id=account_id, flow_id=flow_id, graph=graph)
    return frozenset(node_id for node_id, one in found.items() if one.is_failing(graph.by_id[node_id].type))


def _ways(db: Session, account_id: UUID, flow_id: UUID) -> dict[tuple[str, str], Sticking]:
    row = EdgeStatistic
    counted = (row.resolved, row.failed, row.escalated, row.abandoned, row.unsure)
    rows = db.execute(
        select(row.node_id, row.answer, *(func.sum(column) for column in counted))
        .where(row.account_id == account_id, row.flow_id == flow_id)
        .group_by(row.node_id, row.answer)
    )
    return {(node_id, answer): _sticking(answer, *map(int, counts)) for node_id, answer, *counts in rows}


def _sticking(answer: str, resolved: int, failed: int, escalated: int, abandoned: int, unsure: int) -> Sticking:
    return Sticking(
        walks=resolved + failed + escalated + abandoned,
        unsure=unsure if answer == UNSURE else 0,
        given_up=escalated + abandoned if not answer else 0,
        failed=failed,
        escalated=escalated,
        abandoned=abandoned,
    )


def _summed(found: Iterable[Sticking]) -> Sticking:
    total = [0] * 6
    for one in found:
        counts = (one.walks, one.unsure, one.given_up, one.failed, one.escalated, one.abandoned)
        total = [before + count for before, count in zip(total, counts, strict=True)]
    return Sticking(*total)
