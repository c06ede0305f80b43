"""ETags: the revision a client read, and the one it may overwrite."""

import re
from typing import Annotated, TypeVar

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header
from pydantic import BaseModel

Body = TypeVar("Body", bound=BaseModel)
IfMatch = Annotated[str | None, Header(alias="If-Match")]

_TAG = re.compile(r'(?:W/)?"?(\d{1,9})"?')
NEVER = 0  # revisions begin with one


def revision_of(if_match: str | None) -> int | None:
    """Read If-Match: the revision it names, None where any will do, and one that never matches for a foreign tag."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = _TAG.fullmatch(if_match.strip())
    return int(tag[1]) if tag else NEVER


def tagged(body: Body, *, revision: int, status: int = 200) -> Response[Body]:
    """Answer a body with the ETag of its revision."""
    headers: dict[str, str | list[str]] = {"ETag": f'"{revision}"'}
    return Response(status_code=status, content_type="application/json", body=body, headers=headers)


def as_file(text: str, *, filename: str, media_type: str) -> Response[str]:
    headers: dict[str, str | list[str]] = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(status_code=200, content_type=media_type, body=text, headers=headers)
