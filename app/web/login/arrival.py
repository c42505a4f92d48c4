"""What a caller sends must arrive whole and in time, by whichever door."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final, TypeVar

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.exceptions import InternalServerException
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from app.core.errors import Malformed, TooSlow

T = TypeVar("T")
BODY_SECONDS: Final = 10.0
FILE_SECONDS: Final = 60.0  # a table of leads over a slow line
NOT_UTF8: Final = "The form has text that is not UTF-8"


async def arrived(reading: Awaitable[T], seconds: float) -> T:
    """Return what `reading` reads; raises TooSlow after `seconds`, Malformed when the caller hangs up half-way."""
    try:
        async with asyncio.timeout(seconds):
            return await reading
    except TimeoutError as error:
        raise TooSlow from error
    except InternalServerException as error:  # Litestar's word for a caller that hung up
        raise Malformed("The body ended before it was complete") from error


async def form_arrived(request: Request[Any, Any, Any], *, with_files: bool = False) -> FormMultiDict:
    """Return the request's form; raises like `arrived`, and Malformed for text that is not UTF-8."""
    try:
        return await arrived(_read_form(request), FILE_SECONDS if with_files else BODY_SECONDS)
    except UnicodeError as error:
        raise Malformed(NOT_UTF8) from error


async def _read_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    kind, options = request.content_type
    if kind == RequestEncodingType.MULTI_PART and "boundary" in options:
        _check_encodings(options["boundary"], await request.body(), request.app.multipart_form_part_limit)
    return await request.form()


def _check_encodings(boundary: str, body: bytes, most_parts: int) -> None:
    """Raise Malformed for text in another encoding: Litestar would decode it, and some take for ever (punycode)."""
    try:
        for each in PushMultipartParser(boundary, max_segment_count=most_parts).parse(body):
            if isinstance(each, MultipartSegment) and not each.filename and not _is_utf8(each.charset):
                raise Malformed(NOT_UTF8)
    except MultipartError as error:
        raise Malformed("The form cannot be read") from error


def _is_utf8(charset: str | None) -> bool:
    return charset is None or charset.lower() in {"", "utf-8", "utf8"}
