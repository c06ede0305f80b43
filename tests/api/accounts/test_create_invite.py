"""POST /v1/invites."""

from typing import Any
from uuid import uuid4

from firstline.db.models import AuditLog, Invite


def address() -> str:
    return f"new-{uuid4().hex[:8]}@example.com"


class TestCreateInvite:
    def test_opens_an_invite_and_mails_it(self, account: Any, cloud: Any) -> None:
        email = address()

        answer = account.as_("admin").post("/v1/invites", json={"email": email.upper(), "account_role": "engineer"})

        assert answer.status == 201
        assert answer.body == {
            "id": answer.body["id"],
            "email": email,
            "display_name": None,
            "account_role": "engineer",
            "team_id": None,
            "can_cover_l1": False,
            "invited_by": account.user_id("admin"),
            "created_at": answer.body["created_at"],
            "expires_at": answer.body["expires_at"],
            "accepted_at": None,
            "accepted_by": None,
            "revoked_at": None,
        }
        assert [invite.email for invite in account.rows(Invite)] == [email]
        assert len(account.rows(AuditLog, action="invite.created")) == 1
        cloud.idle()
        mails = [mail for mail in cloud.client().get("/_local/mail").body["items"] if email in str(mail)]
        assert len(mails) == 1
        assert "Northwind IT invites you to Firstline" in str(mails[0])

    def test_refuses_an_address_that_is_known_or_invited(self, account: Any) -> None:
        wanted = {"email": address(), "account_role": "viewer"}
        first = account.as_("admin").post("/v1/invites", json=wanted)

        again = account.as_("admin").post("/v1/invites", json=wanted)
        known = account.as_("admin").post("/v1/invites", json=wanted | {"email": account.users["viewer"]["email"]})

        assert (again.status, again.body["invite_id"]) == (409, first.body["id"])
        assert (known.status, known.body["title"]) == (409, "A user of the account has this address")

    def test_replaces_an_expired_invite(self, account: Any) -> None:
        wanted = {"email": address(), "account_role": "viewer"}
        account.as_("admin").post("/v1/invites", json=wanted)
        account.execute("UPDATE invites SET expires_at = now() - interval '1 minute' WHERE account_id = :account")

        assert account.as_("admin").post("/v1/invites", json=wanted).status == 201

    def test_needs_a_free_seat(self, account: Any) -> None:
        account.as_("owner").patch("/v1/accounts/me/subscription", json={"l1_seat_limit": 1})

        answer = account.as_("owner").post("/v1/invites", json={"email": address(), "account_role": "l1_tech"})

        assert (answer.status, answer.body["role"], answer.body["current"]) == (402, "l1_tech", 1)
        assert account.rows(Invite) == []

    def test_invites_no_owner_and_no_nonsense(self, account: Any) -> None:
        owner = account.as_("owner").post("/v1/invites", json={"email": address(), "account_role": "owner"})
        nonsense = account.as_("owner").post("/v1/invites", json={"email": "not an address", "account_role": "viewer"})

        assert (owner.status, owner.body["errors"][0]["location"]) == (422, ["body", "account_role"])
        assert (nonsense.status, nonsense.body["errors"][0]["location"]) == (422, ["body", "email"])
