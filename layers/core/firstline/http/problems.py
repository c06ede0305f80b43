"""Every refusal in one shape: application/problem+json (RFC 9457)."""

import json
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from firstline.errors import NotFound, Problem, Unprocessable
from firstline.observability import log

MEDIA_TYPE = "application/problem+json"
TYPES = "https://firstline.example/problems/"
FIXED_SENTENCE = (
    "Something went wrong on our side. Nothing was lost; try again, and quote the correlation id if it stays."
)


def register(app: APIGatewayHttpResolver) -> None:
    """Map whatever a door raises to a problem; nothing of an exception's own text reaches a client."""
    app.exception_handler(Problem)(as_response)
    app.exception_handler(RequestValidationError)(lambda error: as_response(_shape_problem(error)))
    app.exception_handler(NotFoundError)(lambda _: as_response(NotFound("There is no such route.")))
    app.exception_handler(ServiceError)(lambda error: _response(error.status_code, "refused", "Refused", error.msg, {}))


def as_response(problem: Problem) -> Response[str]:
    return _response(problem.status, problem.type, problem.title, problem.detail, problem.members)


def unexpected(correlation_id: str) -> dict[str, Any]:
    """Answer a fault of our own, as the whole Lambda response; the log has the rest under the correlation id."""
    log().exception("request.failed", correlation_id=correlation_id)
    body = _document(500, "unexpected", "Unexpected", FIXED_SENTENCE, {"correlation_id": correlation_id})
    return {"statusCode": 500, "headers": {"Content-Type": MEDIA_TYPE}, "body": body, "isBase64Encoded": False}


def _shape_problem(error: RequestValidationError) -> Unprocessable:
    faults = [
        {
            "location": [str(part) for part in fault.get("loc", ())],
            "message": fault.get("msg", ""),
            "kind": fault["type"],
        }
        for fault in error.errors()
    ]
    where = ", ".join(".".join(fault["location"]) for fault in faults)
    return Unprocessable(f"The request does not have the expected shape: see {where or 'the body'}.", errors=faults)


def _response(status: int, kind: str, title: str, detail: str, members: Any) -> Response[str]:
    return Response(status_code=status, content_type=MEDIA_TYPE, body=_document(status, kind, title, detail, members))


def _document(status: int, kind: str, title: str, detail: str, members: Any) -> str:
    document = {"type": TYPES + kind, "title": title, "status": status, "detail": detail, **members}
    return json.dumps(document, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> str:
    """Return times as RFC 3339 in UTC, and ids as they read."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)
