"""GET /v1/flow-proposals."""

from typing import Any

from firstline.db.models import Walk
from tests.faults.test_flywheel_delivery import send
from tests.walking import VPN_CALLS, begin, propose, resolve_call

PRINTER = "The office printer does not print, the job stays in the queue"


class TestListProposals:
    def test_lists_pending_ones_and_leaves_tracking_rows_out(self, account: Any) -> None:
        proposal = propose(account)

        listed = account.as_("engineer").get("/v1/flow-proposals")

        assert listed.status == 200
        assert listed.body == {"items": [proposal], "next_cursor": None}

    def test_puts_outcome_validated_ones_first(self, account: Any) -> None:
        first = propose(account)
        resolve_call(account.as_("l1_tech"), PRINTER)
        account.cloud.idle()
        technician = account.as_("l1_tech")
        begun = begin(technician, VPN_CALLS[1], flow_proposal_id=first["id"])
        _walk_draft(technician, begun)
        account.cloud.idle()

        listed = account.as_("engineer").get("/v1/flow-proposals").body["items"]

        assert [(row["id"] == first["id"], row["validated_by_outcome"]) for row in listed] == [
            (True, True),
            (False, False),
        ]

    def test_puts_what_saves_most_minutes_a_week_next(self, account: Any) -> None:
        """Two calls of half an hour come before three of ten minutes, whichever was proposed last."""
        technician = account.as_("l1_tech")
        for problem, times, minutes in ((PRINTER, 2, 30), (VPN_CALLS[0], 3, 10)):
            for _ in range(times):
                session_id = resolve_call(technician, problem)
                account.execute(
                    "UPDATE l1_walk_sessions SET started_at = resolved_at - make_interval(mins => :minutes)"
                    " WHERE account_id = :account AND id = :id",
                    minutes=minutes,
                    id=session_id,
                )
        account.execute("UPDATE l1_walk_sessions SET analysis_status = 'pending' WHERE account_id = :account")
        account.execute("DELETE FROM flow_proposals WHERE account_id = :account")
        for walk in account.rows(Walk):
            send(account, topic="session.resolved", session_id=str(walk.id), session_type="walk")
        account.cloud.idle()

        listed = account.as_("engineer").get("/v1/flow-proposals").body["items"]

        assert [(row["category"], round(row["impact"])) for row in listed] == [("printer", 30), ("vpn_connect", 15)]

    def test_pages_with_a_cursor_and_refuses_a_foreign_one(self, account: Any) -> None:
        propose(account)
        resolve_call(account.as_("l1_tech"), PRINTER)
        account.cloud.idle()
        engineer = account.as_("engineer")

        first = engineer.get("/v1/flow-proposals", limit=1).body
        second = engineer.get("/v1/flow-proposals", limit=1, cursor=first["next_cursor"]).body

        assert len({row["id"] for row in (*first["items"], *second["items"])}) == 2
        assert second["next_cursor"] is None
        assert engineer.get("/v1/flow-proposals", cursor="nonsense").status == 422

    def test_filters(self, account: Any) -> None:
        propose(account)
        engineer = account.as_("engineer")

        found = {
            wanted: len(engineer.get(f"/v1/flow-proposals?{wanted}").body["items"])
            for wanted in (
                "status=pending",
                "status=rejected",
                "type=new_flow",
                "type=branch_addition",
                "source=ai_realtime_l1",
                "domain=networking",
                "domain=printing",
            )
        }

        assert found == {
            "status=pending": 1,
            "status=rejected": 0,
            "type=new_flow": 1,
            "type=branch_addition": 0,
            "source=ai_realtime_l1": 1,
            "domain=networking": 1,
            "domain=printing": 0,
        }
        assert engineer.get("/v1/flow-proposals", status="nonsense").status == 422


def _walk_draft(technician: Any, begun: dict[str, Any]) -> None:
    """Walk the one way of a draft that was walked before, and resolve."""
    node = begun["node"]
    while node["node_type"] in ("question", "instruction"):
        given = {"answer": node["options"][0]["key"]} if node["node_type"] == "question" else {}
        answer = technician.post(f"/v1/l1/sessions/{begun['session_id']}/advance", {"node_id": node["id"], **given})
        assert answer.status == 200, answer
        node = answer.body["node"]
    resolved = technician.post(f"/v1/l1/sessions/{begun['session_id']}/resolve", {"helpful": True})
    assert resolved.status == 200, resolved
