"""A mail server of a test's own, speaking real SMTP."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP

from app.core.setting_values import SmtpServer
from app.gateways.mail import MailServer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from email.message import EmailMessage
    from ssl import SSLContext

    from aiosmtpd.smtp import Envelope, Session

SENDER = "crm@slyyfoxx.example"


@dataclass
class Post:
    """What came in, to whom, and what the server says next to a recipient and to a message: empty is yes."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    to_recipient: str = ""
    to_message: str = ""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event | None = None

    async def handle_RCPT(  # noqa: N802  aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's
        if self.to_message:
            return self.to_message
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content.replace(b"\r\n", b"\n"), policy=default))
        self.raw.append(envelope.content)
        self.recipients += envelope.rcpt_tos
        self.arrived.set()
        if self.go_on is not None:
            await self.go_on.wait()
        return "250 Taken"

    @property
    def server(self) -> MailServer:
        """The way to it, as the app goes it."""
        return way_to(self.port)

    def bodies(self) -> str:
        """Return all that stands in all mails, in both of its forms."""
        parts = [part for mail in self.mails for part in mail.walk() if not part.is_multipart()]
        heads = [f"{name}: {value}" for mail in self.mails for name, value in mail.items()]
        return "\n".join([*heads, *(part.get_content() for part in parts)])


def said(mail: EmailMessage, kind: str = "plain") -> str:
    """Return what stands in a mail, as text or as HTML."""
    body = mail.get_body((kind,))
    assert body is not None
    return body.get_content()


def way_to(port: int, tls: str = "none", **login: str) -> MailServer:
    """Return the app's way to a server of this machine."""
    return MailServer(SmtpServer("127.0.0.1", port, tls, **login), SENDER)


@asynccontextmanager
async def mail_server(*, secret: SSLContext | None = None, **options: Any) -> AsyncGenerator[Post]:
    """Run one, with `secret` by TLS from the start; `options` are aiosmtpd's."""
    post = Post()
    loop = asyncio.get_running_loop()
    transports: list[Any] = []

    class Noted(SMTP):
        def connection_made(self, transport: Any) -> None:
            transports.append(transport)
            super().connection_made(transport)

    server = await loop.create_server(
        lambda: Noted(post, enable_SMTPUTF8=True, loop=loop, hostname="mail.example", **options),
        "127.0.0.1",
        0,
        ssl=secret,
    )
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        server.close()
        for each in transports:
            if not each.is_closing():  # Python 3.11.2 has nothing left to abort then
                each.abort()
