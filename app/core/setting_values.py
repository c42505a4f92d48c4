"""What the values of settings may look like, and what the longer ones say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

HTTP: Final = ("http", "https")
SMTP_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in, and whether the line is secret: from the start, by STARTTLS, or not at all."""

    host: str
    port: int
    tls: str  # `from-the-start`, `upgraded` or `none`
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def smtp_server(url: str) -> SmtpServer:
    """Read a URL such as smtps://user:password@host:465; raises ValueError, which never repeats it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or SMTP_PORTS[parts.scheme]
        options = parse_qs(parts.query, strict_parsing=bool(parts.query), keep_blank_values=True)
    except (KeyError, ValueError) as error:
        raise ValueError("a URL such as smtps://user:password@host") from error
    if not host or len(url.split()) != 1 or parts.path not in {"", "/"} or parts.fragment:
        raise ValueError("a URL such as smtps://user:password@host")
    if options not in ({}, {"tls": ["no"]}) or (options and parts.scheme == "smtps"):
        raise ValueError("without options, but for smtp://host?tls=no")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("a URL with both a user and a password, or neither")
    if options and parts.password is not None:
        raise ValueError(
            "without ?tls=no where it has a password: that would go over the line for all to read"
        )
    tls = "from-the-start" if parts.scheme == "smtps" else "none" if options else "upgraded"
    user, password = (None if each is None else unquote(each) for each in (parts.username, parts.password))
    return SmtpServer(host, port, tls, user, password)


def is_address(value: str) -> bool:
    """Say whether it is a plain e-mail address, as machines have one."""
    return re.fullmatch(r"[\w.+-]{1,64}@[\w-]+(\.[\w-]+)*", value, re.ASCII) is not None


def is_url(value: str, schemes: tuple[str, ...]) -> bool:
    """Say whether it is a URL of one of the schemes; that of a store or a bus may name several hosts."""
    try:
        scheme, place, *_ = urlsplit(value)
        hosts = [urlsplit(f"//{each}") for each in place.rpartition("@")[2].split(",")]
        named = [host.hostname for host in hosts if host.port != 0]
    except ValueError:
        return False
    return scheme in schemes and len(value.split()) == 1 and (scheme not in HTTP or all(named))


def is_rate(value: str) -> bool:
    """Say whether it is a number and a time, such as 100/second."""
    return re.fullmatch(r"[1-9]\d{0,6}/([1-9]\d{0,3})?(second|minute|hour)s?", value, re.ASCII) is not None


def is_scope(value: str) -> bool:
    """Say whether it is what OIDC calls a scope, openid among its words."""
    return re.fullmatch(r"[!#-\[\]-~]+( [!#-\[\]-~]+)*", value) is not None and "openid" in value.split()


def is_currency(value: str) -> bool:
    """Say whether it has the shape of a currency's code."""
    return re.fullmatch("[A-Z]{3}", value) is not None
