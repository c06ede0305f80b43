"""PATCH /v1/accounts/me."""

from typing import Any

import pytest

from firstline.db.models import Account, AuditLog


class TestUpdateAccount:
    def test_renames_the_account_and_leaves_the_rest(self, account: Any) -> None:
        answer = account.as_("owner").patch("/v1/accounts/me", json={"name": "Northwind Support"})

        assert (answer.status, answer.body["name"]) == (200, "Northwind Support")
        assert answer.body["escalation_recipients"] is None
        assert account.rows(Account)[0].name == "Northwind Support"
        (deed,) = account.rows(AuditLog, action="account.updated")
        assert deed.details == {"before": {"name": "Northwind IT"}, "after": {"name": "Northwind Support"}}

    def test_keeps_chosen_recipients_and_drops_ids_of_other_accounts(self, account: Any) -> None:
        foreign = account.other().user_id("engineer")
        mine = account.user_id("engineer")

        answer = account.as_("admin").patch("/v1/accounts/me", json={"escalation_recipients": [foreign, mine]})

        assert (answer.status, answer.body["escalation_recipients"]) == (200, [mine])
        assert account.rows(Account)[0].escalation_recipients == [mine]

    @pytest.mark.parametrize("chosen", [[], None])
    def test_tells_nobody_from_the_defaults(self, account: Any, chosen: list[str] | None) -> None:
        account.as_("admin").patch("/v1/accounts/me", json={"escalation_recipients": [account.user_id("owner")]})

        answer = account.as_("admin").patch("/v1/accounts/me", json={"escalation_recipients": chosen})

        assert (answer.status, answer.body["escalation_recipients"]) == (200, chosen)
        assert account.rows(Account)[0].escalation_recipients == chosen

    def test_does_not_take_a_list_of_strangers_for_nobody(self, account: Any) -> None:
        foreign = account.other().user_id("engineer")

        answer = account.as_("admin").patch("/v1/accounts/me", json={"escalation_recipients": [foreign]})

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["body", "escalation_recipients"])
        assert account.rows(Account)[0].escalation_recipients is None

    def test_refuses_what_it_does_not_know(self, account: Any) -> None:
        answer = account.as_("owner").patch("/v1/accounts/me", json={"plan": "gold"})

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["body", "plan"])
