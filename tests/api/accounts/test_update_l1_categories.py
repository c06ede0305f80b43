"""PATCH /v1/accounts/me/l1-categories."""

from typing import Any

import pytest

from firstline.db.models import Account, AuditLog

PATH = "/v1/accounts/me/l1-categories"


class TestUpdateL1Categories:
    def test_replaces_what_is_on_and_audits_it(self, account: Any) -> None:
        answer = account.as_("admin").patch(PATH, json={"enabled": ["vpn_connect", "printer", "printer"]})

        assert (answer.status, answer.body["enabled"]) == (200, ["printer", "vpn_connect"])
        assert len(answer.body["available"]) == 10
        assert account.rows(Account)[0].l1_categories == ["printer", "vpn_connect"]
        (deed,) = account.rows(AuditLog, action="account.categories_changed")
        assert (deed.action, str(deed.user_id)) == ("account.categories_changed", account.user_id("admin"))
        assert (len(deed.details["before"]), deed.details["after"]) == (10, ["printer", "vpn_connect"])

    def test_turns_building_off_with_an_empty_list(self, account: Any) -> None:
        answer = account.as_("owner").patch(PATH, json={"enabled": []})

        assert (answer.status, answer.body["enabled"]) == (200, [])
        assert account.as_("l1_tech").get("/v1/me").body["account"]["l1_categories"] == []

    def test_refuses_an_unknown_category(self, account: Any) -> None:
        answer = account.as_("owner").patch(PATH, json={"enabled": ["printer", "registry"]})

        assert (answer.status, answer.body["errors"][0]["location"]) == (422, ["body", "enabled", "1"])
        assert len(account.rows(Account)[0].l1_categories) == 10

    @pytest.mark.parametrize("role", ["engineer", "l1_tech", "viewer"])
    def test_needs_the_same_gate_to_read_as_to_write(self, account: Any, role: str) -> None:
        """Line 7 of the list of defects that must never appear."""
        read, written = account.as_(role).get(PATH), account.as_(role).patch(PATH, json={"enabled": []})

        assert (read.status, written.status) == (403, 403)
        assert len(account.rows(Account)[0].l1_categories) == 10
