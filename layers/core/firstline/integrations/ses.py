"""Sending mail by SES."""

from functools import lru_cache
from typing import Any

from firstline.settings import settings


class MailRefused(Exception):  # noqa: N818  named like every other fact
    """SES did not take the mail; the message is its error code."""


@lru_cache(maxsize=1)
def client() -> Any:
    import boto3  # noqa: PLC0415  only who sends mail pays for it
    from botocore.config import Config  # noqa: PLC0415

    patience = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 1})  # we retry ourselves
    return boto3.client("ses", region_name=settings().region, config=patience)


def send_mail(*, to: str, subject: str, text: str) -> None:
    """Send a plain-text mail from the settings' sender; raises MailRefused."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  comes with the client

    message = {
        "Subject": {"Data": subject, "Charset": "UTF-8"},
        "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
    }
    try:
        client().send_email(Source=settings().mail_sender, Destination={"ToAddresses": [to]}, Message=message)
    except ClientError as error:
        raise MailRefused(error.response["Error"]["Code"]) from error
    except BotoCoreError as error:
        raise MailRefused(type(error).__name__) from error
