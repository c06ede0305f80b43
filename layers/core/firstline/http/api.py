"""What makes a function a door: routing, shapes checked both ways, problems, and replies that may be repeated."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from firstline.http import problems, replies
from firstline.observability import log

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def api() -> APIGatewayHttpResolver:
    """Return the resolver of one function; the door puts its single route on it."""
    app = APIGatewayHttpResolver(enable_validation=True)
    problems.register(app)
    return app


def lambda_handler(app: APIGatewayHttpResolver) -> Handler:
    """Return the handler of a door: one request in, one response out, and no exception past it."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        logger = log()
        logger.clear_state()
        logger.append_keys(correlation_id=context.aws_request_id, route=event.get("routeKey"))
        try:
            return replies.replayable(event, lambda: app.resolve(event, context))
        except Exception:  # noqa: BLE001  the edge: a client gets a fixed sentence, the log the rest
            return problems.unexpected(context.aws_request_id)

    return handler
