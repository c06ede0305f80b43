"""Make the project's own environment: `python3 infra/local/set_up.py [ENVIRONMENT LOCK …]`, with nothing but Python.

Runs before anything is installed, so it uses the standard library only and works on any Python 3.11 or later. Prefers a
Python 3.12, which is what the functions run on. Does nothing when the environment is as the lock files say.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PREFERRED = (3, 12)
OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED = 1_000_000_000  # bytes of disk


def fail(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    raise SystemExit(2)


def version_of(python: str) -> tuple[int, int] | None:
    """Return the version of an interpreter that really starts (a version manager's shim may not)."""
    asked = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    try:
        said = subprocess.run([python, "-c", asked], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor = said.stdout.split()
    return int(major), int(minor)


def find_python() -> tuple[str, tuple[int, int]]:
    """Return the best interpreter: a 3.12 from the PATH or beside this one's siblings, else one that will do."""
    siblings = Path(sys.base_prefix).resolve().parent.glob("3.12*/bin/python3.12")
    candidates = [shutil.which("python3.12"), *map(str, sorted(siblings, reverse=True)), sys.executable]
    candidates += [shutil.which(f"python3.{minor}") for minor in (13, 11)]
    usable = [(path, version) for path in candidates if path and (version := version_of(path))]
    for path, version in usable:
        if version == PREFERRED:
            return path, version
    for path, version in usable:
        if OLDEST <= version <= NEWEST:
            return path, version
    fail("Firstline needs Python 3.11, 3.12 or 3.13 with the venv module. Install one (Debian: python3-venv).")
    raise AssertionError


def run(*command: str) -> None:
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if outcome.returncode == 0:
        return
    said = (outcome.stderr or outcome.stdout).strip()
    if "No space left" in said:
        fail("The disk is full: free about 1 GB and start again.")
    fail(f"Setting up failed at: {' '.join(command)}\n{said}\nCheck the network connection and try again.")


def make(environment: Path, locks: list[Path]) -> None:
    fingerprint = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks) + str(ROOT).encode()).hexdigest()
    stamp = environment / "made-from"
    if stamp.exists() and stamp.read_text() == fingerprint and (environment / "bin" / "python").exists():
        return
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED:
        fail(f"Only {free // 1_000_000} MB of disk are free and about 1 GB is needed. Make room and start again.")
    python, version = find_python()
    begun = time.monotonic()
    print(f"setting up {environment.name} with Python {version[0]}.{version[1]} …", flush=True)
    inside = str(environment / "bin" / "python")
    if version_of(inside) != version:
        run(python, "-m", "venv", "--clear", str(environment))
    run(inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv>=0.5,<1")
    os.environ["UV_PYTHON_DOWNLOADS"] = "never"
    os.environ.setdefault("UV_SYSTEM_CERTS", "1")  # a company's own certificates are in the system's store
    files = [part for lock in locks for part in ("--requirements", str(lock))]
    uv = str(environment / "bin" / "uv")
    run(uv, "pip", "install", "--quiet", "--require-hashes", "--python", inside, *files)
    site = next(environment.glob("lib/python3.*/site-packages"))
    (site / "firstline.pth").write_text(f"{ROOT / 'layers' / 'core'}\n{ROOT}\n")
    stamp.write_text(fingerprint)
    print(f"set up in {time.monotonic() - begun:.0f} s", flush=True)


def main() -> None:
    name, *locks = sys.argv[1:] or [".venv", "requirements.lock"]
    make(ROOT / name, [ROOT / lock for lock in locks])


if __name__ == "__main__":
    main()
