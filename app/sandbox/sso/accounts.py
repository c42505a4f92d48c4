"""The accounts page: change an e-mail address, open or close an account, by hand."""

from typing import Any, Final

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.core.errors import CrmError
from app.sandbox.forms import fields_of, query_of
from app.sandbox.sso.people import User
from app.sandbox.sso.provider import Provider

ACCOUNTS: Final = "/sso/accounts"
SEE_OTHER: Final = 303

AnyRequest = Request[Any, Any, State]


@get("/accounts", sync_to_thread=False)
def show_accounts(request: AnyRequest, provider: NamedDependency[Provider]) -> Template:
    """Show the accounts, or those that match `?q=`."""
    params = query_of(request)
    return _page(provider, params.get("q", ""), changed=params.get("changed"))


@post("/accounts")
async def register_account(request: AnyRequest, provider: NamedDependency[Provider]) -> Template | Redirect:
    """Open a customer's account."""
    fields = await fields_of(request)
    try:
        user = provider.directory.register(fields.get("email", ""), fields.get("name", ""))
    except CrmError as error:
        return _page(provider, "", error=error)
    return _done(provider, user)


@post("/accounts/{user_id:str}/email")
async def change_email(
    request: AnyRequest, provider: NamedDependency[Provider], user_id: str
) -> Template | Redirect:
    """Give an account another e-mail address."""
    fields = await fields_of(request)
    try:
        user = provider.directory.change_email(user_id, fields.get("email", ""))
    except CrmError as error:
        return _page(provider, "", error=error)
    return _done(provider, user)


@post("/accounts/{user_id:str}/active")
async def change_active(request: AnyRequest, provider: NamedDependency[Provider], user_id: str) -> Redirect:
    """Close an account, or open it again."""
    fields = await fields_of(request)
    user = provider.directory.set_active(user_id, active=fields.get("active") == "yes")
    return _done(provider, user)


def _done(provider: Provider, user: User) -> Redirect:
    provider.announcer.wake()
    return Redirect(f"{ACCOUNTS}?changed={user.user_id}", status_code=SEE_OTHER)


def _page(
    provider: Provider, query: str, *, changed: str | None = None, error: CrmError | None = None
) -> Template:
    wanted = query.casefold()
    users = [user for user in provider.directory.users() if wanted in f"{user.name} {user.email}".casefold()]
    context = {
        "users": users,
        "query": query,
        "changed": next((user for user in users if user.user_id == changed), None),
        "error": error.detail if error else None,
        "owed": len(provider.directory.outbox),
    }
    return Template("accounts.html.jinja2", context=context, status_code=error.status if error else 200)
