"""What `sam build` makes, and the product running from it: each function alone, with its layers and nothing else."""

import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from sqlalchemy import create_engine, text

from infra.local.cloud import CHECKOUT
from infra.local.testing import LocalCloud

ARCHITECTURE = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
LIMIT = 250 * 1024 * 1024  # bytes of a function with its layers, unzipped
_UNCHECKED_HASH = 0b01  # the flags of a .pyc, PEP 552

# Compiled packages of the layers load in the version they were built for only.
pytestmark = pytest.mark.skipif(
    sys.version_info[:2] != (3, 12), reason="the functions are built for Python 3.12, which these tests do not run on"
)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build for this machine's own processor and return the folder."""
    sam = CHECKOUT / ".venv-sam" / "bin" / "sam"
    if not sam.exists():
        run(sys.executable, "infra/local/set_up.py", ".venv-sam", "requirements-sam.lock")
    folder = tmp_path_factory.mktemp("build")
    run(str(sam), "build", "--parameter-overrides", f"Architecture={ARCHITECTURE}", "--build-dir", str(folder))
    return folder


def run(*command: str) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ARCHITECTURE": ARCHITECTURE,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "SAM_CLI_TELEMETRY": "0",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    done = subprocess.run(  # noqa: S603  our own tools
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="session")
def packaged(built: Path) -> Iterator[LocalCloud]:
    with LocalCloud(build=built, workers=10) as cloud:
        yield cloud


class TestLayers:
    @pytest.mark.parametrize("layer", ["DependenciesLayer", "CoreLayer", "EncoderLayer"])
    def test_carry_bytecode_that_survives_zipping(self, built: Path, layer: str) -> None:
        sources = [path for path in (built / layer).rglob("*.py") if "script.py.mako" not in path.name]
        compiled = [Path(importlib.util.cache_from_source(str(source))) for source in sources]

        assert len(sources) > 30
        assert [path for path in compiled if not path.exists()] == []
        assert {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled} == {_UNCHECKED_HASH}

    def test_hold_no_tests_of_others(self, built: Path) -> None:
        assert [path for path in (built / "DependenciesLayer").rglob("tests") if path.is_dir()] == []

    def test_are_built_for_this_processor_and_this_python(self, built: Path) -> None:
        libraries = [path.name for path in (built / "DependenciesLayer").rglob("*.cpython-*.so")]
        processor = "aarch64" if ARCHITECTURE == "arm64" else "x86_64"

        assert libraries
        assert [name for name in libraries if f"cpython-312-{processor}" not in name] == []

    def test_with_the_largest_function_stay_within_lambdas_limit(self, built: Path) -> None:
        sizes = {
            folder.name: sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            for folder in built.iterdir()
            if folder.is_dir()
        }

        layers = sum(size for name, size in sizes.items() if name.endswith("Layer"))
        functions = [size for name, size in sizes.items() if not name.endswith("Layer")]
        assert layers + max(functions) < LIMIT


class Person:
    """Someone of a fresh account, over HTTP."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._url = cloud.url
        self._tokens: dict[str, str] = {}
        opened = self.call("POST", "/_local/accounts", {"name": "Northwind IT"})
        self._tokens = {role: user["token"] for role, user in opened["users"].items()}

    def call(self, method: str, path: str, body: Any = None, *, as_: str = "l1_tech") -> Any:
        token = self._tokens.get(as_)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        reply = urllib3.request(method, f"{self._url}{path}", json=body, headers=headers, timeout=60)
        assert reply.status < 300, reply.data
        return reply.json()


class TestPackagedProduct:
    def test_turns_the_loop_from_a_call_to_a_proposal(self, packaged: LocalCloud) -> None:
        person = Person(packaged)
        me = person.call("GET", "/v1/me")
        assert me["account_role"] == "l1_tech"

        call = person.call(
            "POST", "/v1/l1/intake", {"problem_statement": "The VPN does not connect from home since this morning."}
        )
        assert call["outcome"] == "build"
        walk, node = call["session_id"], call["node"]
        while node["node_type"] in ("question", "instruction"):
            answer = {"answer": node["options"][0]["key"]} if node["node_type"] == "question" else {}
            node = person.call("POST", f"/v1/l1/sessions/{walk}/advance", {"node_id": node["id"], **answer})["node"]
        person.call("POST", f"/v1/l1/sessions/{walk}/resolve", {"helpful": True})
        person.call("GET", "/_local/idle?timeout=30")

        (listed,) = person.call("GET", "/v1/flow-proposals", as_="engineer")["items"]
        proposal = person.call("GET", f"/v1/flow-proposals/{listed['id']}", as_="engineer")
        assert (proposal["proposal_type"], proposal["supporting_session_ids"]) == ("new_flow", [walk])

    def test_reads_published_flows_with_the_encoder_of_its_layer(self, packaged: LocalCloud) -> None:
        person = Person(packaged)
        person.call("POST", "/v1/flows/starters", {"publish": True}, as_="admin")

        database = create_engine(packaged.database_url("superuser").replace("postgresql://", "postgresql+pg8000://"))
        with database.connect() as connection:
            found = connection.execute(text("SELECT DISTINCT vectors_model FROM flow_match_documents")).scalars().all()
        database.dispose()
        assert found == ["all-MiniLM-L6-v2-int8"]
        call = person.call("POST", "/v1/l1/intake", {"problem_statement": "My printer does not print, it is offline"})
        assert call["outcome"] == "matched"
