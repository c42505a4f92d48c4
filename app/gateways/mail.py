"""Mail, handed to the company's mail server by SMTP: one message, one connection, one answer."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

import aiosmtplib

from app.core import clock

if TYPE_CHECKING:
    from app.core.setting_values import SmtpServer
    from app.core.settings import Settings

SECONDS: Final = 10.0  # for all of it, from the first packet to the last answer
SECONDS_TO_PART: Final = 1.0
FROM: Final = "SLYYFOXX CRM"
OFF: Final = "List-Unsubscribe"
REFUSED: Final = range(500, 600)
LONGEST_NAME: Final = 100


class Unfolded(UnstructuredHeader, BaseHeader):
    """A header with an address in it: the library would break a long one into encoded words, which nobody decodes."""

    def fold(self, *, policy: Policy) -> str:
        """Return the header in one line."""
        return f"{self.name}: {self}{policy.linesep}"


class Undelivered(Exception):
    """The message is not on its way, and why; `for_good` when trying again would not help."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Mail:
    """A message to one person. `key` names it: the same message, sent again, has the same one."""

    key: str
    name: str
    address: str
    subject: str
    text: str
    html: str
    off_url: str


class MailServer:
    """The server of SMTP_URL. It is spoken to by TLS unless the setting says otherwise."""

    def __init__(self, server: SmtpServer, sender: str) -> None:
        self._server = server
        self._sender = sender
        self._trust: ssl.SSLContext | None = None

    async def send(self, mail: Mail) -> None:
        """Hand the message over; raises Undelivered."""
        message = compose(mail, self._sender)
        await self._talk(message)

    async def check(self) -> None:
        """Say hello, and who we are; raises Undelivered when the server does not answer or does not let us in."""
        await self._talk(None)

    async def _talk(self, message: EmailMessage | None) -> None:
        client = self._client()
        try:
            async with asyncio.timeout(SECONDS):
                await client.connect()
                if message is not None:
                    await client.send_message(message)
            await _part(client)
        except TimeoutError as error:
            raise Undelivered(f"no answer in {SECONDS:.0f} seconds") from error
        except aiosmtplib.SMTPRecipientsRefused as error:
            (refused,) = error.recipients
            for_good = refused.code in REFUSED
            raise Undelivered(f"{refused.code} {refused.message}", for_good=for_good) from error
        except aiosmtplib.SMTPResponseException as error:
            raise Undelivered(f"{error.code} {error.message}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Undelivered(f"{type(error).__name__}: {error}") from error
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        it = self._server
        if self._trust is None and it.tls != "none":
            self._trust = ssl.create_default_context()
        return aiosmtplib.SMTP(
            hostname=it.host,
            port=it.port,
            username=it.user,
            password=it.password,
            timeout=SECONDS,
            use_tls=it.tls == "from-the-start",
            start_tls=it.tls == "upgraded",
            tls_context=self._trust,
        )


def open_mail(settings: Settings) -> MailServer | None:
    """Return the mail server, None where none is configured; nothing connects before the first message."""
    return None if settings.smtp is None else MailServer(settings.smtp, settings.mail_from)


def compose(mail: Mail, sender: str) -> EmailMessage:
    """Write the message; raises Undelivered for an address that is none. No word in it becomes a header of its own."""
    message = EmailMessage(_policy())
    try:
        message["From"] = Address(FROM, addr_spec=sender)
        message["To"] = Address(_one_line(mail.name), addr_spec=mail.address)
        message["Subject"] = _one_line(mail.subject)
    except (
        MessageError,
        ValueError,
        IndexError,
    ) as error:  # its parser's ways to say that this is no address
        raise Undelivered("The address cannot be written to", for_good=True) from error
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{mail.key}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is answered to us
    message[OFF] = f"<{mail.off_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


async def _part(client: aiosmtplib.SMTP) -> None:
    """Take leave. What the server took it has: a failure here is none of the message."""
    with suppress(TimeoutError, aiosmtplib.SMTPException, OSError):
        async with asyncio.timeout(SECONDS_TO_PART):
            await client.quit()


def _policy() -> Policy:
    headers = HeaderRegistry()
    headers.map_to_type(OFF, Unfolded)
    return SMTP.clone(header_factory=headers)


def _one_line(text: str) -> str:
    printable = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(printable.split())[:LONGEST_NAME]
