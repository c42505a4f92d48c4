"""The daily and the weekly e-mail: owed in the morning of whoever it is for, read as them when it is sent."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.log import logger
from app.core.settings import settings
from app.domain.digest import (
    TOLD,
    Digest,
    Kind,
    Letter,
    OwnDigest,
    WeeklyDigest,
    day_in,
    due,
    kind_for,
    wait_after,
    zone_called,
)
from app.domain.my_day import today_of
from app.domain.permissions import check_get_digest
from app.domain.viewer import system
from app.gateways import queue
from app.gateways.mail import Mail, Undelivered
from app.services.week import read_week
from app.store import digests, my_day
from app.store.sessions import hash_of
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from app.domain.digest import OwedDigest
    from app.domain.viewer import Viewer
    from app.gateways.mail import MailServer

Write = Callable[[Digest | WeeklyDigest], Letter]

VIEWER: Final = system("jobs")
RUN_SECONDS: Final = 6.0
LEASE: Final = timedelta(minutes=2)  # longer than any attempt: who is not back by then is dead
SENT, EMPTY, FAILED, UNWANTED = "sent", "empty", "failed", "unwanted"

log = logger("digests")


async def send_due(server: MailServer | None, write: Write) -> int:
    """Owe what this morning brings and send what is owed, for a few seconds; returns how many it looked at.

    Without a mail server nothing is owed.
    """
    now, taken = clock.now(), 0
    async with transaction(VIEWER):
        await digests.give_up(VIEWER, now)
        if server is not None:
            await digests.owe(VIEWER, due(await digests.read_zones(VIEWER), now), now)
    end = time.monotonic() + RUN_SECONDS
    while server is not None and time.monotonic() < end and await _send_next(server, write):
        taken += 1
    return taken


async def read_own(viewer: Viewer) -> OwnDigest:
    """Return how the viewer stands with their e-mail; raises Forbidden for who gets none."""
    check_get_digest(viewer)
    async with reading(viewer):
        return await digests.read_own(viewer)


async def set_wanted(viewer: Viewer, *, wanted: bool) -> None:
    """Send it to the viewer from now on, or no more."""
    check_get_digest(viewer)
    async with transaction(VIEWER):
        await digests.set_wanted(VIEWER, viewer.id, clock.now(), wanted=wanted)
    log.info("digest_switched", by=viewer.id, wanted=wanted)


async def ask_now(viewer: Viewer) -> None:
    """Send the viewer today's, or this week's, once more where it was sent; raises Conflict where none can come."""
    check_get_digest(viewer)
    if settings().smtp is None:
        raise Conflict("This CRM sends no e-mail")
    now = clock.now()
    async with transaction(VIEWER):
        own = await digests.read_own(viewer)
        today = day_in(own.zone or "UTC", now, kind_for(viewer))
        if not own.wanted or today is None:
            raise Conflict("Your e-mail is off")
        await digests.ask(VIEWER, viewer.id, today, now)
    await queue.wake("send_digests")


async def switch_off(token: str) -> None:
    """Send no more to whoever got the mail this token stands in; raises NotFound for a made-up one."""
    name, _, secret = token.partition(".")
    try:
        digest_id = UUID(hex=name)
    except ValueError as error:
        raise NotFound from error
    async with transaction(VIEWER):
        who = await digests.switch_off(VIEWER, digest_id, hash_of(secret), clock.now())
    if who is None:
        raise NotFound
    log.info("digest_switched", by=who, wanted=False)


async def _send_next(server: MailServer, write: Write) -> bool:
    """Try one digest. No transaction is open while the mail server takes its time."""
    secret, now = secrets.token_urlsafe(32), clock.now()
    async with transaction(VIEWER):
        owed = await digests.claim(VIEWER, now, now + LEASE, hash_of(secret))
    if owed is None:
        return False
    state, error = FAILED, None
    try:
        state = await _send(server, write, owed, secret)
    except Undelivered as undelivered:
        error = undelivered
    except Exception as broken:  # noqa: BLE001  whatever it is, it is written down, waited for and seen
        error = Undelivered(f"The CRM failed while writing it ({type(broken).__name__})")
    async with transaction(VIEWER):
        if error and not error.for_good:
            await digests.put_off(VIEWER, owed, clock.now() + wait_after(owed.attempt), str(error))
        else:
            await digests.settle(VIEWER, owed, state, clock.now(), str(error) if error else None)
    log.info("digest_failed" if error else f"digest_{state}", digest=str(owed.id), attempt=owed.attempt)
    return True


async def _send(server: MailServer, write: Write, owed: OwedDigest, secret: str) -> str:
    """Read what there is to say as its person sees it, and send that; returns how it ended."""
    zone = zone_called(owed.zone)
    if not owed.wanted or zone is None:
        return UNWANTED
    off_url = f"{settings().public_url}/digest/off/{owed.id.hex}.{secret}"
    read = _read_week if owed.kind is Kind.WEEKLY else _read_day
    digest = await read(owed, zone, off_url)
    if digest is None:
        return EMPTY
    letter, viewer = write(digest), owed.viewer
    key = f"{owed.id.hex}.{owed.edition}"
    await server.send(Mail(key, viewer.name, viewer.email, letter.subject, letter.text, letter.html, off_url))
    return SENT


async def _read_day(owed: OwedDigest, zone: ZoneInfo, off_url: str) -> Digest | None:
    today = today_of(clock.now(), zone)
    async with reading(owed.viewer):
        sections = await my_day.read_sections(owed.viewer, today, TOLD)
    return Digest(owed.viewer, zone, today.begins.date(), sections, off_url) if sections else None


async def _read_week(owed: OwedDigest, zone: ZoneInfo, off_url: str) -> WeeklyDigest | None:
    week = await read_week(owed.viewer, zone, owed.day)
    return None if week.is_quiet else WeeklyDigest(owed.viewer, zone, week, off_url)
