"""Vectors beside the words of published flows: put there by publishing, made up for by the schedule."""

from importlib.util import find_spec
from typing import Any

import pytest

from firstline.db.models import FlowMatchDocument

if find_spec("onnxruntime") is None:
    pytest.skip("the encoder is not installed", allow_module_level=True)

BUNDLED = "all-MiniLM-L6-v2-int8"
GRAPH = {
    "root": "muted",
    "nodes": [
        {"id": "muted", "type": "decision", "text": "Is the microphone muted?"},
        {"id": "heard", "type": "solution", "text": "The others hear the caller."},
        {"id": "engineer", "type": "escalate", "text": "Pass the call on.", "reason_category": "hardware"},
    ],
    "edges": [
        {"from": "muted", "to": "heard", "condition": {"key": "yes", "label": "Yes"}},
        {"from": "muted", "to": "engineer", "condition": {"key": "no", "label": "No"}},
    ],
}
FLOW = {
    "name": "Nobody hears the caller in a meeting",
    "description": "In a video meeting the others do not hear the caller.",
    "graph": GRAPH,
}

FORGET = "UPDATE flow_match_documents SET vectors = NULL, vectors_model = NULL WHERE account_id = :account"


@pytest.fixture
def flow(account: Any) -> dict[str, Any]:
    made: dict[str, Any] = account.as_("engineer").post("/v1/flows", json=FLOW).body
    assert publish(account, made).status == 200
    return made


def publish(account: Any, flow: dict[str, Any], **headers: str) -> Any:
    return account.as_("admin").post(f"/v1/flows/{flow['id']}/publish", json={}, **headers)


def change(account: Any, flow: dict[str, Any], **members: Any) -> None:
    assert account.as_("engineer").put(f"/v1/flows/{flow['id']}", json=members).status == 200


def row(account: Any) -> Any:
    (found,) = account.rows(FlowMatchDocument)
    return found


def intake(account: Any, said: str, **headers: str) -> dict[str, Any]:
    body: dict[str, Any] = account.as_("l1_tech").post("/v1/l1/intake", {"problem_statement": said}, **headers).body
    return body


def score(account: Any, said: str = "My colleagues can not hear me on the video call") -> float:
    answer = intake(account, said)
    return float(answer.get("score") or max((miss["score"] for miss in answer.get("near_misses", ())), default=0.0))


@pytest.mark.usefixtures("flow")
class TestVectors:
    def test_are_there_once_a_flow_is_published(self, account: Any) -> None:
        stored = row(account)
        assert (stored.vectors_model, len(stored.vectors)) == (BUNDLED, 2 + 384 * len(stored.texts))

    def test_help_to_find_a_flow_told_in_other_words(self, account: Any) -> None:
        with_vectors = score(account)
        account.execute(FORGET)
        assert with_vectors > score(account)

    def test_of_another_encoder_are_not_looked_at(self, account: Any) -> None:
        account.execute(FORGET)
        by_words = score(account)
        account.execute(
            "UPDATE flow_match_documents SET vectors = '\\x0002ffff', vectors_model = 'older'"
            " WHERE account_id = :account"
        )
        assert score(account) == by_words

    def test_that_do_not_fit_the_words_are_not_looked_at(self, account: Any) -> None:
        account.execute(FORGET)
        by_words = score(account)
        account.execute(
            f"UPDATE flow_match_documents SET vectors = '\\x0001ff', vectors_model = '{BUNDLED}'"
            " WHERE account_id = :account"
        )
        assert score(account) == by_words

    def test_are_made_also_when_the_request_may_be_repeated(self, account: Any) -> None:
        document = {"format": "firstline", "document": FLOW | {"name": "Meeting without sound"}, "publish": True}
        answer = account.as_("admin").post("/v1/flows/import", json=document, idempotency_key="once")
        assert answer.status == 201, answer
        assert [each.vectors_model for each in account.rows(FlowMatchDocument)] == [BUNDLED] * 2

    def test_serve_an_intake_that_may_be_repeated(self, account: Any) -> None:
        said = "In our video meeting the others do not hear me"
        first = intake(account, said, idempotency_key="call-1")
        assert first["outcome"] == "matched"
        assert intake(account, said, idempotency_key="call-1") == first

    def test_stay_when_only_tags_change(self, account: Any, flow: dict[str, Any]) -> None:
        before = row(account).vectors
        change(account, flow, tags=["headset"])
        after = row(account)
        assert (after.vectors, after.vectors_model) == (before, BUNDLED)
        assert "headset" in after.stems


@pytest.mark.usefixtures("flow")
class TestRenewVectors:
    @pytest.mark.parametrize("stored", ["NULL", "'an older encoder'"])
    def test_gives_vectors_to_what_lacks_those_of_the_encoder_in_use(
        self, cloud: Any, account: Any, stored: str
    ) -> None:
        before = row(account).vectors
        account.execute(
            f"UPDATE flow_match_documents SET vectors = '\\x00', vectors_model = {stored} WHERE account_id = :account"
        )

        result = cloud.tick("renew_vectors")

        assert result["failed_accounts"] == 0
        assert result["done"] >= 1
        assert (row(account).vectors, row(account).vectors_model) == (before, BUNDLED)

    def test_finds_nothing_to_do_a_second_time(self, cloud: Any) -> None:
        cloud.tick("renew_vectors")
        assert cloud.tick("renew_vectors") == {"done": 0, "failed_accounts": 0}


class TestTagsAndKeywords:
    def test_of_a_published_flow_count_for_the_next_call(self, account: Any, flow: dict[str, Any]) -> None:
        said = "Nobody hears the caller, Poly headset"
        before = score(account, said)

        change(account, flow, match_keywords=["poly headset"])

        assert score(account, said) > before

    def test_of_a_draft_are_not_met_by_callers(self, account: Any) -> None:
        made = account.as_("engineer").post("/v1/flows", json=FLOW).body
        change(account, made, tags=["headset"])
        assert account.rows(FlowMatchDocument) == []
