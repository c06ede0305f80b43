"""What the routes under /_local may touch of the cloud they are a part of."""

from typing import Protocol

from infra.local.aws import AwsStandIn, UserPool
from infra.local.environments import Environments
from infra.local.people import People
from infra.local.template import Template


class Parts(Protocol):
    template: Template
    aws: AwsStandIn
    pool: UserPool
    people: People

    @property
    def environments(self) -> Environments: ...

    def unfinished(self) -> dict[str, int]: ...
