"""What API Gateway's HTTP API hands to a function (payload 2.0), and what it makes of the answer."""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from infra.local.place import ACCOUNT

_TEXT = ("text/", "application/json", "application/xml", "application/javascript", "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class Request:
    """An HTTP request as it came in; the path is decoded, the query is not, header names are in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    body: bytes = b""


class MalformedAnswerError(Exception):
    """A function answered something the gateway cannot make a response of."""


def said(status: int, message: str, **headers: str) -> Answer:
    """Return an answer of the gateway itself."""
    body = json.dumps({"message": message}).encode()
    return Answer(status, {"content-type": "application/json", **headers}, body=body)


def event_of(
    request: Request,
    *,
    route_key: str,
    path_parameters: Mapping[str, str],
    claims: Mapping[str, Any] | None = None,
    scopes: list[str] | None = None,
) -> dict[str, Any]:
    """Return the event of a request; members that do not apply are absent, as in the cloud."""
    headers = {name: value for name, value in request.headers.items() if name != "cookie"}
    moment = time.time()
    context: dict[str, Any] = {
        "accountId": ACCOUNT,
        "apiId": "local",
        "domainName": headers.get("host", "127.0.0.1"),
        "domainPrefix": "local",
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": str(uuid4()),
        "routeKey": route_key,
        "stage": "$default",
        "time": datetime.fromtimestamp(moment, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(moment * 1000),
    }
    if claims is not None:
        context["authorizer"] = {"jwt": {"claims": _claims(claims), "scopes": scopes}}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": context,
        "isBase64Encoded": False,
    }
    if "cookie" in request.headers:
        event["cookies"] = [part.strip() for part in request.headers["cookie"].split(";")]
    if request.query:
        event["queryStringParameters"] = _query(request.query)
    if path_parameters:
        event["pathParameters"] = dict(path_parameters)
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(request)
    return event


def answer_of(result: Any) -> Answer:
    """Make a response of what a function returned, in the full form or as a bare body; raises MalformedAnswerError."""
    if not isinstance(result, Mapping) or "statusCode" not in result:
        body = result if isinstance(result, str) else json.dumps(result)
        return Answer(200, {"content-type": "application/json"}, body=body.encode())
    try:
        status = int(result["statusCode"])
        text = result.get("body") or ""
        text = text if isinstance(text, str) else json.dumps(text)
        body_bytes = base64.b64decode(text, validate=True) if result.get("isBase64Encoded") else text.encode()
        headers = {str(name).lower(): _header(value) for name, value in (result.get("headers") or {}).items()}
    except (TypeError, ValueError, AttributeError) as error:
        raise MalformedAnswerError(str(error)) from error
    for name, values in (result.get("multiValueHeaders") or {}).items():
        headers[str(name).lower()] = ",".join(map(_header, values))
    if body_bytes and "content-type" not in headers:
        headers["content-type"] = "text/plain;charset=UTF-8"
    return Answer(status, headers, tuple(result.get("cookies") or ()), body_bytes)


def _header(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _query(query: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(request: Request) -> tuple[str, bool]:
    """Return text as it is and anything else in base64, with whether it is."""
    kind = request.headers.get("content-type", "text/plain")
    if kind.startswith(_TEXT) or "+json" in kind:
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def _claims(claims: Mapping[str, Any]) -> dict[str, str]:
    """Write the claims as the gateway does: all are strings, a list is `[a b]`."""

    def text(value: Any) -> str:
        if isinstance(value, list):
            return f"[{' '.join(map(str, value))}]"
        return json.dumps(value) if isinstance(value, bool | Mapping) else str(value)

    return {name: text(value) for name, value in claims.items()}
