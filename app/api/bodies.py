"""What a body of /v1 must be before anything of it is parsed: JSON by name, small, flat, readable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, cast

from litestar import Request
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from app.core.decoding import escape
from app.core.errors import Invalid, Malformed, Problem, WrongContentType
from app.domain.characters import has_control_characters
from app.web.login.arrival import BODY_SECONDS, arrived

DEEPEST: Final = 32
MOST_TOLD: Final = 100
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
JSON_TYPES: Final = frozenset({"application/json", "application/cloudevents+json"})
# Whatever follows the quote, this matches: tried again at each quote of a string without end, it would take for ever.
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_CONTROL: Final = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\\[bf]|\\u(?:00[01789][0-9a-fA-F]|[dD][89a-fA-F])"
)


class PlainJsonOnly(ASGIMiddleware):
    """Reads the body once, refuses what is no reasonable JSON, and leaves it for the handler."""

    scopes = (ScopeType.HTTP,)

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request = Request[Any, Any, Any](scope, receive, send)
        if request.method in WITH_BODY:
            _check_type(request, scope["route_handler"].opt.get("json_types", {"application/json"}))
            check_body(await read_body(request))
        await next_app(scope, receive, send)


async def read_body(request: Request[Any, Any, Any]) -> bytes:
    """Return the body, which must arrive whole, within ten seconds and the size limit."""
    return await arrived(request.body(), BODY_SECONDS)


def check_body(body: bytes) -> None:
    """Raise Malformed or Invalid for a body that no handler should meet."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("The body is not UTF-8") from error
    if body.count(b"[") + body.count(b"{") > DEEPEST and _depth(body) > DEEPEST:
        raise Malformed(f"The body is nested deeper than {DEEPEST} levels")
    if _CONTROL.search(body):
        _check_characters(body)


def _check_type(request: Request[Any, Any, Any], accepted: set[str]) -> None:
    name, options = request.content_type
    if name not in accepted or options.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise WrongContentType
    if request.headers.get("content-encoding", "identity") != "identity":
        raise WrongContentType("The body must not be compressed")


def _depth(body: bytes) -> int:
    depth = deepest = 0
    for byte in _STRING.sub(b"", body):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _check_characters(body: bytes) -> None:
    """Look where the suspicious characters are; an escaped surrogate pair is an ordinary emoji."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not valid JSON") from error
    # A pointer may be nearly as long as the body: thousands of them would fill the memory.
    places = islice(_wrong(value, "#"), MOST_TOLD)
    wrong = [Problem(at, "must not contain control characters") for at in places]
    if wrong:
        raise Invalid(wrong)


def _wrong(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, str) and has_control_characters(value):
        yield at
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[Any]", value)):
            yield from _wrong(item, f"{at}/{index}")
    elif isinstance(value, dict):
        for name, item in cast("dict[str, Any]", value).items():
            if has_control_characters(name):
                yield at  # What is below has no pointer that could be written down.
            else:
                yield from _wrong(item, f"{at}/{escape(name)}")


middleware: Final = [PlainJsonOnly()]
