"""GET /v1/flow-proposals/stats."""

from typing import Any

from tests.walking import propose


class TestGetProposalStats:
    def test_counts_by_status_and_type(self, account: Any) -> None:
        proposal = propose(account)

        stats = account.as_("engineer").get("/v1/flow-proposals/stats")

        assert stats.status == 200
        assert stats.body == {
            "by_status": {"pending": 1},
            "pending_by_type": {"new_flow": 1},
            "pending_validated": 0,
            "oldest_pending_at": proposal["created_at"],
            "median_hours_to_review": None,
        }
