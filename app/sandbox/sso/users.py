"""The user list over HTTP: read by the CRM's reconciliation, changed by scripts and tests."""

from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request, get, patch, post
from litestar.datastructures import State
from litestar.di import NamedDependency

from app.core.errors import Forbidden, Invalid, Problem
from app.sandbox.forms import json_of, query_of
from app.sandbox.sso.bearer import bearer_claims
from app.sandbox.sso.clients import authenticate
from app.sandbox.sso.people import User
from app.sandbox.sso.provider import Provider

PAGE: Final = 100
LARGEST_PAGE: Final = 500
FIRST_MOMENT: Final = "1970-01-01T00:00:00Z"

AnyRequest = Request[Any, Any, State]


@get("/users", sync_to_thread=False)
def list_users(request: AnyRequest, provider: NamedDependency[Provider]) -> dict[str, Any]:
    """Answer a page of accounts, `?cursor=` and `?limit=`; `?updated_after=` leaves out older ones."""
    _check_reader(request, provider)
    params = query_of(request)
    after = _moment(params.get("updated_after", FIRST_MOMENT))
    users = [user for user in provider.directory.users() if _moment(user.updated_at) > after]
    start, limit = _number(params, "cursor", 0), min(_number(params, "limit", PAGE), LARGEST_PAGE)
    following = start + limit
    return {
        "items": [user.as_json() for user in users[start:following]],
        "next_cursor": str(following) if following < len(users) else None,
    }


@get("/users/{user_id:str}", sync_to_thread=False)
def show_user(request: AnyRequest, provider: NamedDependency[Provider], user_id: str) -> dict[str, Any]:
    """Answer one account as it is now."""
    _check_reader(request, provider)
    return provider.directory.get(user_id).as_json()


@post("/users")
async def register_user(request: AnyRequest, provider: NamedDependency[Provider]) -> dict[str, Any]:
    """Open a customer's account from `{"email", "name"}`; the CRM hears UserCreated."""
    body = await json_of(request)
    user = provider.directory.register(_text(body, "email"), _text(body, "name"))
    return _announced(provider, user)


@patch("/users/{user_id:str}")
async def change_user(
    request: AnyRequest, provider: NamedDependency[Provider], user_id: str
) -> dict[str, Any]:
    """Change an account by `{"email"?, "active"?}`; the CRM hears of each change."""
    body = await json_of(request)
    user = provider.directory.get(user_id)
    if "email" in body:
        user = provider.directory.change_email(user_id, _text(body, "email"))
    if "active" in body:
        user = provider.directory.set_active(user_id, active=bool(body["active"]))
    return _announced(provider, user)


def _announced(provider: Provider, user: User) -> dict[str, Any]:
    provider.announcer.wake()
    return user.as_json()


def _check_reader(request: AnyRequest, provider: Provider) -> None:
    header = request.headers.get("authorization", "")
    if header.lower().startswith("basic "):
        authenticate(provider.clients, header, {})
        return
    claims = bearer_claims(request, provider, provider.issuer)
    if "users:read" not in claims.get("scope", "").split():
        raise Forbidden("The token lacks the scope users:read")


def _number(params: dict[str, str], name: str, default: int) -> int:
    value = params.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else default


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid([Problem("#/updated_after", "This must be an RFC 3339 time.")]) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise Invalid([Problem(f"#/{name}", "This must be a text.")])
    return value
