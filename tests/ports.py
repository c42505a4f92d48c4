"""Ports for servers of tests: nobody else on the machine is given one while this process lives."""

from __future__ import annotations

import socket


def reserve_port() -> int:
    """Return a port that is bound here and never listened on, so that only a server told of it can have it.

    The kernel gives it to nobody who takes any port, refuses calls to it, and lets a server in that
    sets SO_REUSEADDR, as all of ours do.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    port = holder.getsockname()[1]
    holder.detach()  # it stays open until this process ends
    return port
