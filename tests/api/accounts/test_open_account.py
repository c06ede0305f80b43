"""POST /v1/accounts."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.db.models import Account, AuditLog, User


class TestOpenAccount:
    def test_makes_the_signed_in_person_owner_of_a_new_account(self, cloud: Any, sign_up: Callable[..., Any]) -> None:
        stranger = sign_up()

        answer = stranger.client.post("/v1/accounts", json={"name": "  Fabrikam IT "})

        assert answer.status == 201, answer
        assert answer.body["email"] == stranger.email
        assert answer.body["account_role"] == "owner"
        assert answer.body["account"]["name"] == "Fabrikam IT"
        assert len(answer.body["account"]["l1_categories"]) == 10
        assert stranger.client.get("/v1/me").body == answer.body
        account_id = UUID(answer.body["account"]["id"])
        with Session(cloud.owner) as db:
            assert db.scalars(select(Account.name).where(Account.id == account_id)).one() == "Fabrikam IT"
            user = db.scalars(select(User).where(User.account_id == account_id)).one()
            assert (str(user.id), user.identity_sub) == (answer.body["id"], stranger.subject)
            deeds = db.scalars(select(AuditLog.action).where(AuditLog.account_id == account_id)).all()
            assert deeds == ["account.opened"]

    def test_refuses_somebody_who_has_an_account(self, account: Any) -> None:
        answer = account.as_("viewer").post("/v1/accounts", json={"name": "Another"})

        assert (answer.status, answer.body["title"]) == (409, "The person already belongs to an account")

    def test_refuses_an_address_nobody_has_verified(self, sign_up: Callable[..., Any]) -> None:
        answer = sign_up(verified=False).client.post("/v1/accounts", json={"name": "Fabrikam IT"})

        assert (answer.status, answer.body["title"]) == (403, "The e-mail address is not verified")

    def test_wants_a_name(self, sign_up: Callable[..., Any]) -> None:
        answer = sign_up().client.post("/v1/accounts", json={"name": "   "})

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["body", "name"])
