"""Mentions: where somebody named the reader with an @, and what of it they have read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post

from app.core.errors import Malformed
from app.domain.mentions import Mention
from app.domain.timeline import KINDS
from app.domain.viewer import Viewer
from app.services.mentions import mark_all_mentions, mark_mention, open_mention, read_mentions
from app.web.asked import next_page
from app.web.forms import read_form
from app.web.respond import is_partial, page, redirect

Asking = Request[Viewer, Any, Any]
PATH: Final = "/mentions"
PAGE: Final = 30


@get(PATH, name="mentions.show")
async def show_mentions(request: Asking) -> Response[str]:
    """Show where the viewer was mentioned, newest first."""
    cursor = request.query_params.get("cursor")
    found = await read_mentions(request.user, limit=PAGE, cursor=cursor)
    _count(request, found.unread)
    more_url = next_page(PATH, {}, found.next_cursor)
    return page(
        request,
        "mentions/page.html.jinja2",
        mentions=found.items,
        unread=found.unread,
        is_first=not cursor,
        more_url=more_url,
        kinds=KINDS,
        path_to=_path_to,
    )


@post(f"{PATH}/read", name="mentions.read_all")
async def read_all(request: Asking) -> Response[str]:
    """Mark all the viewer's mentions as read."""
    await mark_all_mentions(request.user)
    return redirect(request, PATH, "All mentions are read.")


@post(f"{PATH}/{{activity_id:uuid}}/read", name="mentions.read", status_code=200)
async def read(request: Asking, activity_id: UUID) -> Response[str]:
    """Mark one mention as read or unread; the answer is how it stands now."""
    wanted = (await read_form(request)).text("read")
    if wanted not in {"yes", "no"}:
        raise Malformed("This form does not say whether it was read")
    marked, unread = await mark_mention(request.user, activity_id, is_read=wanted == "yes")
    if not is_partial(request):
        return redirect(request, PATH)
    _count(request, unread)
    return page(
        request, "mentions/marked.html.jinja2", mention=marked, unread=unread, kinds=KINDS, path_to=_path_to
    )


@post(f"{PATH}/{{activity_id:uuid}}/open", name="mentions.open", status_code=200)
async def open_entry(request: Asking, activity_id: UUID) -> Response[str]:
    """Lead to the entry that mentions the viewer, which is read with that."""
    return redirect(request, _path_to(await open_mention(request.user, activity_id)))


def _count(request: Asking, unread: int) -> None:
    """Let the top of the page say how many are unread now: the session was asked a moment before."""
    request.scope["user"] = replace(request.user, unread_mentions=unread)


def _path_to(mention: Mention) -> str:
    """Return the address of the entry on its customer's page; empty where the reader may not look."""
    if mention.place is None:
        return ""
    return f"/customers/{mention.place.customer_id}?entry={mention.activity_id}#e-{mention.activity_id}"


routes: Final = [show_mentions, read_all, read, open_entry]
