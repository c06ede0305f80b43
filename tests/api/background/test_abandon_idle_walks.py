"""The schedule that ends walks nobody came back to."""

from typing import Any

from firstline.db.models import Ticket, Walk


class TestAbandonIdleWalks:
    def test_ends_them_in_every_account(self, cloud: Any, account: Any) -> None:
        accounts = [account, account.other()]
        for one in accounts:
            for _ in range(2):
                one.as_("l1_tech").post("/v1/l1/intake", {"problem_statement": "No network", "adhoc": True})
            one.execute(
                """UPDATE l1_walk_sessions SET last_step_at = now() - interval '25 hours' WHERE id =
                (SELECT id FROM l1_walk_sessions WHERE account_id = :account ORDER BY started_at LIMIT 1)"""
            )

        result = cloud.tick("abandon_idle_walks")

        assert result["failed_accounts"] == 0
        assert result["done"] >= 2
        for one in accounts:
            assert sorted(walk.status for walk in one.rows(Walk)) == ["abandoned", "active"]
            assert sorted(ticket.status for ticket in one.rows(Ticket)) == ["open", "walking"]
