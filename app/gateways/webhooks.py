"""Events by HTTP to one receiver, signed by Standard Webhooks (https://www.standardwebhooks.com)."""

from __future__ import annotations

import asyncio
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

import httpx
import msgspec
from standardwebhooks.webhooks import Webhook

from app.contracts.events import CONTENT_TYPE
from app.core.clock import now
from app.domain.signing import signing_key
from app.gateways.addresses import public_address
from app.gateways.event_bus import Sink, Undelivered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.contracts.events import OutgoingEvent

SECONDS: Final = 15.0
RETRY_AFTER: Final = (5.0, 30.0, 120.0, 300.0, 900.0, 3600.0)
LONGEST_WAIT: Final = 24 * 3600.0
GONE: Final = 410


class WebhookSink(Sink):
    """One receiver. Only a 2xx counts; a redirect is not followed, because it could lead anywhere."""

    name = "webhook"
    one_at_a_time = True
    retry_after = RETRY_AFTER

    def __init__(self, url: str, secrets: Sequence[str], *, private: bool = False) -> None:
        self._url = httpx.URL(url)
        self._secrets = secrets
        self._private = private
        self._http = httpx.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=False)

    async def publish(self, event: OutgoingEvent) -> str:
        """Post the event; returns the receiver's status line."""
        body = msgspec.json.encode(event)
        headers = {"content-type": CONTENT_TYPE, **sign(self._secrets, str(event.id), now(), body)}
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self._post(body, headers)
        except TimeoutError as error:
            raise Undelivered(f"the receiver: no answer in {SECONDS:.0f} seconds") from error
        except httpx.HTTPError as error:
            raise Undelivered(f"the receiver: {type(error).__name__}") from error
        said = f"{answer.status_code} {answer.reason_phrase}".strip()
        if not answer.is_success:
            wait = _wanted_wait(answer.headers.get("retry-after", ""))
            gone = answer.status_code == GONE
            raise Undelivered(f"the receiver answered {said}", retry_after=wait, gone=gone)
        return said

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """Post to the address that was checked: a name could mean another one a moment later."""
        url, extensions = self._url, dict[str, str]()
        if not self._private:
            headers |= {"host": url.netloc.decode("ascii")}
            extensions = {"sni_hostname": url.host}
            url = url.copy_with(host=await public_address(url.host))
        # The body is not read: only the status counts, and a receiver could send without end.
        async with self._http.stream(
            "POST", url, content=body, headers=headers, extensions=extensions
        ) as answer:
            return answer


def sign(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers; every secret signs, so that a receiver may hold any of them."""
    text = body.decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(
            Webhook(signing_key(each)).sign(message_id, at, text) for each in secrets
        ),
    }


def _wanted_wait(header: str) -> float:
    """Read Retry-After, in seconds or as a date; nonsense counts as nothing, and a day is the most."""
    if header.isascii() and header.isdigit():
        return min(float(header[:9]), LONGEST_WAIT)
    try:
        wait = (parsedate_to_datetime(header) - now()).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(wait, 0.0), LONGEST_WAIT)
