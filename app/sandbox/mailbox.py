"""The company's mail server and everybody's mailbox in one: what the CRM sends ends here, and nowhere else."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any, Final

from aiosmtpd.smtp import SMTP
from litestar import MediaType, Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.response import Template

from app.core import clock
from app.core.errors import NotFound
from app.core.ids import uuid7
from app.sandbox.jsonfile import JsonFile
from app.sandbox.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from email.message import EmailMessage
    from pathlib import Path

    from aiosmtpd.smtp import Envelope, Session

KEPT: Final = 50
SHOWN: Final = ("From", "To", "Subject", "Date", "Message-ID")


class Mailbox:
    """The last mails, the newest first; each is on disk before it counts as received."""

    def __init__(self, path: Path) -> None:
        self._file = JsonFile(path)
        self.mails: list[dict[str, Any]] = self._file.read().get("mails", [])

    def find(self, mail_id: str) -> dict[str, Any]:
        """Return one mail; raises NotFound."""
        found = next((mail for mail in self.mails if mail["id"] == mail_id), None)
        if found is None:
            raise NotFound
        return found

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's
        """Take a mail in."""
        content = envelope.content or b""
        mail = _read(content if isinstance(content, bytes) else content.encode())
        self.mails = [mail, *self.mails][:KEPT]
        self._file.write({"mails": self.mails})
        return "250 It is in the mailbox"


@asynccontextmanager
async def receiving(mailbox: Mailbox, port: int) -> AsyncGenerator[None]:
    """Speak SMTP on a port of this machine until the block ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(mailbox, enable_SMTPUTF8=True, hostname="mail.slyyfoxx.example", loop=loop),
        LOOPBACK,
        port,
    )
    try:
        yield
    finally:
        server.close()


def mail_router(mailbox: Mailbox) -> Router:
    """Return the pages about `mailbox`."""
    return Router(
        "/mail",
        route_handlers=[show_mails, list_mails, show_as_html],
        dependencies={"mailbox": Provide(lambda: mailbox, sync_to_thread=False)},
    )


@get("/", sync_to_thread=False)
def show_mails(mailbox: NamedDependency[Mailbox]) -> Template:
    """Show what came in."""
    return Template("mail.html.jinja2", context={"mails": mailbox.mails})


@get("/mails.json", sync_to_thread=False)
def list_mails(mailbox: NamedDependency[Mailbox]) -> dict[str, Any]:
    """Answer the same as JSON."""
    return {"mails": mailbox.mails}


@get("/{mail_id:str}/html", sync_to_thread=False)
def show_as_html(mailbox: NamedDependency[Mailbox], mail_id: str) -> Response[str]:
    """Show a mail as a mail program would; our policy lets it fetch nothing."""
    return Response(mailbox.find(mail_id)["html"], media_type=MediaType.HTML)


def _read(content: bytes) -> dict[str, Any]:
    message: EmailMessage = message_from_bytes(content.replace(b"\r\n", b"\n"), policy=default)
    headers = {name: str(message[name] or "") for name in SHOWN}
    return {
        "id": str(uuid7()),
        "received_at": clock.now().isoformat(timespec="seconds"),
        "headers": headers,
        "text": _part(message, "plain"),
        "html": _part(message, "html"),
        "off_url": str(message["List-Unsubscribe"] or "").strip("<>"),
    }


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return "" if body is None else str(body.get_content())
