"""The web application: what is mounted where, and what must hold before it serves."""

from __future__ import annotations

import gc
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

from litestar import Litestar, Router

from app.api import activities, captures, events, present
from app.api import auth as bearer
from app.api import customers as api_customers
from app.api import leads as api_leads
from app.api import tickets as api_tickets
from app.core import log
from app.core.settings import BadSetting, settings
from app.gateways import live as news
from app.gateways import queue, rate_limit
from app.services.audit import keeping_refusals
from app.store.checks import must_hold
from app.store.transaction import close_pool, open_pool, tell_of_entries
from app.web import errors, guards, live
from app.web.routes import pages
from app.web.serving import metrics, security, static, tracing
from app.web.serving.application import Application

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

# Objects between two looks of the collector: those of a request are hardly ever in circles.
YOUNG: Final = 10_000


def create_app() -> Litestar:
    """Build the application; its lifespan checks the database, opens the pool and closes it."""
    log.configure()
    errors.presenters |= {"lead": present.lead, "ticket": present.ticket}
    api = [*activities.routes, *api_customers.routes, *api_leads.routes, *api_tickets.routes, *events.routes]
    return Application(
        route_handlers=[
            Router("/", route_handlers=pages, middleware=guards.middleware),
            Router("/v1", route_handlers=api, middleware=bearer.middleware),
            static.router,
        ],
        middleware=[*tracing.middleware(), *security.middleware, *metrics.middleware],
        before_send=[*security.before_send, *metrics.before_send],
        after_exception=[captures.keep_refused],
        exception_handlers={**errors.exception_handlers},
        request_max_body_size=security.LARGEST_BODY,
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
    )


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncGenerator[None]:
    """Refuse to start on a database that is not as it must be; hold the pool while serving."""
    current = settings()
    if current.database_url is None:
        message = "DATABASE_URL is not set; `crm up` starts a database of its own"
        raise BadSetting(message)
    await must_hold(current.database_url)
    await open_pool(current.database_url, current.pool_size)
    tell_of_entries(news.announce_entries)
    _settle()
    try:
        async with keeping_refusals(), live.streaming(app.state):
            yield
    finally:
        await queue.close()
        await rate_limit.close()
        await close_pool()


@cache
def _settle() -> None:
    """Spare the collector what start-up made, which stays: looking it all over would hold everybody up for 100 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
