"""What the tests of the L1 surface start from: a technician, published flows, drafts, and walks begun."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from firstline.clock import now
from firstline.db.models import Flow, FlowVersion, Proposal, Walk
from firstline.flows.queries import find_live
from firstline.matching.service import find_matches, index_flow, index_proposal

VPN_PROBLEM = "The caller cannot connect to the VPN from home since this morning"
PROJECTOR = "The projector in the meeting room shows a purple picture"

GRAPH: dict[str, Any] = {
    "root": "cable",
    "nodes": [
        {"id": "cable", "type": "decision", "text": "Is the picture cable firmly in?", "help": "Push both plugs in."},
        {"id": "reseat", "type": "action", "text": "Take the cable out and put it back in."},
        {"id": "picture", "type": "decision", "text": "Is the picture still purple?", "help": "Look at a white page."},
        {"id": "cured", "type": "solution", "text": "The cable was loose."},
        {"id": "lamp", "type": "escalate", "text": "The lamp is worn out.", "reason_category": "hardware"},
    ],
    "edges": [
        {"from": "cable", "to": "picture", "condition": {"key": "yes", "label": "Firmly in"}},
        {"from": "cable", "to": "reseat", "condition": {"key": "no", "label": "Loose"}},
        {"from": "reseat", "to": "cured"},
        {"from": "picture", "to": "lamp", "condition": {"key": "yes", "label": "Still purple"}},
        {"from": "picture", "to": "cured", "condition": {"key": "no", "label": "Normal"}},
    ],
}


class Library:
    """Flows and proposals of a test's account, stored as publishing and the flywheel would."""

    def __init__(self, account: Any) -> None:
        self._account = account

    def publish(
        self,
        name: str = "Projector shows a purple picture",
        *,
        graph: dict[str, Any] | None = None,
        category: str | None = None,
        keywords: tuple[str, ...] = ("projector", "purple", "picture"),
    ) -> UUID:
        graph, flow_id, at = graph or GRAPH, uuid4(), now()
        with Session(self._account.cloud.owner) as db:
            db.add(
                Flow(
                    account_id=self._account.id,
                    id=flow_id,
                    name=name,
                    category=category,
                    tags=[],
                    match_keywords=list(keywords),
                    draft=graph,
                    draft_of=1,
                    live_version=1,
                    created_at=at,
                    updated_at=at,
                )
            )
            db.flush()
            db.add(
                FlowVersion(
                    account_id=self._account.id,
                    id=uuid4(),
                    tree_id=flow_id,
                    version=1,
                    name=name,
                    graph=graph,
                    published_at=at,
                )
            )
            db.flush()
            live = find_live(db, self._account.id, flow_id)
            assert live is not None
            index_flow(db, live, at=at)
            db.commit()
        return flow_id

    def propose(
        self, title: str = "Projector shows a purple picture", *, validated: bool = False, status: str = "pending"
    ) -> UUID:
        """Store a proposal that grew from an ad-hoc walk, with the graph above as its draft."""
        proposal_id, at = uuid4(), now()
        begun = self._account.as_("l1_tech").post(
            "/v1/l1/intake", {"problem_statement": "Something else", "adhoc": True}
        )
        with Session(self._account.cloud.owner) as db:
            db.add(
                Proposal(
                    account_id=self._account.id,
                    id=proposal_id,
                    l1_session_id=UUID(begun.body["session_id"]),
                    proposal_type="new_flow",
                    title=title,
                    proposed_flow_data=GRAPH,
                    supporting_session_ids=[begun.body["session_id"]],
                    status=status,
                    source="ai_realtime_l1",
                    validated_by_outcome=validated,
                    created_at=at,
                    supported_at=at,
                )
            )
            if validated:
                index_proposal(
                    db,
                    account_id=self._account.id,
                    proposal_id=proposal_id,
                    title=title,
                    description="",
                    keywords=("projector", "purple", "picture"),
                    symptoms=(),
                    at=at,
                )
            db.commit()
        return proposal_id


class Technician:
    """One technician at work; each method is a request that is expected to succeed."""

    def __init__(self, account: Any, role: str = "l1_tech") -> None:
        self.account = account
        self.http = account.as_(role)

    def intake(self, problem: str = VPN_PROBLEM, **choice: Any) -> dict[str, Any]:
        answer = self.http.post("/v1/l1/intake", {"problem_statement": problem, **choice})
        assert answer.status == 200, answer
        return dict(answer.body)

    def call(self, method: str, session_id: str, deed: str = "", body: Any = None) -> Any:
        return self.http.call(method, f"/v1/l1/sessions/{session_id}{deed}", body)

    def advance(
        self, session_id: str, node: dict[str, Any] | None = None, answer: str | None = None, **more: Any
    ) -> Any:
        body = {"node_id": node["id"] if node else None, "answer": answer, **more}
        return self.call("POST", session_id, "/advance", {name: value for name, value in body.items() if value})

    def step(self, session_id: str, node: dict[str, Any], answer: str | None = None, **more: Any) -> dict[str, Any]:
        """Answer a node, by its first option where nothing else is said, and return the next."""
        if answer is None and "said" not in more and node["node_type"] == "question":
            answer = node["options"][0]["key"]
        answered = self.advance(session_id, node, answer, **more)
        assert answered.status == 200, answered
        return dict(answered.body["node"])

    def session(self, session_id: str) -> dict[str, Any]:
        return dict(self.call("GET", session_id).body)

    def stored(self, session_id: str) -> Walk:
        found: list[Walk] = self.account.rows(Walk, id=UUID(session_id))
        return found[0]


@pytest.fixture
def tech(account: Any) -> Iterator[Technician]:
    yield Technician(account)
    for client in account.cloud._clients:
        client.close()  # the server holds a hundred connections, and a test opens several


@pytest.fixture
def library(account: Any) -> Library:
    return Library(account)


@dataclass(frozen=True)
class NearMiss:
    """A flow and a problem it scores between suggesting and matching for."""

    flow_id: UUID
    problem: str


@pytest.fixture
def near_miss(account: Any, library: Library) -> NearMiss:
    """Find a problem in the band by adding foreign words to one that matches."""
    flow_id = library.publish("VPN does not connect from home", keywords=("vpn",))
    words = ["vpn", "since", "the", "new", "phone", "line", "caller", "heard", "a", "click", "and", "speaker"]
    with Session(account.cloud.owner) as db:
        for problem in (" ".join(start + words[:count]) for start in _OPENINGS for count in range(1, len(words))):
            found = find_matches(db, account_id=account.id, problem_statement=problem).flows
            if found and 0.60 <= found[0].score < 0.75:
                return NearMiss(flow_id, problem)
    pytest.fail("no wording scores between 0.60 and 0.75")


_OPENINGS: list[list[str]] = [[], ["home"], ["connect"], ["not", "connect"], ["connect", "from", "home"], ["tunnel"]]


@pytest.fixture
def graph() -> dict[str, Any]:
    """A copy of the graph above, to be changed."""
    return deepcopy(GRAPH)
