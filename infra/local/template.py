"""What template.yaml says, as plain values: functions with their routes, queues and schedules."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.intrinsics import Resolver


@dataclass(frozen=True)
class Authorizer:
    """A JWT authorizer: who signs the tokens and whom they must be meant for."""

    issuer: str
    audience: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    authorizer: Authorizer | None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueueSource:
    """An event source mapping; the window is in seconds."""

    queue_arn: str
    batch_size: int
    window: float
    reports_failures: bool
    enabled: bool = True


@dataclass(frozen=True)
class Schedule:
    name: str
    expression: str
    payload: str | None = None


@dataclass(frozen=True)
class Function:
    """One Lambda function; `timeout` is in seconds, `memory` in MB, `code` a folder of the checkout."""

    logical_id: str
    name: str
    code: Path
    handler: str
    timeout: float
    memory: int
    environment: Mapping[str, str]
    layers: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    queues: tuple[QueueSource, ...] = ()
    schedules: tuple[Schedule, ...] = ()

    @property
    def file(self) -> str:
        return self.handler.rpartition(".")[0]


@dataclass(frozen=True)
class Queue:
    logical_id: str
    name: str
    arn: str
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Cors:
    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age: int | None = None
    credentials: bool = False


@dataclass(frozen=True)
class Template:
    functions: Mapping[str, Function]
    queues: Mapping[str, Queue]
    cors: Cors | None = None
    layers: Mapping[str, Path] = field(default_factory=dict)

    def function(self, name: str) -> Function | None:
        """Find a function by its logical id, its name or its file's name."""
        for function in self.functions.values():
            if name in (function.logical_id, function.name, function.file):
                return function
        return None


