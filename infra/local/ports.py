"""Loopback ports that are held from the moment they are drawn, so that nobody else draws them before they are used."""

import errno
import socket
import sys

from infra.local.problems import CannotRunError

# Where the kernel lets a server bind a port that is held but not listened at, if both say so as PostgreSQL does.
SHARED_WHILE_HELD = sys.platform == "linux"


def hold(port: int = 0) -> socket.socket:
    """Bind a socket to a port, to a free one where none is named, without listening; raises CannotRunError."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind(("127.0.0.1", port))
    except OSError as error:
        held.close()
        raise _cannot(port, error) from error
    return held


def listen(port: int = 0) -> socket.socket:
    """Hold a port and listen: who calls now is answered as soon as somebody serves; raises CannotRunError."""
    listening = hold(port)
    try:
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise _cannot(port, error) from error
    return listening


def number_of(held: socket.socket) -> int:
    port: int = held.getsockname()[1]
    return port


def free_port() -> int:
    """Return a port that is free now; whoever must not lose it holds it instead."""
    with hold() as probe:
        return number_of(probe)


def _cannot(port: int, error: OSError) -> CannotRunError:
    why = "is taken; stop what listens there" if error.errno == errno.EADDRINUSE else "may not be opened"
    return CannotRunError(f"Port {port} {why} or choose another: make run PORT={port + 1}.")
