"""Asking the user pool who somebody is, for tokens that do not carry the address."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from firstline.settings import settings


@lru_cache(maxsize=1)
def client() -> Any:
    import boto3  # noqa: PLC0415  only a person unknown so far needs it

    return boto3.client("cognito-idp", region_name=settings().region)


def find_verified_email(subject: str) -> str | None:
    """Return the e-mail address of a subject, lower-case, when the pool has verified it.

    Raises botocore's ClientError when the pool cannot be asked.
    """
    try:
        wanted = str(UUID(subject))  # a pool's subjects are UUIDs; nothing else may enter the filter
    except ValueError:
        return None
    answer = client().list_users(UserPoolId=settings().user_pool_id, Filter=f'sub = "{wanted}"', Limit=1)
    for user in answer["Users"]:
        attributes = {entry["Name"]: entry["Value"] for entry in user["Attributes"]}
        if attributes.get("email_verified", "").lower() == "true" and attributes.get("email"):
            return str(attributes["email"]).lower()
    return None
