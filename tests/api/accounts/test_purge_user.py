"""DELETE /v1/users/{user_id}/data."""

from typing import Any

from firstline.db.models import AuditLog, Proposal, User, Walk
from tests.walking import VPN_CALLS, propose, resolve_call


class TestPurgeUser:
    def test_succeeds_with_everything_that_refers_to_the_person(self, account: Any) -> None:
        propose(account)
        technician = account.user_id("l1_tech")

        answer = account.as_("owner").delete(f"/v1/users/{technician}/data")

        assert (answer.status, answer.body) == (204, "")
        assert [row.account_role for row in account.rows(User) if str(row.id) == technician] == []
        assert (account.rows(Walk), account.rows(Proposal)) == ([], [])
        assert all(str(entry.user_id) != technician for entry in account.rows(AuditLog))
        assert account.as_("l1_tech").get("/v1/me").status == 401

    def test_leaves_a_proposal_that_others_stand_behind(self, account: Any) -> None:
        proposal = propose(account)
        resolve_call(account.as_("admin"), VPN_CALLS[1])
        account.cloud.idle()

        answer = account.as_("owner").delete(f"/v1/users/{account.user_id('l1_tech')}/data")

        assert answer.status == 204
        (left,) = account.rows(Proposal)
        assert str(left.id) == proposal["id"]
        (walk,) = account.rows(Walk)
        assert (left.l1_session_id, left.supporting_session_ids) == (walk.id, [str(walk.id)])

    def test_of_the_owner_is_refused(self, account: Any) -> None:
        answer = account.as_("admin").delete(f"/v1/users/{account.user_id('owner')}/data")

        assert (answer.status, answer.body["type"].rsplit("/", 1)[1]) == (409, "owner-stays")
        assert len(account.rows(User)) == 5
