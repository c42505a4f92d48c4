"""Compare every account of the SSO with ours, and follow where ours is behind: nightly, and when asked."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter

from app.core import clock
from app.core.errors import Conflict, CrmError, StoreDown
from app.core.ids import uuid7
from app.core.log import logger
from app.domain.audit import Act
from app.domain.permissions import check_administer
from app.domain.sso_accounts import news_of_account
from app.domain.viewer import system
from app.gateways import queue
from app.gateways.sso.company import sso
from app.gateways.sso.http import SsoDown, SsoRefused
from app.services.identity_changes import apply_news, settle_conflicts, tell_boards
from app.store import audit, reconcile
from app.store.failures import known_failure
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.sso_events import UserNews
    from app.domain.viewer import Viewer
    from app.gateways.sso.users import UserPage
    from app.store.reconcile import Run, RunLine

VIEWER: Final = system("sso")
HELD_FOR: Final = timedelta(seconds=30)
WORKS_FOR: Final = 10.0  # seconds; a job must end long before its time is over, and the sweep goes on
MOST_TRIES: Final = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=10)
DRIFT: Final = Counter("crm_sso_drift_total", "Accounts that were not as the SSO has them.", ["outcome"])

log = logger("reconcile")


async def ask(viewer: Viewer) -> None:
    """Owe a walk through the user list; raises Conflict while one is under way. Admins only."""
    check_administer(viewer)
    async with transaction(viewer):
        if not await reconcile.insert_run(viewer, uuid7(), clock.now()):
            raise Conflict("The accounts are being compared already")
        await audit.append(viewer, Act("accounts_compared"))
    await queue.wake("reconcile_users")


async def owe_nightly() -> None:
    """Owe tonight's walk."""
    async with transaction(VIEWER):
        await reconcile.insert_run(VIEWER, uuid7(), clock.now())


async def recent_runs(viewer: Viewer) -> list[RunLine]:
    """Return the newest walks; admins only."""
    check_administer(viewer)
    async with reading(viewer):
        return await reconcile.recent_runs(viewer)


async def walk_due() -> int:
    """Go on with a walk that is due, page after page; returns how many accounts were compared."""
    seen, end = 0, time.monotonic() + WORKS_FOR
    while time.monotonic() < end:
        now = clock.now()
        async with transaction(VIEWER):
            run = await reconcile.claim_run(VIEWER, now, now + HELD_FOR)
        if run is None:
            break
        seen += await _compare_page(run, now)
    return seen


async def _compare_page(run: Run, now: datetime) -> int:
    try:
        page = await sso().users(run.cursor)
    except (SsoDown, SsoRefused) as error:
        await _bear(run, error)
        return 0
    drifted = await _follow(page, now)
    async with transaction(VIEWER):
        counts = (len(page.users), drifted)
        await reconcile.advance_run(run, page.next_cursor, counts, clock.now())
    return len(page.users)


async def _follow(page: UserPage, now: datetime) -> int:
    """Apply what differs, each account in a transaction of its own; returns how many differed."""
    news = {user.id: news_of_account(user, now) for user in page.users}
    async with transaction(VIEWER):
        drifted = await reconcile.find_drifted(VIEWER, list(news.values()))
    for user_id in sorted(drifted):
        DRIFT.labels(await _apply(news[user_id], now)).inc()
    if drifted:
        await settle_conflicts()
    return len(drifted)


async def _apply(news: UserNews, now: datetime) -> str:
    """Apply under the same guard as an event: an event newer than the list wins."""
    try:
        async with transaction(VIEWER):
            verdict = await apply_news(VIEWER, news, now, now)
        await tell_boards(verdict)
        outcome = verdict.status
    except Exception as error:
        if isinstance(known_failure(error), StoreDown):
            raise
        outcome = "failed"  # One account that cannot be followed does not stop the others.
    log.info("account_drifted", user=news.user_id, outcome=outcome)
    return outcome


async def _bear(run: Run, error: CrmError) -> None:
    now = clock.now()
    wait = min(FIRST_WAIT * 2**run.attempts, LONGEST_WAIT)
    next_try_at = now + wait if run.attempts + 1 < MOST_TRIES else None
    async with transaction(VIEWER):
        await reconcile.bear_failure(run, error.code, next_try_at, now)
    log.warning("reconcile_waits", reason=error.code, tries=run.attempts + 1)
