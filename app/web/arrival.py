"""What a caller sends must arrive whole and in time, by whichever door."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from litestar.exceptions import InternalServerException

from app.core.errors import Malformed, TooSlow

T = TypeVar("T")


async def arrived(reading: Awaitable[T], seconds: float) -> T:
    """Return what `reading` reads; raises TooSlow after `seconds`, Malformed when the caller hangs up half-way."""
    try:
        async with asyncio.timeout(seconds):
            return await reading
    except TimeoutError as error:
        raise TooSlow from error
    except InternalServerException as error:  # Litestar's word for a caller that hung up
        raise Malformed("The body ended before it was complete") from error
