"""A local cloud for tests: in a temporary folder, on free ports, with a database that need not survive."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from infra.local.cloud import CHECKOUT, Cloud, Options
from infra.local.place import APPLICATION_ROLE, DATABASE, OWNER_ROLE
from infra.local.postgres import SUPERUSER

_ROLES = {"app": APPLICATION_ROLE, "owner": OWNER_ROLE, "superuser": SUPERUSER}


class LocalCloud:
    """`with LocalCloud() as cloud:` serves template.yaml at `cloud.url`.

    Schedules do not fire by themselves (POST /_local/tick/{function} does it), batches hardly wait for more, and a
    message that failed comes back after a fifth of a second. `settings` overrides environment variables of the
    functions. With `build`, the output folder of `sam build`, each function runs in its own process under the Lambda
    runtime client.
    """

    def __init__(
        self,
        *,
        template: Path = CHECKOUT / "template.yaml",
        settings: Mapping[str, str] | None = None,
        workers: int = 4,
        schedules: bool = False,
        build: Path | None = None,
    ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="firstline-"))
        self._folder.chmod(0o755)
        self._cloud = Cloud(
            Options(
                folder=self._folder,
                template=template,
                workers=workers,
                mode="lambda" if build else "shared",
                build=build or CHECKOUT,
                durable=False,
                schedules=schedules,
                retry_after=0.2,
                longest_window=0.05,
                settings=settings or {},
            )
        )

    def __enter__(self) -> Self:
        self._cloud.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cloud.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def url(self) -> str:
        return self._cloud.url

    @property
    def cloud(self) -> Cloud:
        return self._cloud

    @property
    def functions_log(self) -> Path:
        return self._folder / "logs" / "functions.log"

    @property
    def sqs(self) -> Any:
        return self._cloud.aws.client("sqs")

    def queue_url(self, logical_id: str) -> str:
        return self._cloud.place.queue_url(self._cloud.template.queues[logical_id].name)

    def database_url(self, role: str = "app", database: str = DATABASE) -> str:
        """Return SQLAlchemy's URL for `app`, `owner` or `superuser`."""
        return self._cloud.postgres.url(_ROLES[role], database)

    def copy_database(self, name: str, template: str = DATABASE) -> str:
        """Make another database from a template nobody is connected to, and return its name."""
        self._cloud.postgres.create_database(name, template=template)
        return name
