"""Routes under /_local: they live here and in no template, so they cannot be deployed."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from firstline.clock import now
from infra.local.aws import WrongPasswordError
from infra.local.environments import Environments, EventTooLargeError, FunctionFailedError, FunctionTimedOutError
from infra.local.events import Answer, Request
from infra.local.people import ROLES, People
from infra.local.schedules import scheduled_event
from infra.local.template import Template

_LONGEST_IDLE = 300.0


class LocalRoutes:
    """`mail` lists what was sent, `unfinished` counts what is still to do by where it waits."""

    def __init__(
        self,
        *,
        template: Template,
        environments: Environments,
        people: People,
        mail: Callable[[], list[dict[str, Any]]],
        unfinished: Callable[[], dict[str, int]],
    ) -> None:
        self._template = template
        self._environments = environments
        self._people = people
        self._sent = mail
        self._unfinished = unfinished
        self._routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("POST", "accounts"): self._open_account,
            ("POST", "sign-in"): self._sign_in,
            ("GET", "idle"): self._idle,
            ("GET", "mail"): self._mail,
        }

    def __call__(self, request: Request) -> Answer:
        name = request.path.removeprefix("/_local/")
        try:
            if request.method == "POST" and name.startswith("tick/"):
                return self._tick(name.removeprefix("tick/"))
            if (request.method, name) in self._routes:
                return self._routes[request.method, name](request)
        except FunctionFailedError as error:
            return _json(500, dict(error.error))
        except (FunctionTimedOutError, EventTooLargeError) as error:
            return _problem(504, f"The function did not answer: {type(error).__name__} {error}")
        known = ", ".join(f"{method} /_local/{path}" for method, path in self._routes)
        return _problem(404, f"There are {known} and POST /_local/tick/{{function}}.")

    def _open_account(self, request: Request) -> Answer:
        name = _text(request, "name")
        if not name:
            return _problem(422, 'The body is {"name": "…"}.')
        wanted = json.loads(request.body).get("signed_in", ROLES)
        if not (isinstance(wanted, list | tuple) and set(wanted) <= set(ROLES)):
            return _problem(422, f"`signed_in` is a list of roles: {', '.join(ROLES)}.")
        return _json(201, self._people.open_account(name, wanted))

    def _sign_in(self, request: Request) -> Answer:
        email = _text(request, "email")
        if not email:
            return _problem(422, 'The body is {"email": "…"}.')
        try:
            return _json(200, {"token": self._people.sign_in(email, _text(request, "password"))})
        except WrongPasswordError:
            return _problem(401, "That is not the password.")

    def _idle(self, request: Request) -> Answer:
        """Wait until two looks in a row find nothing unsent, waiting or in flight."""
        seconds = parse_qs(request.query).get("timeout", ["30"])[-1]
        deadline = time.monotonic() + min(float(seconds) if seconds.isdigit() else 30.0, _LONGEST_IDLE)
        quiet = 0
        while True:
            left = self._unfinished()
            quiet = 0 if any(left.values()) else quiet + 1
            if quiet > 1:
                return _json(200, {"idle": True, **left})
            if time.monotonic() > deadline:
                return _json(504, {"idle": False, **left})
            time.sleep(0.02 if quiet else 0.05)

    def _mail(self, _request: Request) -> Answer:
        return _json(200, {"items": self._sent(), "next_cursor": None})

    def _tick(self, name: str) -> Answer:
        function = self._template.function(name)
        if function is None:
            return _problem(404, f"The template has no function {name}.")
        schedule = function.schedules[0] if function.schedules else None
        return _json(200, self._environments.invoke(function, scheduled_event(schedule, now())))


def _text(request: Request, name: str) -> str | None:
    try:
        value = json.loads(request.body)[name]
    except (ValueError, KeyError, TypeError):
        return None
    return value if isinstance(value, str) and value.strip() else None


def _json(status: int, body: Any) -> Answer:
    return Answer(status, {"content-type": "application/json"}, body=json.dumps(body).encode())


def _problem(status: int, detail: str) -> Answer:
    body = json.dumps({"type": "local", "title": "Local cloud", "status": status, "detail": detail}).encode()
    return Answer(status, {"content-type": "application/problem+json"}, body=body)
