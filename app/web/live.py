"""Open pages hear of changes: ids and versions by server-sent events; the page fetches what it may see.

A stream tells a rep only of leads that are theirs, or were until now. It ends with the session, and with the process.
"""

from __future__ import annotations

import asyncio
import signal
from collections import defaultdict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.response import Stream

from app.domain.permissions import check_see_board
from app.domain.viewer import Viewer
from app.gateways.live import Change, Hub
from app.services.sessions import find_viewer
from app.web.guards import needs
from app.web.respond import redirect

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

Asking = Request[Viewer, str, Any]
EVENTS: Final = "text/event-stream"
HEARTBEAT: Final = 15.0
LOOK_AGAIN: Final = 30.0
MOST_STREAMS: Final = 5
Queue = asyncio.Queue[Change | None]


class Streams:
    """The open streams of this process."""

    def __init__(self) -> None:
        self._hub = Hub()
        self._of: dict[str, list[Queue]] = defaultdict(list)
        self._ending = asyncio.Event()

    async def follow(self, viewer: Viewer, token: str) -> AsyncGenerator[str]:
        """Yield what this viewer may hear, until the session or the process ends or a newer page takes the place."""
        queue = self._open(viewer)
        checked = asyncio.get_running_loop().time()
        try:
            yield "retry: 2000\nevent: hello\ndata: {}\n\n"
            while not self._ending.is_set() and queue in self._of[viewer.id]:
                if asyncio.get_running_loop().time() - checked > LOOK_AGAIN:
                    checked = asyncio.get_running_loop().time()
                    if await find_viewer(token) != viewer:
                        yield "event: logout\ndata: {}\n\n"
                        return
                yield await self._next(viewer, queue)
        finally:
            self._close(viewer, queue)

    async def _next(self, viewer: Viewer, queue: Queue) -> str:
        """Return the next frame: a change of theirs, `look` when something may be missed, or a heartbeat."""
        try:
            async with asyncio.timeout(HEARTBEAT):
                while True:
                    change = await queue.get()
                    if change is None:
                        return "" if self._ending.is_set() else "event: look\ndata: {}\n\n"
                    if viewer.is_admin or viewer.id in change.owners:
                        return _frame(change)
        except TimeoutError:
            return ": still here\n\n"

    def _open(self, viewer: Viewer) -> Queue:
        queue = self._hub.join()
        mine = self._of[viewer.id]
        mine.append(queue)
        while len(mine) > MOST_STREAMS:
            oldest = mine.pop(0)
            self._hub.leave(oldest)
            _nudge(oldest)
        return queue

    def _close(self, viewer: Viewer, queue: Queue) -> None:
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


def _frame(change: Change) -> str:
    data = msgspec.json.encode({"id": change.lead_id, "version": change.version}).decode()
    return f"event: lead\ndata: {data}\n\n"


def _nudge(queue: Queue) -> None:
    if not queue.full():
        queue.put_nowait(None)


@get("/live", name="live.follow", guards=[needs(check_see_board)])
async def follow(request: Asking) -> Stream | Response[str]:
    """Tell of changes as they happen; who wants no stream goes to the board."""
    if EVENTS not in request.headers.get("accept", ""):
        return redirect(request, "/board")
    streams: Streams = request.app.state.streams
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(streams.follow(request.user, request.auth), media_type=EVENTS, headers=headers)


@asynccontextmanager
async def streaming(state: Any) -> AsyncGenerator[None]:
    """Hold the streams while serving. The first signal ends them: uvicorn waits for open answers before it stops."""
    state.streams = streams = Streams()
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


routes = [follow]
