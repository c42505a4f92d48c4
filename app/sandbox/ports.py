"""Free ports of this machine."""

from __future__ import annotations

import errno
import socket
from contextlib import closing

from app.sandbox.home import CannotStart

LOOPBACK = "127.0.0.1"


def free_port() -> str:
    """Return a port of the loopback address that nobody uses."""
    with closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        return str(probe.getsockname()[1])


def is_free(port: str) -> bool:
    """Say whether a server could listen on this port of the loopback address."""
    return port.isdigit() and _trouble(LOOPBACK, int(port)) is None


def check_free(host: str, port: int, variable: str) -> None:
    """Refuse, naming the setting to change, when nothing can listen there."""
    if error := _trouble(host, port):
        taken = error.errno in {errno.EADDRINUSE, errno.EACCES}
        cure = f"set {variable} to a free port" if taken else "set CRM_HOST to an address of this machine"
        raise CannotStart(f"{host}:{port} cannot be used ({error.strerror}); {cure}")


def _trouble(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None
