"""User lists as identity providers really answer, and as none should."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.gateways.sso.dialects import DIALECTS
from app.gateways.sso.http import SsoDown, SsoRefused
from app.gateways.sso.users import PAGE, UserList, UserPage
from tests.gateways.test_provider import Odd, server

__all__ = ["server"]  # the fixture

OWN = {"user_id": "u-1", "email": "grace@navy.example", "updated_at": "2026-11-22T08:00:00Z", "version": 3}
KEYCLOAK = {
    "id": "6f2a", "createdTimestamp": 1763800000000, "username": "grace", "enabled": False, "totp": False,
    "emailVerified": True, "firstName": "Grace", "lastName": "Hopper", "email": "grace@navy.example",
}  # fmt: skip
AUTH0 = {
    "user_id": "auth0|1", "email": "grace@navy.example", "name": "Grace", "blocked": True,
    "updated_at": "2026-11-22T08:00:00.000Z", "logins_count": 3,
}  # fmt: skip
SCIM = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "2819", "userName": "grace", "active": True,
    "name": {"formatted": "Grace Hopper"},
    "emails": [{"value": "home@x.example", "type": "home"}, {"value": "grace@navy.example", "primary": True}],
    "meta": {"resourceType": "User", "lastModified": "2026-11-22T08:00:00Z"},
}  # fmt: skip
USERS: dict[str, tuple[Any, str, str, bool]] = {
    "slyyfoxx": (OWN, "u-1", "", True),
    "keycloak": (KEYCLOAK, "6f2a", "Grace Hopper", False),
    "auth0": (AUTH0, "auth0|1", "Grace", False),
    "scim": (SCIM, "2819", "Grace Hopper", True),
}


def the_list(api: str, server: str) -> UserList:
    return UserList(DIALECTS[api], f"{server}/users", "token")


def answers(path: str, body: Any) -> dict[str, tuple[int, dict[str, str], bytes]]:
    return {path: (200, {}, json.dumps(body).encode())}


@pytest.mark.parametrize("api", USERS)
async def test_an_account_is_read_in_each_dialect(server: str, api: str) -> None:
    item, user_id, name, active = USERS[api]
    Odd.answers = answers("/users/u%2F1", item)
    user = await the_list(api, server).user("u/1")
    assert user is not None
    assert (user.id, user.email, user.name, user.active) == (user_id, "grace@navy.example", name, active)
    assert (user.updated_at is None) == (api == "keycloak")


async def test_ours_is_read_page_by_page(server: str) -> None:
    Odd.answers = {
        **answers("/users", {"items": [OWN], "next_cursor": "1"}),
        **answers("/users?cursor=1", {"items": [], "next_cursor": None}),
    }
    first = await the_list("slyyfoxx", server).page(None)
    assert [(user.id, user.version) for user in first.users] == [("u-1", 3)]
    assert await the_list("slyyfoxx", server).page(first.next_cursor) == UserPage((), None)


@pytest.mark.parametrize(
    ("api", "first", "second", "item"),
    [
        ("keycloak", "first=0&max=100", "first=100&max=100", KEYCLOAK),
        ("auth0", "page=0&per_page=100", "page=1&per_page=100", AUTH0),
    ],
)
async def test_bare_lists_are_read_until_a_short_page(
    server: str, api: str, first: str, second: str, item: Any
) -> None:
    Odd.answers = {**answers(f"/users?{first}", [item] * PAGE), **answers(f"/users?{second}", [item])}
    page = await the_list(api, server).page(None)
    assert len(page.users) == PAGE
    assert (await the_list(api, server).page(page.next_cursor)).next_cursor is None


async def test_scim_is_read_until_its_total(server: str) -> None:
    Odd.answers = {
        **answers("/users?startIndex=1&count=100", {"totalResults": 2, "Resources": [SCIM]}),
        **answers("/users?startIndex=2&count=100", {"totalResults": 2, "Resources": [SCIM]}),
    }
    page = await the_list("scim", server).page(None)
    assert page.next_cursor == "2"
    assert (await the_list("scim", server).page("2")).next_cursor is None


@pytest.mark.parametrize("api", USERS)
@pytest.mark.parametrize("wrong", [{"items": "x", "Resources": 7}, [{}], [7], {"items": [7]}, 7, None])
async def test_a_user_list_that_cannot_be_read_is_an_outage(server: str, api: str, wrong: Any) -> None:
    path = "?" + "&".join(f"{name}={value}" for name, value in DIALECTS[api].query(None).items())
    Odd.answers = answers(f"/users{path.rstrip('?')}", wrong)
    with pytest.raises(SsoDown):
        await the_list(api, server).page(None)


@pytest.mark.parametrize(
    "wrong",
    [7, {}, {**OWN, "user_id": "a\x00b"}, {**OWN, "user_id": "\ud800"}, {**OWN, "updated_at": "soon"}],
)
async def test_an_account_that_cannot_be_read_hides_no_other(server: str, wrong: Any) -> None:
    Odd.answers = answers("/users", {"items": [wrong, OWN], "next_cursor": None})
    assert [user.id for user in (await the_list("slyyfoxx", server).page(None)).users] == ["u-1"]


async def test_a_list_that_never_ends_is_an_outage(server: str) -> None:
    Odd.answers = answers("/users?cursor=1", {"items": [OWN], "next_cursor": "1"})
    with pytest.raises(SsoDown):
        await the_list("slyyfoxx", server).page("1")


async def test_a_time_without_a_zone_is_no_time(server: str) -> None:
    Odd.answers = answers("/users/u", {**OWN, "updated_at": "2026-11-22T08:00:00"})
    with pytest.raises(SsoDown):
        await the_list("slyyfoxx", server).user("u")


async def test_nobody_is_told_apart_from_not_being_allowed_to_ask(server: str) -> None:
    assert await the_list("slyyfoxx", server).user("nobody") is None
    Odd.answers = {"/users/u": (403, {}, b"{}")}
    with pytest.raises(SsoRefused):
        await the_list("slyyfoxx", server).user("u")
