"""Errors that know their HTTP status; one shape on the wire (RFC 9457, application/problem+json)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class Problem(Exception):  # noqa: N818  RFC 9457's own word
    """A refusal the caller can act on.

    `detail` is the sentence the client reads; `members` are the extra fields of this problem. Subclasses live beside
    what raises them and set `status`, `type` (a slug, stable for clients) and `title`.
    """

    status: ClassVar[int] = 400
    type: ClassVar[str] = "bad-request"
    title: ClassVar[str] = "Bad request"

    def __init__(self, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members: Mapping[str, Any] = members


class Unauthorized(Problem):
    status = 401
    type = "unauthorized"
    title = "Sign in first"


class Forbidden(Problem):
    status = 403
    type = "forbidden"
    title = "Your role does not allow this"


class NotFound(Problem):
    status = 404
    type = "not-found"
    title = "Not found"


class Conflict(Problem):
    status = 409
    type = "conflict"
    title = "The state does not allow this"


class PreconditionFailed(Problem):
    status = 412
    type = "stale"
    title = "It has changed since you read it"


class TooLarge(Problem):
    status = 413
    type = "too-large"
    title = "Too large"


class Unprocessable(Problem):
    """The shape or content is wrong; `errors` lists every fault with its location."""

    status = 422
    type = "unprocessable"
    title = "The request cannot be processed"

    def __init__(self, detail: str, *, errors: Sequence[Mapping[str, Any]] = (), **members: Any) -> None:
        super().__init__(detail, errors=[dict(error) for error in errors], **members)


class TooMany(Problem):
    status = 429
    type = "too-many"
    title = "Too many"


class Unavailable(Problem):
    status = 503
    type = "unavailable"
    title = "Not available just now"
