"""Open pages hear of changes by server-sent events that carry no content; the page fetches what it may see.

A board's stream tells a rep only of leads that are theirs, or were until now; a customer's page hears only of entries
that its reader may see. A stream ends with the session, and with the process.
"""

from __future__ import annotations

import asyncio
import signal
from collections import defaultdict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.response import Stream

from app.core.errors import NotFound
from app.domain.permissions import check_see_board
from app.domain.viewer import Viewer
from app.gateways.live import LEADS, Change, Heard, Hub
from app.services.sessions import find_viewer
from app.services.timeline import newest_entry
from app.web.guards import EVENTS, check_origin, needs
from app.web.respond import redirect
from app.web.timeline.page import read_since

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

Asking = Request[Viewer, str, Any]
HEARTBEAT: Final = 15.0
LOOK_AGAIN: Final = 25.0  # a session that is over is heard of within 30 seconds
MOST_STREAMS: Final = 5
GONE: Final = "event: gone\ndata: {}\n\n"


class Matter(Protocol):
    """What a page follows, and what its reader is told of it."""

    def join(self, hub: Hub) -> Heard:
        """Return the queue of what is heard of it."""
        ...

    async def begin(self, viewer: Viewer) -> str:
        """Return what is said first of all: what happened between the page and its stream."""
        ...

    async def frame(self, viewer: Viewer, heard: Change | str | None) -> str:
        """Return the event that a reader gets; empty when it is none of theirs. None was heard: look in any case."""
        ...


class Board:
    """Every lead that is the viewer's, or was until now."""

    def __init__(self, drawn_at: float) -> None:
        self._drawn_at = drawn_at

    def join(self, hub: Hub) -> Heard:
        """Hear of every lead, also of what happened since the board was drawn."""
        return hub.join(LEADS, self._drawn_at)

    async def begin(self, viewer: Viewer) -> str:  # noqa: ARG002  the hub knows what was said since
        """Say nothing."""
        return ""

    async def frame(self, viewer: Viewer, heard: Change | str | None) -> str:
        """Say which lead changed, and its version."""
        if not isinstance(heard, Change):
            return "event: look\ndata: {}\n\n"
        if not viewer.is_admin and viewer.id not in heard.owners:
            return ""
        data = msgspec.json.encode({"id": heard.lead_id, "version": heard.version}).decode()
        return f"event: lead\ndata: {data}\n\n"


class History:
    """One customer's timeline, as far as the viewer may see it."""

    def __init__(self, customer_id: UUID, newest: int) -> None:
        self._customer_id, self._newest = customer_id, newest

    def join(self, hub: Hub) -> Heard:
        """Hear of this customer."""
        return hub.join(str(self._customer_id))

    async def begin(self, viewer: Viewer) -> str:
        """Say whether something newer is there than what the page shows."""
        return await self.frame(viewer, "")

    async def frame(self, viewer: Viewer, heard: Change | str | None) -> str:
        """Say that there is something newer, once it is the viewer's to see: not even that, of another rep's lead."""
        try:
            newest = await newest_entry(viewer, self._customer_id)
        except NotFound:
            return GONE
        is_news, self._newest = newest > self._newest, newest
        return f'event: entry\ndata: {{"seq":{newest}}}\n\n' if is_news or heard is None else ""


