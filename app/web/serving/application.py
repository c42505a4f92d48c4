"""The application as a server meets it: it answers HEAD, and an answer that breaks off says so in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from litestar import Litestar
from litestar.exceptions import LitestarException
from typing_extensions import override

from app.core.log import logger
from app.web.serving.security import request_id

if TYPE_CHECKING:
    from litestar.plugins import PluginProtocol
    from litestar.types import LifeSpanReceive, LifeSpanScope, LifeSpanSend, Message, Receive, Scope, Send

log: Final = logger("serving")


class Application(Litestar):
    """Litestar, which would answer HEAD with 405 and a broken stream with a traceback that may hold people's data."""

    @override
    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        """Leave out what serves models of pydantic and attrs, of which there are none: it takes 7 MB a process."""
        return plugins

    @override
    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            only: Any = _HeadOnly(receive, send)
            scope, receive, send = {**scope, "method": "GET"}, only.receive, only.send
        try:
            await super().__call__(scope, receive, send)
        except LitestarException as error:
            if scope["type"] != "http" or error.__cause__ is None:
                raise
            # The server closes the connection of an unfinished answer, so nobody takes it for a whole one.
            cause = type(_first(error)).__name__
            log.error("answer_cut_off", request_id=request_id(scope), error=cause)  # noqa: TRY400


class _HeadOnly:
    """One exchange that is over with its head: to a stream it looks as if the caller had gone."""

    def __init__(self, receive: Any, send: Any) -> None:
        self._receive, self._send = receive, send
        self._answered = False

    async def receive(self) -> Any:
        return {"type": "http.disconnect"} if self._answered else await self._receive()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._send(message)
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            self._answered = True


def _first(error: BaseException) -> BaseException:
    """Return what it began with, behind the wrappings of framework and task groups."""
    while True:
        if isinstance(error, BaseExceptionGroup):
            error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
        elif isinstance(error, LitestarException) and error.__cause__ is not None:
            error = error.__cause__
        else:
            return error
