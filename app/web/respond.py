"""Answers: a whole page, a fragment, a redirect; with the headers every personal answer carries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo, available_timezones

from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie
from markupsafe import Markup

from app.web.serving.kept import Pages
from app.web.templating import NOTHING, Reader, render

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from app.web.serving.kept import Part

    DrawPart = Callable[[str, Hashable, object, Callable[[], dict[str, Any]]], Markup]

Asking = Request[Any, Any, Any]
HEADERS: Final = {"Vary": "HX-Request, HX-Request-Type", "Cache-Control": "no-store"}
SAID: Final = "said"
SAID_FOR: Final = 15  # seconds: a browser that shows no page until then says nothing
LONGEST_SAID: Final = 300
THEMES: Final = ("light", "dark")
UTC: Final = ZoneInfo("UTC")
_pages: Final = Pages()


def page(request: Asking, template: str, *, status: int = 200, **context: Any) -> Response[str]:
    """Answer with a template rendered for this request; a fragment is a template without the layout."""
    html = render(template, reader(request), **context)
    cookies = _heard(request)
    return Response(html, media_type=MediaType.HTML, status_code=status, headers=HEADERS, cookies=cookies)


def inset(request: Asking, template: str, **context: Any) -> Response[str]:
    """Answer a script with a part drawn as it stands in its page: nothing in it is meant for another place."""
    html = render(template, replace(reader(request), partial=False), **context)
    return Response(html, media_type=MediaType.HTML, headers=HEADERS)


def page_of(
    request: Asking, template: str, shown: object, context: Callable[[DrawPart], dict[str, Any]]
) -> Response[bytes]:
    """Answer like `page`, drawing only what looks different from the last time this reader asked for it.

    The page must depend on its address, its reader, the time and `shown`, which is compared, and on nothing else.
    A part of it depends on its path, what it is about, its reader, the time and what it shows; the template is given
    the place where it goes.
    """

    def draw(blank: Reader, part: Part) -> str:
        def draw_part(name: str, about: Hashable, its: object, fill: Callable[[], dict[str, Any]]) -> Markup:
            return part((name, about), its, lambda: render(name, blank, **fill()))

        return render(template, blank, **context(draw_part))

    html = _pages.draw(reader(request), request.scope["query_string"], shown, draw)
    return Response(html, media_type=MediaType.HTML, headers=HEADERS, cookies=_heard(request))


def file_called(name: str) -> dict[str, str]:
    """Return the headers of an answer that a browser keeps as a file of this name, in letters that need no quoting."""
    return HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}


def redirect(request: Asking, path: str, said: str = "") -> Response[str]:
    """Send the browser to another page after a write, by htmx's header or by 303; that page says what was done.

    What is `said` names no customer: it travels as a cookie until a page shows it, by static/js/toasts.js or as it is.
    """
    status, where = (200, "HX-Redirect") if is_partial(request) else (303, "Location")
    cookies = [Cookie(SAID, value=quote(said), max_age=SAID_FOR, samesite="lax")] if said else []
    headers = HEADERS | {where: path}
    return Response("", media_type=MediaType.HTML, status_code=status, headers=headers, cookies=cookies)


def is_partial(request: Asking) -> bool:
    """True when htmx wants a part of the page: neither the whole one nor a restored history entry."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-request-type", "partial") != "full"
        and headers.get("hx-history-restore-request") != "true"
    )


def is_on(request: Asking, path: str) -> bool:
    """True when the part is for a page below this path, as htmx says."""
    return path in request.headers.get("hx-current-url", "")


def reader(request: Asking) -> Reader:
    """Return who reads the answer, and how."""
    theme = request.cookies.get("theme", "")
    return Reader(
        viewer=_scope(request).get("user"),
        csrf=csrf_token(request),
        zone=zone(request),
        theme=theme if theme in THEMES else "",
        density="dense" if request.cookies.get("density") == "dense" else "",
        path=request.scope["path"],
        partial=is_partial(request),
        said=_said(request),
    )


def _heard(request: Asking) -> list[Cookie]:
    """Return what makes the browser forget what this page says was done."""
    return [Cookie(SAID, value="", max_age=0, samesite="lax")] if _said(request) else []


def _said(request: Asking) -> Markup:
    """Return what the form before this page did, for a whole page."""
    words = unquote(request.cookies.get(SAID, ""))[:LONGEST_SAID]
    if not words or is_partial(request):
        return NOTHING
    return Markup('<p class="notice said no-js" id="said" role="status">{}</p>').format(words)


def zone(request: Asking) -> ZoneInfo:
    """Return the time zone the browser reported in its cookie, else UTC."""
    name = zone_name(request)
    return ZoneInfo(name) if name else UTC


def zone_name(request: Asking) -> str | None:
    """Return the name of the time zone the browser reported, None when it reported none that is known."""
    name = unquote(request.cookies.get("zone", ""))
    return name if name in _ZONES else None


def csrf_token(request: Asking) -> str:
    """Return the token this session's forms must carry."""
    return str(_scope(request).get("_csrf_token") or "")


def _scope(request: Asking) -> dict[str, Any]:
    return cast("dict[str, Any]", request.scope)


_ZONES: Final = available_timezones()