class TemplateReader:
    """Reads one document; `folder` is where its relative paths start."""

    def __init__(self, document: Mapping[str, Any], resolver: Resolver, folder: Path) -> None:
        self._document = document
        self._resolver = resolver
        self._folder = folder
        self._resources = {
            logical_id: resource
            for logical_id, resource in document["Resources"].items()
            if "Condition" not in resource or resolver.condition(resource["Condition"])
        }
        shared = document.get("Globals", {})
        self._globals = {
            "Function": resolver.resolve(_used(shared.get("Function", {}))),
            "HttpApi": resolver.resolve(shared.get("HttpApi", {})),
        }
        self._apis = {
            logical_id: {**self._globals["HttpApi"], **resolver.resolve(resource.get("Properties", {}))}
            for logical_id, resource in self._of("AWS::Serverless::HttpApi")
        }

    def read(self) -> Template:
        cors = [_cors(api["CorsConfiguration"]) for api in self._apis.values() if "CorsConfiguration" in api]
        return Template(
            functions={key: self._function(key, value) for key, value in self._of("AWS::Serverless::Function")},
            queues={key: self._queue(key, value) for key, value in self._of("AWS::SQS::Queue")},
            cors=cors[0] if cors else None,
            layers={
                key: self._folder / self._resolver.resolve(value["Properties"]["ContentUri"])
                for key, value in self._of("AWS::Serverless::LayerVersion")
            },
        )

    def _of(self, kind: str) -> list[tuple[str, Mapping[str, Any]]]:
        return [(key, value) for key, value in self._resources.items() if value["Type"] == kind]

    def _function(self, logical_id: str, resource: Mapping[str, Any]) -> Function:
        own = self._resolver.resolve(_used(resource["Properties"]))
        said = {**self._globals["Function"], **own}
        events = own.get("Events", {})
        variables = {
            **self._globals["Function"].get("Environment", {}).get("Variables", {}),
            **own.get("Environment", {}).get("Variables", {}),
        }
        return Function(
            logical_id=logical_id,
            name=said.get("FunctionName", logical_id),
            code=self._folder / said["CodeUri"],
            handler=said["Handler"],
            timeout=float(said.get("Timeout", 3)),
            memory=int(said.get("MemorySize", 128)),
            environment={key: _text(value) for key, value in variables.items()},
            layers=(*self._globals["Function"].get("Layers", []), *own.get("Layers", [])),
            routes=tuple(self._route(event["Properties"]) for event in events.values() if event["Type"] == "HttpApi"),
            queues=tuple(_queue_source(event["Properties"]) for event in events.values() if event["Type"] == "SQS"),
            schedules=tuple(
                _schedule(name, event["Properties"])
                for name, event in events.items()
                if event["Type"] in {"ScheduleV2", "Schedule"} and _is_on(event["Properties"])
            ),
        )

    def _route(self, said: Mapping[str, Any]) -> Route:
        auth = said.get("Auth", {})
        api = self._api(said)
        settings = api.get("Auth", {})
        chosen = auth.get("Authorizer", settings.get("DefaultAuthorizer", "NONE"))
        authorizers = {key: _authorizer(value) for key, value in settings.get("Authorizers", {}).items()}
        return Route(
            method=said.get("Method", "ANY").upper(),
            path=said["Path"],
            authorizer=None if chosen == "NONE" else authorizers[chosen],
            scopes=tuple(auth.get("AuthorizationScopes", [])),
        )

    def _api(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the API of an event; without an ApiId SAM's implicit one, or the only one there is."""
        named = said.get("ApiId")
        return self._apis.get(str(named)) or next(iter(self._apis.values()), {})

    def _queue(self, logical_id: str, resource: Mapping[str, Any]) -> Queue:
        said = dict(self._resolver.resolve(resource.get("Properties", {})))
        name = said.pop("QueueName", logical_id)
        return Queue(
            logical_id=logical_id,
            name=name,
            arn=self._resolver.resolve({"Fn::GetAtt": [logical_id, "Arn"]}),
            attributes={key: _text(value) for key, value in said.items() if key in _QUEUE_ATTRIBUTES},
        )


_USED = {"FunctionName", "CodeUri", "Handler", "Timeout", "MemorySize", "Layers", "Events", "Environment"}
_QUEUE_ATTRIBUTES = {
    "VisibilityTimeout",
    "RedrivePolicy",
    "DelaySeconds",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "MaximumMessageSize",
}


def _used(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if key in _USED}


def _authorizer(said: Mapping[str, Any]) -> Authorizer:
    configuration = said["JwtConfiguration"]
    audience = configuration.get("audience", [])
    return Authorizer(
        issuer=configuration["issuer"],
        audience=(audience,) if isinstance(audience, str) else tuple(audience),
    )


def _queue_source(said: Mapping[str, Any]) -> QueueSource:
    return QueueSource(
        queue_arn=said["Queue"],
        batch_size=int(said.get("BatchSize", 10)),
        window=float(said.get("MaximumBatchingWindowInSeconds", 0)),
        reports_failures="ReportBatchItemFailures" in said.get("FunctionResponseTypes", []),
        enabled=said.get("Enabled", True) in (True, "true"),
    )


def _is_on(schedule: Mapping[str, Any]) -> bool:
    return schedule.get("State") != "DISABLED" and schedule.get("Enabled") not in (False, "false")


def _schedule(name: str, said: Mapping[str, Any]) -> Schedule:
    return Schedule(
        name=said.get("Name", name),
        expression=said.get("ScheduleExpression", said.get("Schedule", "")),
        payload=said.get("Input"),
    )


def _cors(said: Mapping[str, Any] | bool | str) -> Cors:
    if not isinstance(said, Mapping):  # SAM's short forms: true, or one origin
        return Cors(origins=("*",) if said is True else (str(said),), methods=("*",), headers=("*",))
    return Cors(
        origins=tuple(said.get("AllowOrigins", [])),
        methods=tuple(said.get("AllowMethods", [])),
        headers=tuple(said.get("AllowHeaders", [])),
        exposed=tuple(said.get("ExposeHeaders", [])),
        max_age=int(said["MaxAge"]) if "MaxAge" in said else None,
        credentials=bool(said.get("AllowCredentials", False)),
    )


def _text(value: Any) -> str:
    """Write a value as CloudFormation hands it on: booleans in lower case, objects as JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping | list):
        return json.dumps(value)
    return str(value)
