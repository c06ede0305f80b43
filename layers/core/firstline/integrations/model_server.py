"""Posting to a model server: within the time that is left, and never more of an answer than is worth reading."""

from collections.abc import Mapping
from contextlib import closing

import urllib3


def post(
    pool: urllib3.PoolManager,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
    connect_seconds: float,
    max_body: int,
) -> tuple[int, Mapping[str, str], bytes]:
    """Return status, headers and body; a longer answer than `max_body` is cut and thereby unreadable.

    Raises what urllib3 raises; nothing is sent twice and no redirect is followed.
    """
    response = pool.request(
        "POST",
        url,
        body=body,
        headers=headers,
        timeout=urllib3.Timeout(connect=min(connect_seconds, seconds), read=seconds),
        retries=False,
        redirect=False,
        preload_content=False,
    )
    with closing(response):
        data = response.read(max_body)
        if len(data) < max_body:
            response.release_conn()  # read to its end, so the next call may use the connection
        return response.status, response.headers, data
