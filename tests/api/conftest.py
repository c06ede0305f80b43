"""Connections are given back after each test: the gateway takes a hundred, and these tests open more."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _hang_up(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "cloud" in request.fixturenames:
        cloud: Any = request.getfixturevalue("cloud")
        for client in cloud._clients:
            client.close()
