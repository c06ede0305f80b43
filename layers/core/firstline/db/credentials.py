"""How a function proves who it is to the database: IAM, a secret, or nothing on a laptop."""

import json

from firstline.settings import Settings


def password_for(user: str, settings: Settings, *, secret_arn: str | None) -> str | None:
    """Return the password of a database user.

    With `iam` it is a token signed for 15 minutes (only the handshake needs it); with `secret` the member `password` of
    the secret; on a laptop the server trusts its own machine.
    """
    if settings.database_auth == "none":
        return None
    import boto3  # noqa: PLC0415  only a new connection in the cloud needs it

    if settings.database_auth == "iam":
        client = boto3.client("rds", region_name=settings.region)
        token: str = client.generate_db_auth_token(settings.database_host, settings.database_port, user)
        return token
    client = boto3.client("secretsmanager", region_name=settings.region)
    secret: str = json.loads(client.get_secret_value(SecretId=secret_arn)["SecretString"])["password"]
    return secret
