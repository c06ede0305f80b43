"""The gateway over a real template: who gets in, what comes back, and what it says when a function does not."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3

from infra.local.testing import LocalCloud

CONSOLE = "https://console.example.com"


def answer(call: Any, **wanted: Any) -> urllib3.BaseHTTPResponse:
    reply: urllib3.BaseHTTPResponse = call("POST", "/v1/answer", json=wanted)
    return reply


class TestRoute:
    def test_hands_the_function_path_query_body_and_claims(self, call: Any, token: str) -> None:
        reply = call("GET", "/v1/things/7%20a?x=1&x=2", headers={"Authorization": f"Bearer {token}"})

        assert reply.status == 200
        event = reply.json()["event"]
        assert event["routeKey"] == "GET /v1/things/{thing_id}"
        assert event["pathParameters"] == {"thing_id": "7 a"}
        assert event["queryStringParameters"] == {"x": "1,2"}
        assert event["requestContext"]["authorizer"]["jwt"]["claims"]["token_use"] == "access"

    def test_without_a_token_answers_401_as_the_gateway_does(self, call: Any) -> None:
        reply = call("GET", "/v1/things/7")

        assert (reply.status, reply.json()) == (401, {"message": "Unauthorized"})
        assert reply.headers["www-authenticate"] == "Bearer"

    def test_that_names_no_authorizer_is_open(self, call: Any) -> None:
        reply = call("POST", "/v1/open", json={})

        assert reply.status == 200
        assert "authorizer" not in reply.json()["event"]["requestContext"]

    @pytest.mark.parametrize(("method", "path"), [("GET", "/v1/nowhere"), ("GET", "/v1/open"), ("OPTIONS", "/v1/open")])
    def test_unknown_by_path_or_method_answers_404(self, call: Any, method: str, path: str) -> None:
        reply = call(method, path)

        assert (reply.status, reply.json()) == (404, {"message": "Not Found"})

    def test_is_chosen_before_the_token_is_looked_at(self, call: Any) -> None:
        assert call("GET", "/v1/nowhere", headers={"Authorization": "Bearer x"}).status == 404


class TestCors:
    def test_preflight_is_answered_without_a_token(self, call: Any) -> None:
        reply = call(
            "OPTIONS",
            "/v1/things/7",
            headers={"Origin": CONSOLE, "Access-Control-Request-Method": "GET"},
        )

        assert reply.status == 204
        assert reply.headers["access-control-allow-origin"] == CONSOLE
        assert reply.headers["access-control-allow-methods"] == "GET,POST"
        assert reply.headers["access-control-allow-headers"] == "authorization,content-type"
        assert reply.headers["access-control-max-age"] == "600"

    def test_another_origin_is_told_nothing(self, call: Any) -> None:
        reply = call(
            "OPTIONS", "/v1/open", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        )

        assert not [name for name in reply.headers if name.lower().startswith("access-control")]

    def test_headers_stand_on_refusals_too_and_replace_the_functions_own(self, call: Any) -> None:
        refused = call("GET", "/v1/things/7", headers={"Origin": CONSOLE})
        lenient = {"statusCode": 200, "headers": {"access-control-allow-origin": "*"}}
        served = call("POST", "/v1/answer", json={"answer": lenient}, headers={"Origin": CONSOLE})

        assert refused.headers["access-control-allow-origin"] == CONSOLE
        assert served.headers["access-control-allow-origin"] == CONSOLE


class TestAnswer:
    def test_carries_cookies_and_bytes(self, call: Any) -> None:
        said = {
            "statusCode": 201,
            "headers": {"Content-Type": "image/png"},
            "cookies": ["a=1; Secure", "b=2"],
            "body": "AP8=",
            "isBase64Encoded": True,
        }

        reply = answer(call, answer=said)

        assert (reply.status, reply.data) == (201, b"\x00\xff")
        assert reply.headers["content-type"] == "image/png"
        assert reply.headers.getlist("set-cookie") == ["a=1; Secure", "b=2"]

    @pytest.mark.parametrize(
        "wanted", [{"raise": "a secret"}, {"exit": 1}, {"unspeakable": True}, {"answer": {"statusCode": "fine"}}]
    )
    def test_of_a_failing_function_is_500_and_tells_nothing(self, call: Any, wanted: Any) -> None:
        reply = answer(call, **wanted)

        assert (reply.status, reply.json()) == (500, {"message": "Internal Server Error"})

    def test_of_a_function_that_cannot_be_loaded_is_500(self, call: Any) -> None:
        assert call("GET", "/v1/broken").status == 500

    def test_later_than_the_time_out_is_503_and_the_next_one_is_served(self, call: Any) -> None:
        late = answer(call, sleep=3, answer="late")
        next_one = answer(call, answer="in time")

        assert (late.status, late.json()) == (503, {"message": "Service Unavailable"})
        assert next_one.data == b"in time"

    def test_larger_than_a_function_may_give_is_500(self, call: Any) -> None:
        assert answer(call, answer={"statusCode": 200, "body": "x" * 100}).status == 200


class TestRequest:
    @pytest.mark.parametrize("size", [11 * 1024 * 1024, 7 * 1024 * 1024])
    def test_too_large_is_413(self, call: Any, size: int) -> None:
        reply = call("POST", "/v1/open", body=b"x" * size, headers={"Content-Type": "text/plain"})

        assert (reply.status, reply.json()) == (413, {"message": "Request Entity Too Large"})


class TestEnvironment:
    def test_is_the_templates_and_tells_the_function_about_its_invocation(self, call: Any) -> None:
        seen = call("POST", "/v1/open", json={}).json()

        assert (seen["stage"], seen["chip"]) == ("local-eu-west-1", "intel")
        assert (seen["function"], seen["memory"]) == ("EchoFunction", "256")
        assert 4000 < seen["remaining"] <= 5000

    def test_of_one_function_differs_where_its_stanza_says_so(self, call: Any) -> None:
        assert answer(call, stage=True).json()["stage"] == "own"
        assert call("POST", "/v1/open", json={}).json()["stage"] == "local-eu-west-1"

    def test_handles_one_event_at_a_time(self, trial: LocalCloud, call: Any) -> None:
        with ThreadPoolExecutor(8) as many:
            replies = list(many.map(lambda _: answer(call, sleep=0.05, stage=True), range(8)))

        assert [reply.status for reply in replies] == [200] * 8
        assert 2 <= len({reply.json()["pid"] for reply in replies}) <= 4
        assert json.loads(replies[0].data)["stage"] == "own"
        assert trial.functions_log.exists()
