"""The schedule that proposes to ask questions in another order."""

from typing import Any
from uuid import UUID

import pytest

from firstline.db.models import Proposal
from firstline.flows.rules import Graph
from tests.api.analytics.conftest import QUESTIONS, graph

ENDED_AT = {"cable": 0.02, "power": 0.08, "driver": 0.9}  # of those who are asked, who is helped there


class Library:
    """A flow whose last question helps most callers."""

    def __init__(self, account: Any) -> None:
        self.account = account
        made = account.as_("owner").post(
            "/v1/flows/import",
            {"format": "firstline", "document": {"name": "Printer is dead", "graph": graph()}, "publish": True},
        )
        assert made.status == 201, made
        self.flow_id = made.body["flow_id"]
        self.published(days_ago=30)

    def published(self, days_ago: int) -> None:
        self.account.execute(
            "UPDATE tree_versions SET published_at = now() - :days * interval '1 day' WHERE account_id = :account",
            days=days_ago,
        )

    def walked(self, walks: int) -> None:
        asked = float(walks)
        for question in QUESTIONS:
            helped = round(asked * ENDED_AT[question])
            self._count(question, "no", helped)
            self._count(question, "yes", round(asked) - helped)
            asked -= helped
        self.account.execute(
            "INSERT INTO l1_walk_sessions (account_id, id, created_by_user_id, ticket_id, ticket_kind, session_kind,"
            " flow_id, status, helpful, analysis_status, started_at, last_step_at, resolved_at)"
            " SELECT :account, gen_random_uuid(), :user, n::text, 'internal', 'flow', :flow, 'resolved', true,"
            " 'completed', now() - interval '1 day', now() - interval '1 day', now() - interval '1 day'"
            " FROM generate_series(1, :walks) n",
            user=UUID(self.account.user_id("l1_tech")),
            flow=UUID(self.flow_id),
            walks=walks,
        )

    def _count(self, node: str, answer: str, count: int) -> None:
        self.account.execute(
            "INSERT INTO edge_statistics (account_id, flow_id, node_id, answer, day, resolved)"
            " VALUES (:account, :flow, :node, :answer, date_trunc('day', now(), 'UTC') - interval '1 day', :count)",
            flow=UUID(self.flow_id),
            node=node,
            answer=answer,
            count=count,
        )

    def propose(self) -> list[Proposal]:
        assert self.account.cloud.tick("propose_reorderings")["failed_accounts"] == 0
        return list(self.account.rows(Proposal))


@pytest.fixture
def library(account: Any) -> Library:
    return Library(account)


class TestProposeReorderings:
    def test_offers_the_order_that_asks_fewest_questions_as_an_enhancement(self, library: Library) -> None:
        library.walked(60)

        [proposal] = library.propose()

        assert (proposal.proposal_type, proposal.status) == ("enhancement", "pending")
        assert str(proposal.target_flow_id) == library.flow_id
        assert "Is the driver in order?" in proposal.title
        assert proposal.proposed_flow_data["root"] == "driver"
        assert Graph.from_document(proposal.proposed_flow_data).root == "driver"
        assert proposal.proposed_diff is not None
        evidence = proposal.proposed_diff["evidence"]
        assert evidence["walks"] == 60
        assert evidence["saved_share"] >= 0.2
        assert evidence["expected_questions_then"] < evidence["expected_questions_now"]

    def test_offers_it_once_however_often_it_looks(self, library: Library) -> None:
        library.walked(60)

        assert [len(library.propose()) for _ in range(3)] == [1, 1, 1]

    def test_waits_for_thirty_walks(self, library: Library) -> None:
        library.walked(29)

        assert library.propose() == []

    def test_counts_no_walks_of_an_older_version(self, library: Library) -> None:
        library.walked(60)
        library.published(days_ago=0)

        assert library.propose() == []

    def test_is_told_to_those_who_review(self, library: Library) -> None:
        library.walked(60)
        library.propose()

        events = [row["event"] for row in library.account.outbox("event.happened")]
        assert "proposal.pending" in events

    def test_can_be_taken_by_the_reviewer_as_it_is(self, library: Library) -> None:
        library.walked(60)
        [proposal] = library.propose()
        admin = library.account.as_("admin")
        shown = admin.get(f"/v1/flow-proposals/{proposal.id}").body

        said = {"action": "modify", "edited": {"graph": shown["suggested_edit"]}}
        answer = admin.post(f"/v1/flow-proposals/{proposal.id}/review", said)

        assert answer.status == 200, answer
        live = admin.get(f"/v1/flows/{library.flow_id}").body
        assert live["live_version"] == 2
        assert library.propose()[0].status == "modified"
