"""What the company's streams still hold of an erased person, taken out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from app.contracts.events import OUR_STREAM, SSO_STREAM
from app.domain.sso_dialects import in_our_words
from app.gateways.redis_server import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ENTRIES_AT_ONCE: Final = 500
TIMEOUT: Final = 2.0
# Replaced in one step, the event's own id kept: a consumer that has not read it yet still gets its sale.
REPLACE: Final = """
redis.call('XADD', KEYS[1], '*', unpack(ARGV, 2))
return redis.call('XDEL', KEYS[1], ARGV[1])
"""


async def clear_streams(redis_url: str, customer_id: str, sso_user_id: str | None) -> int:
    """Blank the texts of our own events about a customer, delete the SSO's about an account; returns how many."""
    redis = connect(redis_url, TIMEOUT)
    try:
        changed = 0
        async for entry_id, fields in _entries(redis, OUR_STREAM):
            if fields.get(b"subject") == customer_id.encode() and (blank := _blanked(fields)):
                await redis.eval(
                    REPLACE, 1, OUR_STREAM, entry_id, *[part for pair in blank.items() for part in pair]
                )
                changed += 1
        if sso_user_id:
            async for entry_id, fields in _entries(redis, SSO_STREAM):
                if _user_of(fields) == sso_user_id:
                    changed += await redis.xdel(SSO_STREAM, entry_id)
        return changed
    finally:
        await redis.aclose()


async def _entries(redis: Any, stream: str) -> AsyncIterator[tuple[bytes, dict[bytes, bytes]]]:
    """Yield the entries there are now; those added while reading are not waited for."""
    newest = await redis.xrevrange(stream, count=1)
    after = "-"
    while newest and (found := await redis.xrange(stream, after, newest[0][0], count=ENTRIES_AT_ONCE)):
        for entry_id, fields in found:
            yield entry_id, fields
        after = b"(" + found[-1][0]


def _blanked(fields: dict[bytes, bytes]) -> dict[bytes, bytes] | None:
    """Return the entry without the sale's free text, or None when it has none."""
    event = _decoded(fields)
    details: Any = event.get("data", {}).get("sale_details", {})
    if not details.get("handoff_note"):
        return None
    details["handoff_note"] = ""
    return fields | {b"data": msgspec.json.encode(event)}


def _user_of(fields: dict[bytes, bytes]) -> str | None:
    data: Any = in_our_words(_decoded(fields)).get("data")
    return cast("dict[str, Any]", data).get("user_id") if isinstance(data, dict) else None


def _decoded(fields: dict[bytes, bytes]) -> dict[str, Any]:
    try:
        event: Any = msgspec.json.decode(fields.get(b"data", b""))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return cast("dict[str, Any]", event) if isinstance(event, dict) else {}
