"""Where a name leads: never into our own network, unless an operator allowed that."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Final

from app.gateways.event_bus import Undelivered

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPv6 that carries an IPv4 address inside: where it ends up is decided by somebody else.
TRANSLATED: Final = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "2002::/16", "2001::/32")))


async def public_address(host: str) -> str:
    """Return an address of `host`; raises Undelivered unless every address of it is on the public internet."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Undelivered("the receiver: its name leads nowhere") from error
    addresses = [ipaddress.ip_address(each[4][0]) for each in found]
    if not addresses or not all(map(is_public, addresses)):
        raise Undelivered("the receiver is at a private address; HANDOFF_WEBHOOK_PRIVATE=1 allows that")
    return str(addresses[0])


def is_public(address: Address) -> bool:
    """Say whether an address belongs to the public internet, also when it hides another in itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in TRANSLATED):
            return False
    return address.is_global and not address.is_multicast
