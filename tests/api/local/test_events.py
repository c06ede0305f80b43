"""Events and answers of the HTTP API, payload 2.0."""

import base64
from typing import Any

import pytest

from infra.local.events import MalformedAnswerError, Request, answer_of, event_of


def event(request: Request, **more: Any) -> dict[str, Any]:
    return event_of(request, route_key="GET /", path_parameters={}, **more)


class TestEvent:
    def test_joins_a_repeated_query_parameter_with_a_comma(self) -> None:
        made = event(Request("GET", "/", query="tag=a&tag=b%20c&empty="))

        assert made["queryStringParameters"] == {"tag": "a,b c", "empty": ""}
        assert made["rawQueryString"] == "tag=a&tag=b%20c&empty="

    def test_lists_cookies_apart_from_the_headers(self) -> None:
        made = event(Request("GET", "/", headers={"cookie": "a=1; b=2", "accept": "*/*"}))

        assert made["cookies"] == ["a=1", "b=2"]
        assert made["headers"] == {"accept": "*/*"}

    def test_leaves_out_what_the_request_does_not_have(self) -> None:
        made = event(Request("GET", "/"))

        assert not {"body", "cookies", "queryStringParameters", "pathParameters"} & made.keys()
        assert made["isBase64Encoded"] is False

    def test_carries_json_as_text(self) -> None:
        made = event(Request("POST", "/", headers={"content-type": "application/json"}, body='{"é":1}'.encode()))

        assert (made["body"], made["isBase64Encoded"]) == ('{"é":1}', False)

    @pytest.mark.parametrize("kind", ["image/png", "application/json"])
    def test_carries_bytes_that_are_no_text_in_base64(self, kind: str) -> None:
        made = event(Request("POST", "/", headers={"content-type": kind}, body=b"\xff\xd8\x00"))

        assert (base64.b64decode(made["body"]), made["isBase64Encoded"]) == (b"\xff\xd8\x00", True)

    def test_hands_claims_on_as_text(self) -> None:
        claims = {"sub": "s", "exp": 1700, "email_verified": True, "cognito:groups": ["a", "b"]}

        made = event(Request("GET", "/"), claims=claims)

        assert made["requestContext"]["authorizer"]["jwt"] == {
            "claims": {"sub": "s", "exp": "1700", "email_verified": "true", "cognito:groups": "[a b]"},
            "scopes": None,
        }

    def test_has_no_authorizer_on_an_open_route(self) -> None:
        assert "authorizer" not in event(Request("GET", "/"))["requestContext"]


class TestAnswer:
    def test_takes_status_headers_cookies_and_body(self) -> None:
        made = answer_of(
            {"statusCode": "201", "headers": {"ETag": '"1"', "X-Yes": True}, "cookies": ["a=1"], "body": "é"}
        )

        assert made.status == 201
        assert made.headers == {"etag": '"1"', "x-yes": "true", "content-type": "text/plain;charset=UTF-8"}
        assert made.cookies == ("a=1",)
        assert made.body == "é".encode()

    def test_decodes_base64(self) -> None:
        made = answer_of({"statusCode": 200, "isBase64Encoded": True, "body": base64.b64encode(b"\x00\xff").decode()})

        assert made.body == b"\x00\xff"

    @pytest.mark.parametrize(("result", "body"), [({"a": 1}, b'{"a": 1}'), ("hello", b"hello"), ([1], b"[1]")])
    def test_takes_anything_without_a_status_as_the_body_of_a_200(self, result: Any, body: bytes) -> None:
        made = answer_of(result)

        assert (made.status, made.headers["content-type"], made.body) == (200, "application/json", body)

    @pytest.mark.parametrize(
        "result",
        [
            {"statusCode": "fine"},
            {"statusCode": 200, "headers": ["no"]},
            {"statusCode": 200, "isBase64Encoded": True, "body": "%%%"},
        ],
    )
    def test_refuses_what_is_no_response(self, result: Any) -> None:
        with pytest.raises(MalformedAnswerError):
            answer_of(result)
