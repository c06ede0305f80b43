"""The routes of this machine only: fresh accounts, signing in, waiting, mail and ticks."""

from typing import Any

import pytest


class TestAccounts:
    def test_come_with_one_person_per_role_who_can_use_the_product(self, cloud: Any) -> None:
        opened = cloud.client().post("/_local/accounts", {"name": "Northwind IT"})

        assert opened.status == 201
        assert list(opened.body) == ["account_id", "users"]
        assert list(opened.body["users"]) == ["owner", "admin", "engineer", "l1_tech", "viewer"]
        for role, user in opened.body["users"].items():
            me = cloud.client(user["token"]).get("/v1/me").body
            assert (me["id"], me["email"], me["account_role"]) == (user["id"], user["email"], role)
            assert me["account"]["id"] == opened.body["account_id"]

    def test_of_the_same_name_are_apart(self, cloud: Any) -> None:
        first, second = (cloud.client().post("/_local/accounts", {"name": "Northwind IT"}).body for _ in range(2))

        assert first["account_id"] != second["account_id"]
        assert first["users"]["owner"]["email"] != second["users"]["owner"]["email"]

    def test_come_with_tokens_of_those_who_shall_be_signed_in(self, cloud: Any) -> None:
        opened = cloud.client().post("/_local/accounts", {"name": "Northwind IT", "signed_in": ["admin"]})

        assert [role for role, user in opened.body["users"].items() if "token" in user] == ["admin"]

    def test_know_no_other_roles(self, cloud: Any) -> None:
        reply = cloud.client().post("/_local/accounts", {"name": "Northwind IT", "signed_in": ["boss"]})

        assert (reply.status, "owner, admin" in reply.body["detail"]) == (422, True)

    @pytest.mark.parametrize("body", [{}, {"name": " "}, {"name": 7}, [], "text"])
    def test_need_a_name(self, cloud: Any, body: Any) -> None:
        reply = cloud.client().post("/_local/accounts", body)

        assert (reply.status, reply.headers["content-type"]) == (422, "application/problem+json")


class TestSignIn:
    def test_gives_a_token_of_the_same_person(self, cloud: Any, account: Any) -> None:
        email = account.users["engineer"]["email"]

        reply = cloud.client().post("/_local/sign-in", {"email": email.upper()})

        assert reply.status == 200
        assert cloud.client(reply.body["token"]).get("/v1/me").body["email"] == email

    def test_with_another_password_than_the_first_is_refused(self, cloud: Any, account: Any) -> None:
        email = account.users["engineer"]["email"]
        cloud.sign_in(email)

        reply = cloud.client().post("/_local/sign-in", {"email": email, "password": "Another-1"})

        assert (reply.status, reply.body["detail"]) == (401, "That is not the password.")

    def test_of_somebody_who_is_no_user_yet_gives_a_token_that_opens_nothing(self, cloud: Any) -> None:
        token = cloud.client().post("/_local/sign-in", {"email": "new@example.com"}).body["token"]

        assert cloud.client(token).get("/v1/me").status == 401


class TestIdle:
    def test_answers_when_nothing_is_left_to_do(self, cloud: Any) -> None:
        reply = cloud.client().get("/_local/idle", timeout=10)

        assert reply.status == 200
        assert reply.body["idle"] is True
        assert set(reply.body.values()) == {0, True}

    def test_gives_up_while_a_message_is_unsent(self, cloud: Any, account: Any) -> None:
        account.execute(
            "INSERT INTO outbox (account_id, id, topic, payload, created_at, due_at)"
            " VALUES (:account, gen_random_uuid(), 'nobody.listens', '{}', now(), now())"
        )
        try:
            reply = cloud.client().get("/_local/idle", timeout=0)
        finally:
            account.execute("DELETE FROM outbox WHERE account_id = :account")

        assert (reply.status, reply.body["idle"], reply.body["outbox"]) == (504, False, 1)


class TestOthers:
    def test_mail_lists_what_was_sent(self, cloud: Any) -> None:
        ses = cloud.local.cloud.aws.client("ses")
        ses.send_email(
            Source="firstline@example.com",
            Destination={"ToAddresses": ["ada@example.com"]},
            Message={"Subject": {"Data": "A proposal waits"}, "Body": {"Text": {"Data": "…"}}},
        )

        mails = cloud.client().get("/_local/mail").body["items"]

        assert "A proposal waits" in [mail["subject"] for mail in mails]

    def test_unknown_paths_say_what_there_is(self, cloud: Any) -> None:
        reply = cloud.client().get("/_local/nothing")

        assert reply.status == 404
        assert "POST /_local/accounts" in reply.body["detail"]
