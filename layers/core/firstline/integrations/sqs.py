"""Sending to SQS."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from firstline.settings import settings


class SendFailed(Exception):  # noqa: N818  named like every other fact
    """SQS refused some of a batch; its message lists the refused ids and codes."""


@lru_cache(maxsize=1)
def client() -> Any:
    import boto3  # noqa: PLC0415  200 ms of a cold start that only senders pay

    return boto3.client("sqs", region_name=settings().region)


def send_batch(url: str, entries: Sequence[dict[str, str]]) -> None:
    """Send at most ten entries (`Id`, `MessageBody`); raises SendFailed when SQS refuses some of them."""
    answer = client().send_message_batch(QueueUrl=url, Entries=list(entries))
    if refused := answer.get("Failed"):
        raise SendFailed(", ".join(f"{entry['Id']}: {entry['Code']}" for entry in refused))
