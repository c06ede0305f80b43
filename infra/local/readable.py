"""Where a server that may not be root can work when the checkout lies in a folder that only root may enter."""

import os
import pwd
import stat
from hashlib import sha256
from pathlib import Path

from infra.local.problems import CannotRunError

_SHELTER = Path("/var/tmp")  # noqa: S108  every part below it is made by us and checked for its owner


def reachable_by(user: pwd.struct_passwd, path: Path) -> bool:
    """Tell whether `user` may enter every folder on the way to `path`."""
    existing = path.absolute()
    while not existing.exists():
        existing = existing.parent
    return all(_may_enter(user, folder) for folder in (existing, *existing.parents) if folder.is_dir())


def _may_enter(user: pwd.struct_passwd, folder: Path) -> bool:
    status = folder.stat()
    if status.st_uid == user.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def shelter(folder: Path, user: pwd.struct_passwd) -> Path:
    """Return `folder` itself where `user` can reach it, else a folder of its own name under /var/tmp."""
    if reachable_by(user, folder):
        return folder
    name = sha256(str(folder.absolute()).encode()).hexdigest()[:16]
    made = _SHELTER / f"firstline-{os.geteuid()}" / name
    for part in (made.parent, made):
        part.mkdir(mode=0o755, exist_ok=True)
        status = part.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in {os.geteuid(), user.pw_uid}:
            raise CannotRunError(f"{part} belongs to someone else; remove it and run it again.")
    return made
