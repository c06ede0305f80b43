"""A scripted model server per test, reached as each provider reaches a real one."""

from collections.abc import Iterator

import pytest

from tests.wire.dialects import DIALECTS, Dialect
from tests.wire.model_servers import ModelServer, model_server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server() as script:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", script.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield script


@pytest.fixture(params=sorted(DIALECTS))
def dialect(request: pytest.FixtureRequest) -> Iterator[Dialect]:
    made: Dialect = DIALECTS[request.param]()
    yield made
    made.close()
