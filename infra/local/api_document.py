"""`python -m infra.local.api_document [--check]` writes docs/api.json from the functions, or tells that it is stale."""

import argparse
import importlib.util
import inspect
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from infra.local.cloud import CHECKOUT
from infra.local.place import Place
from infra.local.template import Function

PLACE = Path("docs", "api.json")
TITLE = "Firstline"
VERSION = "1"
DESCRIPTION = (
    "The first line of a help desk that learns. Ids are UUIDs, times are RFC 3339 in UTC, lists answer `items` and "
    "`next_cursor`. Every refusal is a problem (RFC 9457)."
)
_NOWHERE = "http://127.0.0.1:1"  # reading the template needs addresses, and calls none
_UNSAFE = frozenset({"post", "put", "patch", "delete"})
_VALIDATION = ("HTTPValidationError", "ValidationError", "ResponseValidationError")  # replaced by our own problems

_NO_CONTENT = "204"

Document = dict[str, Any]

_PROBLEMS = {
    "401": ("Unauthorized", "There is no token, or it is not one of an active user."),
    "402": ("SeatsFull", "Every seat of that role is taken: `role`, `current` and `limit` say which."),
    "403": ("Forbidden", "The role does not allow this."),
    "404": ("NotFound", "It does not exist in this account."),
    "409": ("Conflict", "The present state does not allow this; the members carry that state."),
    "412": ("Stale", "It has changed since the revision that If-Match names."),
    "413": ("TooLarge", "The request is too large."),
    "422": ("Unprocessable", "The shape or the content is wrong: `errors` lists every fault with its location."),
    "429": ("TooMany", "The account has spent what it may spend today."),
    "500": ("Unexpected", "A fault of our own: a fixed sentence and a `correlation_id`."),
}
_ALSO = {
    "create_invite": ["402"],
    "accept_invite": ["402"],
    "update_user": ["402"],
    "start_ai_session": ["429"],
    "respond_ai_session": ["429"],
}
_PROBLEM: Document = {
    "title": "ProblemDocument",
    "description": "RFC 9457, with members of the particular problem beside these.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence that says what to do."},
        "correlation_id": {"type": "string", "description": "Of a 500 only."},
        "errors": {
            "type": "array",
            "description": "Of a 422: every fault with its location.",
            "items": {"type": "object", "additionalProperties": True},
        },
    },
    "additionalProperties": True,
}
_IDEMPOTENCY_KEY: Document = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request is carried out once and answered the same for 24 hours.",
    "schema": {"type": "string", "maxLength": 255},
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local.api_document", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the document is stale")
    checking = parser.parse_args(arguments).check
    document, file = written(api_document()), CHECKOUT / PLACE
    if not checking:
        file.write_text(document)
    elif not file.exists() or file.read_text() != document:
        print(f"{PLACE} no longer says what the functions do; run: make api-document", file=sys.stderr)
        return 1
    return 0


def written(document: Document) -> str:
    """Return the document as it is stored: sorted, so that a difference shows what changed and nothing else."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def api_document() -> Document:
    """Return the OpenAPI document of every route in template.yaml."""
    template = Place(Path(), _NOWHERE, _NOWHERE, 1).read_template(CHECKOUT / "template.yaml")
    resolver = _joined(_resolver_of(function) for function in template.functions.values() if function.routes)
    schema = resolver.get_openapi_schema(title=TITLE, version=VERSION, description=DESCRIPTION)
    document: Document = schema.model_dump(mode="json", by_alias=True, exclude_none=True)
    sentences = _sentences(resolver)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            operation["summary"] = sentences[operation["operationId"]]
            _complete(operation, path, method)
    _add_components(document)
    return document


def _resolver_of(function: Function) -> APIGatewayHttpResolver:
    """Load a door by its file, as Lambda does; areas are no packages."""
    source = function.code / f"{function.file}.py"
    spec = importlib.util.spec_from_file_location(f"door_{function.file}", source)
    if spec is None or spec.loader is None:
        raise ImportError(f"{source} cannot be loaded.")
    door = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # pydantic looks there for generic shapes
    spec.loader.exec_module(door)
    resolver: APIGatewayHttpResolver = door.app
    return resolver


def _joined(resolvers: Iterable[APIGatewayHttpResolver]) -> APIGatewayHttpResolver:
    """Put every door's route on one resolver: only there are shapes of the same name told apart.

    Powertools merges finished documents instead, in which a name may stand for the shape of a request or of an answer.
    """
    whole = APIGatewayHttpResolver(enable_validation=True)
    for resolver in resolvers:
        whole._static_routes += resolver._static_routes  # noqa: SLF001  see above
        whole._dynamic_routes += resolver._dynamic_routes  # noqa: SLF001
    return whole


def _sentences(resolver: APIGatewayHttpResolver) -> dict[str, str]:
    routes = [*resolver._static_routes, *resolver._dynamic_routes]  # noqa: SLF001  the doors' functions are nowhere else
    return {route.operation_id: (inspect.getdoc(route.func) or "").partition("\n")[0] for route in routes}


def _complete(operation: Document, path: str, method: str) -> None:
    """Say what every route has in common: who may knock, the key of a repeatable deed, and how it refuses."""
    parameters = operation.setdefault("parameters", [])
    headers = {parameter["name"].lower() for parameter in parameters if parameter["in"] == "header"}
    statuses = ["401", "403", "422", "500", *_ALSO.get(operation["operationId"], [])]
    if "{" in path:
        statuses.append("404")
    if method in _UNSAFE:
        statuses += ["409", "413"]
        parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
    if "if-match" in headers:
        statuses.append("412")
    done = {status: _done(status, said) for status, said in operation["responses"].items() if status.startswith("2")}
    refused = {status: {"$ref": f"#/components/responses/{_PROBLEMS[status][0]}"} for status in statuses}
    operation["responses"] = done | refused


def _done(status: str, said: Mapping[str, Any]) -> Document:
    return {"description": "Done."} if status == _NO_CONTENT else {**said, "description": "Done."}


def _add_components(document: Document) -> None:
    components = document.setdefault("components", {})
    schemas = components["schemas"] = {
        name: schema for name, schema in components.get("schemas", {}).items() if name not in _VALIDATION
    }
    schemas["ProblemDocument"] = _PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    components["responses"] = {
        name: {"description": sentence, "content": content} for name, sentence in _PROBLEMS.values()
    }
    components["parameters"] = {"IdempotencyKey": _IDEMPOTENCY_KEY}
    components["securitySchemes"] = {"SignedIn": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    document["security"] = [{"SignedIn": []}]


if __name__ == "__main__":
    sys.exit(main())
