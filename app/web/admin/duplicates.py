"""Customers who may be one person: looked at in pairs, merged for good, or said to be two."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post

from app.core.errors import Conflict, Invalid, NotFound
from app.domain.merge import Wish
from app.domain.permissions import check_merge_customers
from app.domain.viewer import Viewer
from app.services import merge
from app.web.asked import next_page
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.respond import page, redirect

Asking = Request[Viewer, Any, Any]
PATH: Final = "/admin/duplicates"
PAIR: Final = f"{PATH}/{{kept_id:uuid}}/with/{{gone_id:uuid}}"
NEEDS: Final = needs(check_merge_customers)
ORDERS: Final = {"phone": "Same phone", "name": "Similar name"}


@get(PATH, name="admin.duplicates", opt=NEEDS)
async def show_duplicates(request: Asking) -> Response[str]:
    """Show pairs that look alike, by what the address says."""
    asked = request.query_params.get("by", "")
    by, cursor = asked if asked in ORDERS else "phone", request.query_params.get("cursor")
    found = await merge.find_pairs(request.user, by, cursor)
    return page(
        request,
        "admin/duplicates/list.html.jinja2",
        pairs=found.items,
        by=by,
        orders=ORDERS,
        first=cursor is None,
        more_url=next_page(PATH, {"by": by}, found.next_cursor),
    )


@get(PAIR, name="admin.duplicate", opt=NEEDS)
async def show_pair(request: Asking, kept_id: UUID, gone_id: UUID) -> Response[str]:
    """Show two side by side, and what merging them does; they may be one already."""
    if kept_id == gone_id:
        return redirect(request, f"/customers/{kept_id}")
    return await _pair(request, kept_id, gone_id, Form())


@post(PAIR, name="admin.duplicates.merge", opt=NEEDS, status_code=200)
async def merge_pair(request: Asking, kept_id: UUID, gone_id: UUID) -> Response[str]:
    """Merge the second into the first; what stands against it is said on the same page."""
    form = await read_form(request)
    wish = Wish(kept_id, gone_id, form.uuid("keep_lead_id"), form.text("seen") or None)
    try:
        await merge.merge_customers(request.user, wish, form.key(request.user))
    except Invalid as error:
        return await _pair(request, kept_id, gone_id, form.with_problems(error), error)
    except Conflict as error:
        try:
            return await _pair(request, kept_id, gone_id, form, error)
        except NotFound:  # One of them is not there any more, as when somebody else was quicker.
            raise error from None
    return redirect(request, f"/customers/{kept_id}", "The two records are one from now on.")


@post(f"{PAIR}/apart", name="admin.duplicates.apart", opt=NEEDS, status_code=200)
async def keep_apart(request: Asking, kept_id: UUID, gone_id: UUID) -> Response[str]:
    """Note that these are two people, and go on with the others."""
    await merge.keep_apart(request.user, kept_id, gone_id)
    by = (await read_form(request)).text("by")
    where = f"{PATH}?by={by if by in ORDERS else 'phone'}"
    return redirect(request, where, "Noted: two people. They are not listed again.")


async def _pair(
    request: Asking, kept_id: UUID, gone_id: UUID, form: Form, error: Invalid | Conflict | None = None
) -> Response[str]:
    pair = await merge.read_pair(request.user, kept_id, gone_id)
    choices = [
        (str(lead.id), f"{name}: {lead.stage.label}, {lead.assigned_to_name or 'nobody’s'}", "")
        for name, side in (("Left", pair.kept), ("Right", pair.gone))
        if (lead := side.open_lead)
    ]
    return page(
        request,
        "admin/duplicates/page.html.jinja2",
        status=error.status if error else 200,
        message=error.detail if isinstance(error, Conflict) and not pair.refusal else "",
        pair=pair,
        choices=choices,
        form=form.with_new_key(),
    )


routes: Final = [show_duplicates, show_pair, merge_pair, keep_apart]
