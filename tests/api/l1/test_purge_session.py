"""DELETE /v1/l1/sessions/{session_id}."""

from typing import Any
from uuid import uuid4

import pytest

from firstline.db.models import AuditLog, Proposal, Ticket, Walk
from tests.walking import VPN_CALLS, propose


class TestPurgeSession:
    def test_deletes_the_walk_its_ticket_and_a_proposal_nothing_else_stands_behind(self, account: Any) -> None:
        proposal = propose(account)
        (walk,) = account.rows(Walk)

        answer = account.as_("admin").delete(f"/v1/l1/sessions/{walk.id}")

        assert (answer.status, answer.body) == (204, "")
        assert [account.rows(table) for table in (Walk, Ticket, Proposal)] == [[], [], []]
        (entry,) = account.rows(AuditLog, action="walk.purged")
        assert entry.resource_id == str(walk.id)
        assert account.as_("admin").get(f"/v1/flow-proposals/{proposal['id']}").status == 404

    def test_hands_a_proposal_over_to_its_next_session_and_takes_the_words_out(self, account: Any) -> None:
        proposal = propose(account, [f"{VPN_CALLS[0]} at the Blackwood site", VPN_CALLS[1]])
        before = account.as_("admin").get(f"/v1/flow-proposals/{proposal['id']}").body

        answer = account.as_("admin").delete(f"/v1/l1/sessions/{before['l1_session_id']}")

        assert answer.status == 204
        after = account.as_("admin").get(f"/v1/flow-proposals/{proposal['id']}").body
        (left,) = after["supporting_session_ids"]
        assert left != before["l1_session_id"]
        assert (after["l1_session_id"], after["supporting_session_count"]) == (left, 1)
        assert before["l1_session_id"] not in str(after)
        assert "Blackwood" not in str(after)

    def test_an_unknown_or_foreign_walk_is_not_found(self, account: Any) -> None:
        propose(account)
        (walk,) = account.rows(Walk)

        assert account.other().as_("owner").delete(f"/v1/l1/sessions/{walk.id}").status == 404
        assert account.as_("owner").delete(f"/v1/l1/sessions/{uuid4()}").status == 404
        assert len(account.rows(Walk)) == 1

    @pytest.mark.parametrize("role", ["engineer", "l1_tech", "viewer"])
    def test_is_for_those_who_manage_the_account(self, account: Any, role: str) -> None:
        assert account.as_(role).delete(f"/v1/l1/sessions/{uuid4()}").status == 403
