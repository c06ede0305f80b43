"""Calls go on when the model fails or has cost enough for today."""

from typing import Any
from uuid import UUID

import pytest

from firstline.db.models import ModelSpend, Walk


class TestFailingModel:
    @pytest.mark.parametrize("status", [500, 429])
    def test_never_fails_an_intake(self, tech: Any, model: Any, status: int) -> None:
        """Section 14, line 15: the keyword table classifies, and the playbook asks."""
        model.status = status

        begun = tech.intake("The VPN does not connect")

        assert (begun["outcome"], begun["category"]) == ("build", "vpn_connect")
        assert begun["node"]["node_type"] == "question"
        assert UUID(begun["node"]["id"]).version == 4

    def test_hands_a_walk_under_way_to_the_playbook(self, tech: Any, model: Any) -> None:
        begun = tech.intake("The VPN does not connect")
        model.status = 500

        node = tech.step(begun["session_id"], begun["node"], "yes")

        assert node["node_type"] == "question"
        assert not node["text"].startswith("Question number")
        assert len(tech.session(begun["session_id"])["walked_path"]) == 1

    def test_that_answers_rubbish_twice_offers_escalation(self, tech: Any, model: Any) -> None:
        begun = tech.intake("The VPN does not connect")
        model.garbled = True

        node = tech.step(begun["session_id"], begun["node"], "yes")

        assert (node["node_type"], node["reason_category"]) == ("escalate", "generation_failed")
        assert UUID(node["id"]).version == 4
        assert model.nodes == 3

    def test_does_not_touch_published_flows(self, tech: Any, library: Any, model: Any) -> None:
        model.status = 500
        begun = tech.intake("Purple", flow_id=str(library.publish()))

        assert tech.step(begun["session_id"], begun["node"], "yes")["id"] == "picture"
        assert model.nodes == model.classifications == 0


class TestCosts:
    def test_are_kept_per_walk_and_per_day(self, tech: Any, account: Any) -> None:
        begun = tech.intake("The VPN does not connect")
        tech.step(begun["session_id"], begun["node"], "yes")

        usage = tech.session(begun["session_id"])["usage"]

        assert usage.pop("cost") > 0
        assert usage.pop("latency_ms") > 0
        assert usage == {"model_calls": 3, "tokens_in": 300, "tokens_out": 60, "provider": "openai"}
        [spend] = account.rows(ModelSpend)
        assert spend.model_calls == 3
        assert spend.cost > 0


class TestSpentBudget:
    def test_answers_out_of_scope_with_the_reason(self, tech: Any, model: Any, account: Any) -> None:
        spend_all(account)

        answer = tech.intake("The VPN does not connect")

        assert answer == {
            "outcome": "out_of_scope",
            "category": "vpn_connect",
            "can_adhoc": True,
            "can_escalate": True,
            "reason": "budget_spent",
        }
        assert account.rows(Walk) == []
        assert model.nodes == model.classifications == 0

    def test_offers_escalation_in_the_middle_of_a_walk(self, tech: Any, model: Any, account: Any) -> None:
        begun = tech.intake("The VPN does not connect")
        spend_all(account)

        node = tech.step(begun["session_id"], begun["node"], "yes")

        assert (node["node_type"], node["reason_category"]) == ("escalate", "budget_spent")
        assert model.nodes == 1

    def test_leaves_published_flows_alone(self, tech: Any, library: Any, account: Any) -> None:
        spend_all(account)

        assert tech.intake("Purple", flow_id=str(library.publish()))["outcome"] == "matched"


def spend_all(account: Any) -> None:
    account.execute(
        """INSERT INTO model_spend (account_id, day, cost, model_calls)
        VALUES (:account, (now() AT TIME ZONE 'UTC')::date, 1000, 1)
        ON CONFLICT (account_id, day) DO UPDATE SET cost = 1000"""
    )