class Streams:
    """The open streams of this process."""

    def __init__(self) -> None:
        self._hub = Hub()
        self._of: dict[str, list[Heard]] = defaultdict(list)
        self._ending = asyncio.Event()

    def begin(self) -> None:
        """Listen before the first page is drawn."""
        self._hub.begin()

    async def follow(self, viewer: Viewer, token: str, matter: Matter) -> AsyncGenerator[str]:
        """Yield what this viewer may hear, until the session or the process ends or a newer page takes the place."""
        queue = self._open(viewer, matter)
        look_at = _in(LOOK_AGAIN)
        try:
            yield "retry: 2000\nevent: hello\ndata: {}\n\n" + await matter.begin(viewer)
            while not self._ending.is_set() and queue in self._of[viewer.id]:
                if _in(0) >= look_at:
                    look_at = _in(LOOK_AGAIN)
                    if await find_viewer(token, unattended=True) != viewer:
                        yield "event: logout\ndata: {}\n\n"
                        return
                said = await self._next(viewer, queue, matter, min(_in(HEARTBEAT), look_at))
                yield said
                if said == GONE:
                    return
        finally:
            self._close(viewer, queue)

    async def _next(self, viewer: Viewer, queue: Heard, matter: Matter, end: float) -> str:
        """Return the next frame: a change of theirs, `look` when something may be missed, a heartbeat at the end."""
        while True:
            try:
                async with asyncio.timeout_at(end):
                    heard = await queue.get()
            except TimeoutError:
                return ": still here\n\n"
            if self._ending.is_set():
                return ""
            if said := await matter.frame(viewer, heard):
                return said

    def _open(self, viewer: Viewer, matter: Matter) -> Heard:
        queue = matter.join(self._hub)
        mine = self._of[viewer.id]
        mine.append(queue)
        while len(mine) > MOST_STREAMS:
            oldest = mine.pop(0)
            self._hub.leave(oldest)
            _nudge(oldest)
        return queue

    def _close(self, viewer: Viewer, queue: Heard) -> None:
        self._hub.leave(queue)
        mine = self._of[viewer.id]
        if queue in mine:
            mine.remove(queue)
        if not mine:
            del self._of[viewer.id]

    def end(self) -> None:
        """End every stream now, so that the server need not wait for them."""
        self._ending.set()
        for queues in self._of.values():
            for queue in queues:
                _nudge(queue)

    async def close(self) -> None:
        """Stop listening."""
        self.end()
        await self._hub.close()


def _in(seconds: float) -> float:
    """Return the loop's time so many seconds from now."""
    return asyncio.get_running_loop().time() + seconds


def _nudge(queue: Heard) -> None:
    if not queue.full():
        queue.put_nowait(None)


@get("/live", name="live.follow", opt=needs(check_see_board))
async def follow(request: Asking) -> Stream | Response[str]:
    """Tell of changes as they happen; who wants no stream goes to the board."""
    if EVENTS not in request.headers.get("accept", ""):
        return redirect(request, "/board")
    return stream(request, Board(read_since(request) / 1_000))


@get("/customers/{customer_id:uuid}/live", name="live.follow_customer")
async def follow_customer(request: Asking, customer_id: UUID) -> Stream | Response[str]:
    """Tell when something is written on a customer's timeline; who wants no stream goes to the customer."""
    await newest_entry(request.user, customer_id)
    if EVENTS not in request.headers.get("accept", ""):
        return redirect(request, f"/customers/{customer_id}")
    return stream(request, History(customer_id, read_since(request)))


def stream(request: Asking, matter: Matter) -> Stream:
    """Answer with what is said of a matter, for as long as the session lasts."""
    check_origin(request)  # A page of a neighbouring host could push out the reader's own streams.
    streams: Streams = request.app.state.streams
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(streams.follow(request.user, request.auth, matter), media_type=EVENTS, headers=headers)


@asynccontextmanager
async def streaming(state: Any) -> AsyncGenerator[None]:
    """Hold the streams while serving. The first signal ends them: uvicorn waits for open answers before it stops."""
    state.streams = streams = Streams()
    streams.begin()
    loop = asyncio.get_running_loop()
    restored = [_before(one, loop, streams) for one in (signal.SIGTERM, signal.SIGINT)]
    try:
        yield
    finally:
        for number, handler in restored:
            if handler is not None:
                signal.signal(number, handler)
        await streams.close()


def _before(
    number: signal.Signals, loop: asyncio.AbstractEventLoop, streams: Streams
) -> tuple[signal.Signals, Any]:
    """Put ending the streams before the server's own handler; nothing to do where no server set one."""
    handler = signal.getsignal(number)
    if not callable(handler) or handler is signal.default_int_handler:
        return number, None

    def end(received: int, frame: Any) -> None:
        loop.call_soon_threadsafe(streams.end)
        handler(received, frame)

    signal.signal(number, end)
    return number, handler


routes = [follow, follow_customer]
