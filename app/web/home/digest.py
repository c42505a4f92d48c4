"""The daily or weekly e-mail: its switch, and the way out that each mail brings along (RFC 8058)."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get, post

from app.core.errors import Malformed
from app.core.settings import settings
from app.domain.digest import SENT_AT, kind_for
from app.domain.permissions import check_get_digest
from app.domain.viewer import Viewer
from app.services import digests
from app.web.forms import read_form
from app.web.guards import PUBLIC, PUBLIC_POST, needs
from app.web.respond import page, redirect

Asking = Request[Viewer, Any, Any]
WORDS: Final = {
    "owed": "on its way",
    "sent": "sent",
    "empty": "there was nothing to say, so none was sent",
    "failed": "could not be sent",
    "unwanted": "not wanted any more",
}


@get("/digest", name="digest.show", opt=needs(check_get_digest))
async def show_digest(request: Asking) -> Response[str]:
    """Show whether the viewer gets it, when, and what became of the last ones."""
    own = await digests.read_own(request.user)
    can_send = settings().smtp is not None
    return page(
        request,
        "digest/page.html.jinja2",
        own=own,
        kind=kind_for(request.user),
        words=WORDS,
        sent_at=f"{SENT_AT:%H:%M}",
        can_send=can_send,
    )


@post("/digest", name="digest.switch", opt=needs(check_get_digest))
async def switch(request: Asking) -> Response[str]:
    """Switch the viewer's e-mail on or off."""
    wanted = (await read_form(request)).text("wanted")
    if wanted not in {"yes", "no"}:
        raise Malformed("This form does not say whether you want it")
    await digests.set_wanted(request.user, wanted=wanted == "yes")
    return redirect(
        request, "/digest", f"Your {kind_for(request.user)} e-mail is {'on' if wanted == 'yes' else 'off'}."
    )


@post("/digest/now", name="digest.now", opt=needs(check_get_digest))
async def send_now(request: Asking) -> Response[str]:
    """Send the viewer today's, or this week's, at once."""
    await digests.ask_now(request.user)
    return redirect(request, "/digest", "It is on its way, if there is something to say.")


@get("/digest/off/{token:str}", name="digest.ask_off", opt=PUBLIC)
async def ask_off(request: Asking, token: str) -> Response[str]:
    """Ask before it is switched off: programs that only look through mail follow its links, too."""
    return page(request, "digest/off.html.jinja2", token=token, done=False)


@post("/digest/off/{token:str}", name="digest.off", status_code=200, opt=PUBLIC_POST)
async def turn_off(request: Asking, token: str) -> Response[str]:
    """Switch it off for whoever holds one of its mails, signed in or not."""
    await digests.switch_off(token)
    return page(request, "digest/off.html.jinja2", token=token, done=True)


routes: Final = [show_digest, switch, send_now, ask_off, turn_off]
