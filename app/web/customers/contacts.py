"""Correcting how a customer is reached, from their own page or from their lead's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post

from app.core.errors import Conflict, Invalid
from app.domain.contact import FROM_SSO, LABELS, Contact
from app.domain.permissions import check_edit_contact
from app.domain.viewer import Viewer
from app.services.contacts import change_contact
from app.services.customers import read_customer
from app.web.dialogs import show
from app.web.forms import SEEN, Form, read_form, with_seen
from app.web.guards import needs
from app.web.leads.moves import home_of
from app.web.respond import redirect

if TYPE_CHECKING:
    from app.domain.customer import Customer

Asking = Request[Viewer, Any, Any]
PART: Final = "customers/contact.html.jinja2"


@get("/customers/{customer_id:uuid}/contact", name="contacts.ask", opt=needs(check_edit_contact))
async def ask(request: Asking, customer_id: UUID) -> Response[str]:
    """Show the contact to correct; from a lead's page it leads back there."""
    customer = await read_customer(request.user, customer_id)
    lead_id = Form({"lead_id": request.query_params.get("lead", "")}).uuid("lead_id")
    from_where = {"lead_id": str(lead_id or ""), "view": request.query_params.get("view", "")}
    form = Form(with_seen(_values(customer)) | from_where).with_new_key()
    return show(request, PART, form, customer=customer)


@post(
    "/customers/{customer_id:uuid}/contact",
    name="contacts.change",
    opt=needs(check_edit_contact),
    status_code=200,
)
async def change(request: Asking, customer_id: UUID) -> Response[str]:
    """Change what was typed anew, or show the form again with what is wrong."""
    viewer, form = request.user, await read_form(request)
    lead_id, seen = form.uuid("lead_id"), _contact(form, SEEN)
    try:
        await change_contact(viewer, customer_id, seen, _contact(form), form.key(viewer))
    except Invalid as error:
        customer = await read_customer(viewer, customer_id)
        return show(request, PART, form.with_problems(error), error, customer=customer)
    except Conflict as error:
        customer = await read_customer(viewer, customer_id)
        return show(request, PART, _anew(form, customer), error, customer=customer)
    back = home_of(form) or (f"/leads/{lead_id}" if lead_id else f"/customers/{customer_id}")
    return redirect(request, back, "The contact is saved.")


def _contact(form: Form, prefix: str = "") -> Contact:
    """Read a contact from the form; a field that was not there is as it was."""
    return Contact(
        *(form.text(prefix + name if prefix + name in form.values else SEEN + name) for name in LABELS)
    )


def _values(customer: Customer) -> dict[str, str]:
    return {name: getattr(customer, name) or "" for name in LABELS}


def _anew(form: Form, customer: Customer) -> Form:
    """Return the form about the contact as it is now, with what its writer had typed anew."""
    not_theirs = () if customer.sso_user_id is None else FROM_SSO
    typed = {name: value for name, value in form.values.items() if name not in not_theirs}
    return Form(typed).anew(_values(customer))


routes = [ask, change]
