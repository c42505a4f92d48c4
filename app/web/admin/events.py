"""Where our events go: every event with each attempt, the places they go to, and what to do when one is stuck."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from app.contracts.published import DATA_SCHEMAS
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.settings import settings
from app.domain.handoff import STATES, EventFilter
from app.domain.permissions import check_administer
from app.domain.viewer import Viewer
from app.gateways.sinks import close_sinks, open_sinks, sink_names
from app.services import deliveries
from app.services.figures import measure
from app.web.asked import next_page, words
from app.web.formats import plural
from app.web.forms import read_form
from app.web.guards import needs
from app.web.respond import page, redirect

Asking = Request[Viewer, Any, Any]
PATH: Final = "/admin/events"
PAGE: Final = 50
STUCK: Final = "stuck"
NEEDS: Final = needs(check_administer)


@get(PATH, name="admin.events", opt=NEEDS)
async def show_events(request: Asking) -> Response[str]:
    """Show the events, newest first, narrowed by what the address says, and where they go."""
    asked = {name: words(request, name) for name in ("state", "type", "q")}
    if asked["state"] not in (*STATES, STUCK):
        asked["state"] = ""
    wanted = EventFilter(asked["state"], asked["type"], asked["q"])
    cursor = request.query_params.get("cursor")
    found = await deliveries.list_deliveries(request.user, wanted, limit=PAGE, after=cursor)
    return page(
        request,
        "admin/events/list.html.jinja2",
        page=found,
        asked=asked,
        types=sorted(DATA_SCHEMAS),
        states=STATES,
        figures=await measure(),
        more_url=next_page(PATH, asked, found.next_cursor),
    )


@get(f"{PATH}/{{event_id:uuid}}", name="admin.event", opt=NEEDS)
async def show_event(request: Asking, event_id: UUID) -> Response[str]:
    """Show one event with every attempt; what it says about people is hidden."""
    return await _event_page(request, event_id, reveal=False)


@post(f"{PATH}/{{event_id:uuid}}/reveal", name="admin.event.reveal", opt=NEEDS, status_code=200)
async def reveal(request: Asking, event_id: UUID) -> Response[str]:
    """Show everything the event says; that somebody looked is noted."""
    return await _event_page(request, event_id, reveal=True)


@post(f"{PATH}/{{event_id:uuid}}/replay", name="admin.event.replay", opt=NEEDS)
async def replay_event(request: Asking, event_id: UUID) -> Response[str]:
    """Publish one event once more, with the same id."""
    await _replay(request, event_id=event_id, since=None)
    return redirect(request, f"{PATH}/{event_id}", "The event goes out again.")


@post(f"{PATH}/replay", name="admin.events.replay", opt=NEEDS)
async def replay_since(request: Asking) -> Response[str]:
    """Publish every event since a time once more, with the same ids."""
    form = await read_form(request)
    try:
        since = datetime.fromisoformat(form.text("since")).replace(tzinfo=UTC)
    except ValueError as error:
        raise Invalid([Problem("#/since", "must be a date and a time, in UTC")]) from error
    count = await _replay(request, event_id=None, since=since)
    return redirect(request, PATH, f"Goes out again: {plural(count, 'event')}.")


@post(f"{PATH}/test", name="admin.events.test", opt=NEEDS)
async def send_test(request: Asking) -> Response[str]:
    """Send an event that stands for nothing, and show where it is."""
    return redirect(request, f"{PATH}/{await deliveries.send_test_event(request.user)}")


@post(f"{PATH}/sinks/{{name:str}}/pause", name="admin.sinks.pause", opt=NEEDS)
async def pause(request: Asking, name: str) -> Response[str]:
    """Hand nothing more to a sink until it is resumed."""
    await deliveries.pause_sink(request.user, _known(name), "paused on the page")
    return redirect(request, PATH, f"{name} is paused: events for it wait.")


@post(f"{PATH}/sinks/{{name:str}}/resume", name="admin.sinks.resume", opt=NEEDS)
async def resume(request: Asking, name: str) -> Response[str]:
    """Hand events to a sink again."""
    with suppress(Conflict):  # somebody else was quicker
        await deliveries.resume_sink(request.user, _known(name))
    return redirect(request, PATH, f"{name} is running again.")


async def _event_page(request: Asking, event_id: UUID, *, reveal: bool) -> Response[str]:
    detail, data = await deliveries.read_delivery(request.user, event_id)
    if reveal:
        data = await deliveries.reveal_payload(request.user, event_id)
    shown = msgspec.json.format(msgspec.json.encode(data), indent=2).decode()
    return page(request, "admin/events/page.html.jinja2", event=detail, data=shown, revealed=reveal)


async def _replay(request: Asking, *, event_id: UUID | None, since: datetime | None) -> int:
    sinks = open_sinks(settings())
    try:
        return await deliveries.replay(request.user, sinks, event_id=event_id, since=since)
    finally:
        await close_sinks(sinks)


def _known(name: str) -> str:
    if name not in sink_names(settings()):
        raise NotFound
    return name


routes: Final = [
    show_events,
    show_event,
    reveal,
    replay_event,
    replay_since,
    send_test,
    pause,
    resume,
]
