"""GET /v1/flow-proposals/{proposal_id}/replay."""

from typing import Any

from tests.walking import VPN_CALLS, propose


class TestReplayProposal:
    def test_every_walk_it_was_made_of_ends_in_it_as_it_did(self, account: Any) -> None:
        proposal = propose(account, VPN_CALLS)

        trial = account.as_("engineer").get(f"/v1/flow-proposals/{proposal['id']}/replay")

        assert trial.status == 200
        assert trial.body == {
            "walks": 3,
            "truncated": False,
            "results": {"same_end": 3, "shorter": 0, "longer": 0, "dead_end": 0, "other_end": 0},
            "differing": [],
        }

    def test_shows_the_walks_a_changed_graph_would_strand(self, account: Any) -> None:
        proposal = propose(account)
        account.execute(
            "UPDATE flow_proposals SET proposed_flow_data ="
            " jsonb_set(proposed_flow_data, '{edges}', '[]') WHERE account_id = :account"
        )

        trial = account.as_("engineer").get(f"/v1/flow-proposals/{proposal['id']}/replay").body

        assert trial["results"]["dead_end"] == 1
        (walk,) = trial["differing"]
        assert (walk["session_id"], walk["problem"]) == (proposal_source(account, proposal), VPN_CALLS[0])
        assert len(walk["path"]) == 1

    def test_another_accounts_is_not_found(self, account: Any) -> None:
        proposal = propose(account)

        assert account.other().as_("owner").get(f"/v1/flow-proposals/{proposal['id']}/replay").status == 404


def proposal_source(account: Any, proposal: dict[str, Any]) -> str:
    detail = account.as_("engineer").get(f"/v1/flow-proposals/{proposal['id']}").body
    return str(detail["l1_session_id"])
