"""The HTTP API: routes, authorizer, CORS, limits, and the functions behind them."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from http import HTTPStatus
from typing import Any

from infra.local.authorizer import JwtAuthorizer, MissingScopeError, UnauthorizedError, check_scopes
from infra.local.environments import (
    MAX_PAYLOAD,
    Environments,
    EventTooLargeError,
    FunctionFailedError,
    FunctionTimedOutError,
)
from infra.local.events import Answer, MalformedAnswerError, Request, answer_of, event_of, said
from infra.local.routing import Routes, Served
from infra.local.template import Cors, Template

MAX_BODY = 10 * 1024 * 1024  # bytes
INTEGRATION_SECONDS = 30.0

StartResponse = Callable[..., Any]
LocalRoutes = Callable[[Request], Answer]


class Gateway:
    """A WSGI application; paths under /_local go to `local`, which no template can name."""

    def __init__(
        self,
        template: Template,
        environments: Environments,
        authorizer: JwtAuthorizer,
        *,
        local: LocalRoutes | None = None,
        patience: float = INTEGRATION_SECONDS,
        threads: int = 32,
    ) -> None:
        self._routes = Routes(template.functions.values())
        self._cors = template.cors
        self._environments = environments
        self._authorizer = authorizer
        self._local = local
        self._patience = patience
        self._integrations = ThreadPoolExecutor(threads, thread_name_prefix="integration")

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answer = self.serve(_request(environ))
        status = f"{answer.status} {_reason(answer.status)}"
        headers = [(name, value) for name, value in answer.headers.items() if name != "content-length"]
        headers += [("set-cookie", cookie) for cookie in answer.cookies]
        start_response(status, [*headers, ("content-length", str(len(answer.body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def close(self) -> None:
        self._integrations.shutdown(wait=False, cancel_futures=True)

    def serve(self, request: Request) -> Answer:
        if self._local is not None and request.path.startswith("/_local/"):
            return self._local(request)
        if len(request.body) > MAX_BODY:
            return said(413, "Request Entity Too Large")
        origin = request.headers.get("origin")
        if self._cors and origin and _is_preflight(request):
            return Answer(204, _preflight(self._cors, origin, request))
        answer = self._routed(request)
        if self._cors and origin:
            # the gateway's own headers replace whatever the function said
            kept = {name: value for name, value in answer.headers.items() if not name.startswith("access-control-")}
            return Answer(answer.status, {**kept, **_shared(self._cors, origin)}, answer.cookies, answer.body)
        return answer

    def _routed(self, request: Request) -> Answer:
        found = self._routes.find(request.method, request.path)
        if found is None:
            return said(404, "Not Found")
        served, parameters = found
        claims = scopes = None
        if served.route.authorizer is not None:
            try:
                claims = self._authorizer.claims(served.route.authorizer, request.headers.get("authorization"))
                scopes = check_scopes(claims, served.route.scopes)
            except UnauthorizedError:
                return said(401, "Unauthorized", **{"www-authenticate": "Bearer"})
            except MissingScopeError:
                return said(403, "Forbidden", **{"www-authenticate": 'Bearer error="insufficient_scope"'})
        event = event_of(request, route_key=served.key, path_parameters=parameters, claims=claims, scopes=scopes)
        return self._integrated(served, event)

    def _integrated(self, served: Served, event: Mapping[str, Any]) -> Answer:
        waiting = self._integrations.submit(self._environments.invoke, served.function, event)
        try:
            answer = answer_of(waiting.result(self._patience))
        except (FunctionTimedOutError, Late):
            return said(503, "Service Unavailable")
        except EventTooLargeError:
            return said(413, "Request Entity Too Large")
        except (FunctionFailedError, MalformedAnswerError):
            return said(500, "Internal Server Error")
        return answer if len(answer.body) <= MAX_PAYLOAD else said(500, "Internal Server Error")


def _request(environ: Mapping[str, Any]) -> Request:
    headers = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.lower().replace("_", "-")] = environ[name]
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace"),
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=environ["wsgi.input"].read(MAX_BODY + 1),
        source_ip=environ.get("REMOTE_ADDR", "127.0.0.1"),
        protocol=environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
    )


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _is_preflight(request: Request) -> bool:
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def _allowed(cors: Cors, origin: str) -> str | None:
    """Return what `access-control-allow-origin` says to this origin, None where it may not read."""
    for allowed in cors.origins:
        if allowed == "*" or (allowed.endswith("://*") and origin.startswith(allowed[:-1])):
            return origin if cors.credentials else "*"
        if allowed == origin:
            return origin
    return None


def _shared(cors: Cors, origin: str) -> dict[str, str]:
    allowed = _allowed(cors, origin)
    if allowed is None:
        return {}
    headers = {"access-control-allow-origin": allowed}
    if allowed != "*":
        headers["vary"] = "origin"
    if cors.credentials:
        headers["access-control-allow-credentials"] = "true"
    if cors.exposed:
        headers["access-control-expose-headers"] = ",".join(cors.exposed)
    return headers


def _preflight(cors: Cors, origin: str, request: Request) -> dict[str, str]:
    headers = _shared(cors, origin)
    if not headers:
        return {}
    asked = request.headers["access-control-request-method"]
    methods = cors.methods
    if "*" in methods or asked in methods:
        headers["access-control-allow-methods"] = ",".join(methods)
    names = cors.headers
    if names:
        wanted = request.headers.get("access-control-request-headers", "")
        headers["access-control-allow-headers"] = wanted if "*" in names and wanted else ",".join(names)
    if cors.max_age is not None:
        headers["access-control-max-age"] = str(cors.max_age)
    return headers
