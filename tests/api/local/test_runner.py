"""`make run`: one sentence for what is in the way, and nothing lost when it is killed."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from infra.local.cloud import CHECKOUT
from infra.local.ports import free_port
from infra.local.postgres import Postgres


class Runs:
    """Runs of the local cloud on a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[str]] = []

    def begin(self, port: int, *more: str) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-m",
            "infra.local",
            "run",
            "--port",
            str(port),
            "--folder",
            str(self._folder),
            *more,
        ]
        process = subprocess.Popen(  # noqa: S603  our own runner
            command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self._processes.append(process)
        return process

    def ready(self, port: int, *more: str) -> tuple[subprocess.Popen[str], list[str]]:
        """Begin a run and wait until it serves; return it with the lines it printed."""
        process, lines = self.begin(port, *more), []
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith("ready "):
                return process, lines
        raise AssertionError(process.communicate())

    def end(self) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()
        Postgres(self._folder / "postgres", 0).erase()


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    made = Runs(tmp_path / "data")
    yield made
    made.end()


class TestRun:
    def test_on_a_taken_port_says_so_and_what_to_do(self, runs: Runs) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            process = runs.begin(port)
            out, err = process.communicate(timeout=60)

        assert process.returncode == 2
        assert out == ""
        assert err == f"Port {port} is taken; stop what listens there or choose another: make run PORT={port + 1}.\n"

    def test_prints_ready_once_refuses_a_second_and_ends_cleanly(self, runs: Runs) -> None:
        port = free_port()
        process, lines = runs.ready(port)
        second = runs.begin(free_port())
        _, err = second.communicate(timeout=60)

        assert [line for line in lines if line.startswith("ready")] == [f"ready http://127.0.0.1:{port}"]
        assert second.returncode == 2
        assert err == "Firstline already runs from this checkout; end that one first (Ctrl-C).\n"

        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")

    def test_killed_right_after_a_resolve_loses_nothing_and_does_nothing_twice(self, runs: Runs) -> None:
        port = free_port()
        process, _ = runs.ready(port, "--no-demo")
        url = f"http://127.0.0.1:{port}"
        opened = call("POST", f"{url}/_local/accounts", {"name": "Northwind IT"})
        technician, engineer = (opened["users"][role]["token"] for role in ("l1_tech", "engineer"))
        walk = resolved_walk(url, technician)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()

        runs.ready(port, "--no-demo")
        call("GET", f"{url}/_local/idle?timeout=60")

        listed = call("GET", f"{url}/v1/flow-proposals", token=engineer)["items"]  # the token of before is still good
        assert [proposal["supporting_session_count"] for proposal in listed] == [1]
        proposal = call("GET", f"{url}/v1/flow-proposals/{listed[0]['id']}", token=engineer)
        assert proposal["supporting_session_ids"] == [walk]
        email = opened["users"]["engineer"]["email"]
        assert call("POST", f"{url}/_local/sign-in", {"email": email})["token"]
        assert call("GET", f"{url}/v1/me", token=engineer)["email"] == email

    def test_killed_in_the_middle_of_resolves_counts_each_walk_once(self, runs: Runs) -> None:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        process, _ = runs.ready(port, "--no-demo")
        opened = call("POST", f"{url}/_local/accounts", {"name": "Northwind IT"})
        technician, engineer = (opened["users"][role]["token"] for role in ("l1_tech", "engineer"))
        walks = []
        for delay in (0.003, 0.012, 0.03, 0.08):  # before, inside and after the transaction, and while it is folded
            walks.append(walked(url, technician))
            resolving = threading.Thread(target=resolve, args=(url, technician, walks[-1]))
            resolving.start()
            time.sleep(delay)
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            resolving.join()
            process, _ = runs.ready(port, "--no-demo")
            assert resolve(url, technician, walks[-1]) in (200, 409)  # 409: it was resolved before the kill
        call("GET", f"{url}/_local/idle?timeout=60")

        sessions = [call("GET", f"{url}/v1/l1/sessions/{walk}", token=technician) for walk in walks]
        assert [(one["status"], one["analysis_status"]) for one in sessions] == [("resolved", "completed")] * 4
        listed = call("GET", f"{url}/v1/flow-proposals", token=engineer)["items"]
        proposals = [call("GET", f"{url}/v1/flow-proposals/{one['id']}", token=engineer) for one in listed]
        assert [sorted(one["supporting_session_ids"]) for one in proposals] == [sorted(walks)]
        assert [one["supporting_session_count"] for one in proposals] == [4]


def resolve(url: str, token: str, walk: str) -> int | None:
    """Resolve a walk as a client that is cut off: None where no reply came."""
    headers = {"Authorization": f"Bearer {token}"}
    path = f"{url}/v1/l1/sessions/{walk}/resolve"
    try:
        return urllib3.request("POST", path, json={"helpful": True}, headers=headers, retries=False, timeout=90).status
    except urllib3.exceptions.HTTPError:
        return None


def call(method: str, url: str, body: Any = None, *, token: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    reply = urllib3.request(method, url, json=body, headers=headers, timeout=90)
    assert reply.status < 300, reply.data
    return reply.json()


def resolved_walk(url: str, token: str) -> str:
    walk = walked(url, token)
    call("POST", f"{url}/v1/l1/sessions/{walk}/resolve", {"helpful": True}, token=token)
    return walk


def walked(url: str, token: str) -> str:
    """Walk a built problem to its end."""
    problem = {"problem_statement": "The printer in the hall prints nothing and the queue is stuck."}
    begun = call("POST", f"{url}/v1/l1/intake", problem, token=token)
    walk, node = str(begun["session_id"]), begun["node"]
    while node["node_type"] in ("question", "instruction"):
        answer = {"answer": node["options"][0]["key"]} if node["node_type"] == "question" else {}
        step = {"node_id": node["id"], **answer}
        node = call("POST", f"{url}/v1/l1/sessions/{walk}/advance", step, token=token)["node"]
    return walk
