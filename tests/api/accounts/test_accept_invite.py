"""POST /v1/invites/accept, and what first sight of an invited address does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from firstline.db.models import AuditLog, Invite, User


def invite(account: Any, email: str, **wanted: Any) -> Any:
    answer = account.as_("owner").post("/v1/invites", json={"email": email, "account_role": "engineer", **wanted})
    assert answer.status == 201, answer
    return answer.body


class TestAcceptInvite:
    def test_makes_the_invited_person_a_user_in_the_invites_role(
        self, account: Any, sign_up: Callable[..., Any]
    ) -> None:
        stranger = sign_up()
        invite(account, stranger.email, display_name="Erin Lee", can_cover_l1=True)

        answer = stranger.client.post("/v1/invites/accept")

        assert answer.status == 200, answer
        assert (answer.body["account_role"], answer.body["display_name"]) == ("engineer", "Erin Lee")
        assert (answer.body["account"]["id"], answer.body["can_cover_l1"]) == (str(account.id), True)
        (user,) = account.rows(User, email=stranger.email)
        assert user.identity_sub == stranger.subject
        (stored,) = account.rows(Invite)
        assert (stored.accepted_by, stored.accepted_at is not None) == (user.id, True)
        assert [deed.user_id for deed in account.rows(AuditLog, action="invite.accepted")] == [user.id]

    def test_happens_by_itself_at_the_first_sight_of_the_address(
        self, account: Any, sign_up: Callable[..., Any]
    ) -> None:
        stranger = sign_up()
        invite(account, stranger.email, account_role="l1_tech")

        answer = stranger.client.get("/v1/me")

        assert (answer.status, answer.body["account_role"]) == (200, "l1_tech")
        assert stranger.client.get("/v1/teams").status == 200

    def test_needs_the_address_to_be_verified(self, account: Any, sign_up: Callable[..., Any]) -> None:
        stranger = sign_up(verified=False)
        invite(account, stranger.email)

        assert stranger.client.post("/v1/invites/accept").status == 403
        assert stranger.client.get("/v1/me").status == 401
        assert account.rows(User, email=stranger.email) == []

    def test_finds_no_invite_that_is_missing_or_expired(self, account: Any, sign_up: Callable[..., Any]) -> None:
        stranger, late = sign_up(), sign_up()
        invite(account, late.email)
        account.execute("UPDATE invites SET expires_at = now() - interval '1 minute' WHERE account_id = :account")

        assert stranger.client.post("/v1/invites/accept").status == 404
        assert late.client.post("/v1/invites/accept").status == 404

    def test_keeps_who_belongs_to_an_account_already(self, account: Any) -> None:
        other = account.other()
        invite(other, account.users["viewer"]["email"])

        answer = account.as_("viewer").post("/v1/invites/accept")

        assert (answer.status, answer.body["title"]) == (409, "The person already belongs to an account")
        assert account.as_("viewer").get("/v1/me").body["account"]["id"] == str(account.id)
        assert other.rows(User, email=account.users["viewer"]["email"]) == []

    @pytest.mark.parametrize("attempt", range(3))
    def test_gives_the_last_seat_to_one_of_two_at_once(
        self, account: Any, sign_up: Callable[..., Any], attempt: int
    ) -> None:
        strangers = [sign_up() for _ in range(4)]
        for stranger in strangers:
            invite(account, stranger.email)
        account.as_("owner").patch("/v1/accounts/me/subscription", json={"seat_limit": 2})

        with ThreadPoolExecutor(len(strangers)) as together:
            answers = list(together.map(lambda stranger: stranger.client.post("/v1/invites/accept"), strangers))

        assert sorted(answer.status for answer in answers) == [200, 402, 402, 402], attempt
        assert len(account.rows(User, account_role="engineer")) == 2

    def test_makes_one_user_of_one_person_who_comes_twice_at_once(
        self, account: Any, cloud: Any, sign_up: Callable[..., Any]
    ) -> None:
        stranger = sign_up()
        invite(account, stranger.email)
        clients = [cloud.client(stranger.client._token) for _ in range(4)]

        with ThreadPoolExecutor(len(clients)) as together:
            answers = list(together.map(lambda client: client.get("/v1/me"), clients))

        assert {answer.status for answer in answers} == {200}
        assert len(account.rows(User, email=stranger.email)) == 1
