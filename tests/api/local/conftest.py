"""A local cloud over a small template of its own, so that these tests do not depend on the product's routes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from infra.local.testing import LocalCloud

TEMPLATE = Path(__file__).parent / "cloud" / "template.yaml"
Call = Callable[..., urllib3.BaseHTTPResponse]


@pytest.fixture(scope="session")
def trial() -> Iterator[LocalCloud]:
    with LocalCloud(template=TEMPLATE) as cloud:
        yield cloud


@pytest.fixture
def call(trial: LocalCloud) -> Iterator[Call]:
    """Call the gateway as a client of it would, one connection per test."""
    with urllib3.PoolManager(maxsize=16, retries=False) as http:

        def send(method: str, path: str, **arguments: Any) -> urllib3.BaseHTTPResponse:
            return http.request(method, f"{trial.url}{path}", **arguments)

        yield send


@pytest.fixture
def token(trial: LocalCloud) -> str:
    return trial.cloud.pool.sign_in("ada@example.com")[1]
