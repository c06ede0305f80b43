"""People the user pool knows and Firstline does not, yet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

PASSWORD = "Firstline-1"


@dataclass(frozen=True)
class Stranger:
    """Somebody who can sign in but belongs to no account."""

    email: str
    subject: str
    client: Any


@pytest.fixture
def sign_up(cloud: Any) -> Callable[..., Stranger]:
    """Make a person known to the user pool and sign them in; the pool has verified the address unless told not to."""
    place, pool = cloud.local.cloud.place, cloud.local.cloud.aws.client("cognito-idp")

    def sign_up(email: str = "", *, verified: bool = True) -> Stranger:
        email = email or f"someone-{uuid4().hex[:8]}@example.com"
        attributes = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true" if verified else "false"},
        ]
        made = pool.admin_create_user(UserPoolId=place.pool_id, Username=email, UserAttributes=attributes)
        pool.admin_set_user_password(UserPoolId=place.pool_id, Username=email, Password=PASSWORD, Permanent=True)
        answer = pool.initiate_auth(
            ClientId=place.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
        )
        subject = next(entry["Value"] for entry in made["User"]["Attributes"] if entry["Name"] == "sub")
        return Stranger(email, subject, cloud.client(answer["AuthenticationResult"]["AccessToken"]))

    return sign_up
