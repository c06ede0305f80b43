"""The AWS stand-in as a process: moto's server, with ids that outlive a restart and an end when its starter ends."""

import os
import sys
import threading
from typing import Any

from moto.cognitoidp import models
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from infra.local import place

_TOKEN_SECONDS = 12 * 60 * 60  # a shift; moto always says one hour


class _QuietHandler(MotoRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  the parent's name
        pass


class _Pool(models.CognitoIdpUserPool):
    __module__ = models.__name__  # moto files its objects by it

    def __init__(self, account_id: str, region: str, name: str, extended_config: dict[str, Any]) -> None:
        super().__init__(account_id, region, name, extended_config)
        self.id = place.user_pool_id(name)
        self.arn = f"{self.arn.rpartition('/')[0]}/{self.id}"

    def create_jwt(self, *args: Any, **kwargs: Any) -> tuple[str, int]:
        token: tuple[str, int] = super().create_jwt(*args, **{"expires_in": _TOKEN_SECONDS, **kwargs})
        return token


class _Client(models.CognitoIdpUserPoolClient):
    __module__ = models.__name__

    def __init__(self, user_pool_id: str, generate_secret: bool, extended_config: dict[str, Any] | None) -> None:
        super().__init__(user_pool_id, generate_secret, extended_config)
        self.id = place.client_id(user_pool_id, (extended_config or {}).get("ClientName", ""))


class _User(models.CognitoIdpUser):
    """A user whose subject follows from the address, so that signing in again after a restart is the same person."""

    __module__ = models.__name__

    def __init__(self, user_pool_id: str, username: str | None, *args: Any) -> None:
        super().__init__(user_pool_id, username, *args)
        name = self.attribute_lookup.get("email", username)
        if name:
            by_default = self.username == self.id
            self.id = place.subject(user_pool_id, name)
            self.username = self.id if by_default else self.username
            self.update_attributes([{"Name": "sub", "Value": self.id}])


def _end_with_starter() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def serve(port: int) -> None:
    for name, stable in (
        ("CognitoIdpUserPool", _Pool),
        ("CognitoIdpUserPoolClient", _Client),
        ("CognitoIdpUser", _User),
    ):
        setattr(models, name, stable)
    threading.Thread(target=_end_with_starter, daemon=True).start()
    application = DomainDispatcherApplication(create_backend_app)
    make_server("127.0.0.1", port, application, threaded=True, request_handler=_QuietHandler).serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
