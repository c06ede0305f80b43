"""The demo account: what a first start loads, and that later starts leave it alone."""

import json
from collections import Counter
from typing import Any

import pytest

from infra.local import demo
from infra.local.demo import STORIES
from tests.conftest import Client, RunningCloud


@pytest.fixture(scope="module")
def loaded(cloud: RunningCloud) -> None:
    demo.load(cloud.local.cloud)
    cloud.idle()


def signed_in(cloud: RunningCloud, first: str) -> Client:
    email = f"{first}@harbour-it.example.com"
    answer = cloud.client().post("/_local/sign-in", {"email": email, "password": "Firstline-1"})
    assert answer.status == 200, answer
    return cloud.client(answer.body["token"])


def items(client: Client, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(path, limit=100, **query)
    assert answer.status == 200, answer
    return list(answer.body["items"])


@pytest.mark.usefixtures("loaded")
class TestDemoAccount:
    def test_has_named_people_in_every_role(self, cloud: RunningCloud) -> None:
        people = items(signed_in(cloud, "ingrid"), "/v1/users")

        assert sorted((person["display_name"], person["account_role"]) for person in people) == [
            ("Aisha Bello", "l1_tech"),
            ("Hana Sato", "viewer"),
            ("Ingrid Solheim", "owner"),
            ("Jonas Weber", "l1_tech"),
            ("Lucia Ferrer", "l1_tech"),
            ("Marek Nowak", "admin"),
            ("Priya Raman", "engineer"),
            ("Tom Okafor", "engineer"),
        ]
        assert [person["display_name"] for person in people if person["can_cover_l1"]] == ["Priya Raman"]

    def test_lets_everybody_it_names_sign_in(self, cloud: RunningCloud) -> None:
        for first in ("ingrid", "marek", "priya", "tom", "aisha", "jonas", "lucia", "hana"):
            me = signed_in(cloud, first).get("/v1/me")
            assert (me.status, me.body["account"]["name"]) == (200, "Harbour IT")

    def test_has_six_flows_before_technicians(self, cloud: RunningCloud) -> None:
        flows = items(signed_in(cloud, "aisha"), "/v1/flows")

        assert [flow["status"] for flow in flows] == ["published"] * 6
        assert len({flow["category"] for flow in flows}) == 6

    def test_has_calls_that_went_well_one_that_did_not_and_one_escalated(self, cloud: RunningCloud) -> None:
        sessions = items(signed_in(cloud, "marek"), "/v1/l1/sessions")

        assert Counter((each["session_kind"], each["status"], each["helpful"]) for each in sessions) == {
            ("flow", "resolved", True): 7,
            ("flow", "resolved", False): 1,
            ("flow", "escalated", None): 1,
            ("ai_build", "resolved", True): 3,
        }
        assert [each["acting_as"] for each in sessions].count("l1_coverage") == 1

    def test_has_a_proposal_to_review_with_three_calls_behind_it(self, cloud: RunningCloud) -> None:
        pending = items(signed_in(cloud, "priya"), "/v1/flow-proposals", status="pending")

        assert [(each["proposal_type"], each["category"]) for each in pending] == [("new_flow", "wifi_network_basics")]
        assert pending[0]["supporting_session_count"] == 3

    def test_has_an_escalation_to_claim(self, cloud: RunningCloud) -> None:
        (waiting,) = items(signed_in(cloud, "tom"), "/v1/l1/escalations")

        assert (waiting["escalated_by"]["name"], waiting["claimed_by"]) == ("Jonas Weber", None)
        assert [step["answer"] for step in waiting["path"]] == ["Yes", "The company's sign-in page"]

    def test_is_left_alone_by_the_next_start(self, cloud: RunningCloud) -> None:
        owner = signed_in(cloud, "ingrid")
        before = [items(owner, path) for path in ("/v1/users", "/v1/flows", "/v1/l1/sessions", "/v1/audit")]

        demo.load(cloud.local.cloud)

        assert [items(owner, path) for path in ("/v1/users", "/v1/flows", "/v1/l1/sessions", "/v1/audit")] == before

    def test_is_gone_on_with_where_a_killed_start_left_it(self, cloud: RunningCloud) -> None:
        owner = signed_in(cloud, "ingrid")
        before = [items(owner, path) for path in ("/v1/users", "/v1/flows", "/v1/l1/sessions")]
        answer = owner.patch("/v1/accounts/me", {"name": "Harbour IT (being loaded)"})
        assert answer.status == 200, answer

        demo.load(cloud.local.cloud)

        assert [items(owner, path) for path in ("/v1/users", "/v1/flows", "/v1/l1/sessions")] == before
        assert owner.get("/v1/me").body["account"]["name"] == "Harbour IT"


class TestHowToSignIn:
    def test_names_everybody_and_the_password(self) -> None:
        told = demo.how_to_sign_in("http://127.0.0.1:8000")

        story = json.loads((STORIES / "harbour_it.json").read_text("utf-8"))
        assert all(f"{person['name'].split()[0].lower()}@harbour-it.example.com" in told for person in story["people"])
        assert told.startswith("The demo account Harbour IT; everybody's password is Firstline-1:\n")
