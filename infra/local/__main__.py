"""`python -m infra.local run`: serves the whole product on this machine until Ctrl-C."""

import argparse
import errno
import fcntl
import logging
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from infra.local import demo
from infra.local.cloud import CHECKOUT, Cloud, Options
from infra.local.postgres import Postgres
from infra.local.problems import CannotRunError

FOLDER = CHECKOUT / ".local"
_SHOWN_AFTER = 2.0  # seconds
_NEEDED = 300 * 1024 * 1024  # bytes of disk for a fresh start
_REFUSED = 2
_PORTS = 65536


class Progress:
    """Tells what is being waited for, once it takes longer than two seconds."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._step = ""
        self._timer: threading.Timer | None = None

    def __call__(self, step: str) -> None:
        self.done()
        self._step = step
        late = max(0.0, self._began + _SHOWN_AFTER - time.monotonic())
        self._timer = threading.Timer(late, lambda: print(f"  {step} …", flush=True))
        self._timer.daemon = True
        self._timer.start()

    def done(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def main(arguments: list[str] | None = None) -> int:
    said = _arguments(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        with _only_one(said.folder):
            if said.fresh:
                _forget(said.folder)
            _check_disk(said.folder)
            _run(said)
    except CannotRunError as problem:
        print(problem, file=sys.stderr)
        return _REFUSED
    except OSError as problem:
        if problem.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        print(f"{problem.strerror}: {problem.filename or said.folder}; make room or rights there.", file=sys.stderr)
        return _REFUSED
    except KeyboardInterrupt:
        return 130
    return 0


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    run = parser.add_subparsers(required=True).add_parser("run", help="serve until Ctrl-C")
    run.add_argument("--port", type=_port, default=8000)
    run.add_argument("--fresh", action="store_true", help="forget what earlier runs stored")
    run.add_argument("--no-demo", action="store_true", help="start without the demo account")
    run.add_argument("--folder", type=Path, default=FOLDER, help="where data and logs are kept")
    run.add_argument("--workers", type=int, default=8, help="events handled at the same time")
    run.add_argument(
        "--mode",
        choices=("shared", "lambda"),
        default="shared",
        help="lambda: each function in its own process under Lambda's runtime client, as `make build` left it",
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < _PORTS:
        raise argparse.ArgumentTypeError(f"{text} is no port; choose a number from 1 to {_PORTS - 1}")
    return int(text)


def _run(said: argparse.Namespace) -> None:
    ending = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ending.set()

    progress = Progress()
    cloud = Cloud(
        Options(
            folder=said.folder,
            port=said.port,
            workers=said.workers,
            mode=said.mode,
            wishes=os.environ,
            progress=progress,
        )
    )
    cloud.start()
    try:
        if not said.no_demo:
            progress("loading the demo account")
            demo.load(cloud)
        signal.signal(signal.SIGINT, end)
        signal.signal(signal.SIGTERM, end)
        progress.done()
        print(f"ready {cloud.url}", flush=True)
        if not said.no_demo:
            print(demo.how_to_sign_in(cloud.url), flush=True)
        ending.wait()
    finally:
        cloud.stop()


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; it is the kernel's, so a killed run leaves none behind."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotRunError("Firstline already runs from this checkout; end that one first (Ctrl-C).") from error
        yield


def _forget(folder: Path) -> None:
    Postgres(folder / "postgres", port=0).erase()
    shutil.rmtree(folder / "logs", ignore_errors=True)


def _check_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _NEEDED:
        raise CannotRunError(
            f"Only {free // 2**20} MB are free where {folder} lies; Firstline needs {_NEEDED // 2**20} MB: make room."
        )


if __name__ == "__main__":
    sys.exit(main())
