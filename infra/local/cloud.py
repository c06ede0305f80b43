"""All parts of a local cloud, put together and started side by side."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from waitress.server import create_server

from infra.local import ports
from infra.local.authorizer import JwtAuthorizer, KeySet
from infra.local.aws import AwsStandIn, UserPool
from infra.local.durability import Outbox
from infra.local.environments import FunctionFailedError, FunctionTimedOutError
from infra.local.forked import ForkedEnvironments
from infra.local.gateway import Gateway
from infra.local.local_routes import LocalRoutes
from infra.local.packaged import PackagedEnvironments
from infra.local.people import People, opening
from infra.local.place import Place
from infra.local.poller import Mapped
from infra.local.postgres import Postgres
from infra.local.problems import CannotRunError
from infra.local.schedules import Schedules
from infra.local.template import Template

CHECKOUT = Path(__file__).resolve().parents[2]
Mode = Literal["shared", "lambda"]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """How to run.

    For tests, `retry_after` shortens redelivery after a failure and `longest_window` the batching windows, both in
    seconds. `settings` are variables every function
    gets; `wishes` are a person's environment, of which only what the template names is heard.
    """

    folder: Path
    port: int = 0
    checkout: Path = CHECKOUT
    template: Path = CHECKOUT / "template.yaml"
    build: Path = CHECKOUT / ".aws-sam" / "build"
    workers: int = 8
    durable: bool = True
    schedules: bool = True
    retry_after: float | None = None
    longest_window: float | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    wishes: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = "shared"
    progress: Progress = lambda _step: None


class Cloud:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._endings = contextlib.ExitStack()
        self._listening = self._endings.enter_context(ports.listen(options.port))
        self.port = ports.number_of(self._listening)
        aws_listening = self._endings.enter_context(ports.listen())
        held = self._endings.enter_context(ports.hold())
        self.postgres = Postgres(options.folder / "postgres", ports.number_of(held), durable=options.durable, held=held)
        self.place = Place(
            checkout=options.checkout,
            gateway_url=f"http://127.0.0.1:{self.port}",
            aws_url=f"http://127.0.0.1:{ports.number_of(aws_listening)}",
            database_port=self.postgres.port,
            overrides=options.settings,
        )
        self.template: Template = self.place.read_template(self._template_path())
        self.aws = AwsStandIn(self.place, aws_listening)
        self.outbox = Outbox(self.postgres)
        self._opening = opening(self.template.layers)
        self.environments = self._environments()
        for part in (self.postgres, self.outbox, self.aws, self.environments):  # the functions end before what they use
            self._endings.callback(part.stop)
        self.pool: UserPool
        self.people: People
        self.gateway: Gateway
        self._sqs: Any = None

    @property
    def log(self) -> Path:
        return self._options.folder / "logs" / "functions.log"

    @property
    def url(self) -> str:
        return self.place.gateway_url

    def start(self) -> None:
        """Start everything; raises CannotRunError, with nothing left running."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        say = self._options.progress
        self.aws.start()
        self.environments.start()
        with ThreadPoolExecutor(1) as beside:
            aws = beside.submit(self._prepare_aws)
            say("starting PostgreSQL")
            self.postgres.start()
            self.postgres.wait()
            self.postgres.prepare()
            say("loading the functions")
            self.environments.wait()
            say("migrating the database")
            self._migrate()
            say("starting the AWS stand-in")
            aws.result()
        self.outbox.prepare()
        self._serve()
        self._poll()
        if self._options.schedules:
            schedules = Schedules(self.template.functions.values(), self.environments)
            self._begin(schedules.start, schedules.stop)

    def stop(self) -> None:
        self._endings.close()

    def unfinished(self) -> dict[str, int]:
        """Count what is still to do: events being handled, outbox messages due, each queue's messages in any state.

        In this order, so that nothing moves on unseen: what a function puts in the outbox is counted there, and what
        is sent from there in its queue.
        """
        left = {"in_flight": self.environments.in_flight, "outbox": self.outbox.unsent()}
        for queue in self._consumed_queues():
            counted = self._sqs.get_queue_attributes(
                QueueUrl=self.place.queue_url(queue),
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            )["Attributes"]
            left[queue] = sum(map(int, counted.values()))
        return left

    def _template_path(self) -> Path:
        if self._options.mode == "shared":
            return self._options.template
        built = self._options.build / "template.yaml"
        if not built.exists():
            raise CannotRunError("Nothing is built yet; run `make build` first.")
        return built

    def _environments(self) -> ForkedEnvironments | PackagedEnvironments:
        options, fixed = self._options, self.place.environment()
        named = {name for function in self.template.functions.values() for name in function.environment}
        heard = {
            name: value for name, value in options.wishes.items() if name in named or name.startswith("FIRSTLINE_")
        }
        if options.mode == "lambda":
            return PackagedEnvironments(
                self.template.layers, environment={**heard, **fixed}, folder=options.folder, size=options.workers
            )
        return ForkedEnvironments(
            {**self.template.functions, self._opening.logical_id: self._opening},
            environment={**heard, **fixed},
            checkout=options.checkout,
            log=self.log,
            size=options.workers,
        )

    def _begin(self, start: Callable[[], None], stop: Callable[[], None]) -> None:
        self._endings.callback(stop)
        start()

    def _serve(self) -> None:
        authorizer = JwtAuthorizer({self.place.issuer: KeySet(self.place.jwks_url)})
        self.gateway = Gateway(self.template, self.environments, authorizer, local=self._local_routes())
        server = create_server(
            self.gateway,
            sockets=[self._listening],
            threads=32,
            connection_limit=2000,  # browsers and tests keep theirs open; beyond it new ones would wait in silence
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=False,
            max_request_body_size=64 * 1024 * 1024,
            ident="",
        )
        thread = threading.Thread(target=server.run, name="http", daemon=True)

        def end() -> None:
            server.task_dispatcher.shutdown(timeout=5)
            server.close()
            self.gateway.close()

        self._begin(thread.start, end)

    def _local_routes(self) -> LocalRoutes:
        return LocalRoutes(
            template=self.template,
            environments=self.environments,
            people=self.people,
            mail=self.aws.mail,
            unfinished=self.unfinished,
        )

    def _prepare_aws(self) -> None:
        self.aws.wait()
        self.aws.create(list(self.template.queues.values()))
        self._sqs = self.aws.client("sqs")
        self.pool = UserPool(self.aws, self.place)
        self.people = People(self.postgres, self.pool, self.environments, self._opening)

    def _migrate(self) -> None:
        function = self.template.function("migrate_database")
        if function is None:
            return
        try:
            self.environments.invoke(function, {})
        except (FunctionFailedError, FunctionTimedOutError) as error:
            raise CannotRunError(f"The database cannot be migrated ({error}); {self.log} says why.") from error

    def _poll(self) -> None:
        queues = {queue.arn: queue for queue in self.template.queues.values()}
        for function in self.template.functions.values():
            for source in function.queues:
                if not source.enabled:
                    continue
                queue = queues[source.queue_arn]
                mapped = Mapped(
                    source,
                    function,
                    queue,
                    sqs=self._sqs,
                    queue_url=self.place.queue_url(queue.name),
                    environments=self.environments,
                    consumed=self.outbox.consumed,
                    retry_after=self._options.retry_after,
                    longest_window=self._options.longest_window,
                )
                self._begin(mapped.start, mapped.stop)

    def _consumed_queues(self) -> list[str]:
        arns = {source.queue_arn for function in self.template.functions.values() for source in function.queues}
        return [queue.name for queue in self.template.queues.values() if queue.arn in arns]
