"""Lists page by page: an opaque cursor that holds the sort key of the last item."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from firstline.errors import Unprocessable

Item = TypeVar("Item")

DEFAULT_LIMIT = 25
MAX_LIMIT = 100


class Page(BaseModel, Generic[Item]):
    items: list[Item]
    next_cursor: str | None


def encode_cursor(*parts: Any) -> str:
    """Encode a sort key (times, UUIDs, numbers, strings, booleans) into an opaque cursor."""
    plain = [part.isoformat() if isinstance(part, datetime) else _plain(part) for part in parts]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *types: type) -> tuple[Any, ...] | None:
    """Read a cursor back into values of `types`; None stays None; raises Unprocessable for anything but our own."""
    if cursor is None:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(parts, list) or len(parts) != len(types):
            raise ValueError  # noqa: TRY301  one way out for every kind of rubbish
        return tuple(_typed(wanted, part) for wanted, part in zip(types, parts, strict=True))
    except (ValueError, TypeError, binascii.Error) as error:
        fault = {"location": ["query", "cursor"], "message": "not a cursor of this list", "kind": "cursor"}
        raise Unprocessable(
            "The cursor is not one this list gave out. Leave it out to start over.", errors=[fault]
        ) from error


def page_of(rows: Sequence[Any], limit: int) -> tuple[Sequence[Any], bool]:
    """Split `limit + 1` fetched rows into the page and whether there is more."""
    return rows[:limit], len(rows) > limit


def _plain(part: Any) -> Any:
    return str(part) if isinstance(part, UUID) else part


def _typed(wanted: type, part: Any) -> Any:
    if wanted is datetime:
        return datetime.fromisoformat(part)
    if wanted is UUID:
        return UUID(part)
    if not isinstance(part, wanted):
        raise TypeError(wanted)
    return part
