"""Keycloak's and Auth0's user events, as they send them, in our own words."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.domain.sso_events import UNDERSTOOD, read_event, read_news

KEYCLOAK_ID = "6f2a7b1c-7a3c-4f4e-9a55-1f1c2f3a4b5c"
KEYCLOAK: dict[str, dict[str, Any]] = {
    "a user event": {
        "id": "0a1b", "time": 1763800000000, "type": "UPDATE_EMAIL", "realmId": "slyyfoxx", "clientId": "account",
        "userId": KEYCLOAK_ID, "ipAddress": "10.0.0.1",
        "details": {"previous_email": "old@x.example", "updated_email": "new@x.example"},
    },
    "an admin event": {
        "id": "0a1c", "time": 1763800000000, "realmId": "slyyfoxx", "operationType": "UPDATE", "resourceType": "USER",
        "resourcePath": f"users/{KEYCLOAK_ID}", "representation": '{"email":"new@x.example"}',
        "authDetails": {"realmId": "master", "clientId": "admin", "userId": "somebody-else"},
    },
    "a user event through a listener": {
        "uid": "0a1d", "time": 1763800000000, "realmId": "slyyfoxx", "type": "access.UPDATE_PROFILE",
        "authDetails": {"userId": KEYCLOAK_ID, "username": "grace"}, "details": {"context": "ACCOUNT"},
    },
    "an admin event through a listener": {
        "uid": "0a1e", "time": 1763800000000, "realmId": "slyyfoxx", "type": "admin.USER-UPDATE",
        "resourcePath": f"users/{KEYCLOAK_ID}", "operationType": "UPDATE", "representation": "{}",
    },
}  # fmt: skip
AUTH0: dict[str, Any] = {
    "id": "evt_1234567890abcdef", "source": "urn:auth0:slyyfoxx.eu.auth0.com", "specversion": "1.0",
    "type": "com.auth0.user.updated", "time": "2026-11-22T08:00:01.000Z", "a0purpose": "production",
    "data": {"object": {
        "user_id": "auth0|507f1f77bcf86cd799439020", "email": "new@x.example", "email_verified": True,
        "name": "Grace Hopper", "blocked": False, "identities": [], "updated_at": "2026-11-22T08:00:00.000Z",
    }},
}  # fmt: skip
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def read(raw: dict[str, Any]) -> Any:
    return read_event(json.dumps(raw).encode())


@pytest.mark.parametrize("name", KEYCLOAK)
def test_keycloak_only_hints_at_whom_to_read_again(name: str) -> None:
    event = read(KEYCLOAK[name])
    news = read_news(event)
    assert event.type in UNDERSTOOD
    assert event.source == "/keycloak/slyyfoxx"
    assert (news.user_id, news.is_hint, news.email) == (KEYCLOAK_ID, True, None)


@pytest.mark.parametrize(
    "other",
    [
        {"id": "1", "realmId": "r", "type": "LOGIN", "userId": "u"},
        {"id": "1", "realmId": "r", "operationType": "CREATE", "resourceType": "GROUP", "resourcePath": "groups/1"},
        {"id": "1", "realmId": "r", "operationType": "ACTION", "resourceType": "USER", "resourcePath": "users/1"},
        {
            "id": "1",
            "realmId": "r",
            "operationType": "CREATE",
            "resourceType": "USER",
            "resourcePath": "users/1/groups/2",
        },
    ],
)  # fmt: skip
def test_what_else_happens_in_keycloak_is_not_for_us(other: dict[str, Any]) -> None:
    assert read(other).type not in UNDERSTOOD


def test_auth0_says_everything_and_as_of_when() -> None:
    news = read_news(read(AUTH0))
    assert news.email is not None
    assert (news.user_id, news.email.norm, news.name, news.active) == (
        "auth0|507f1f77bcf86cd799439020",
        "new@x.example",
        "Grace Hopper",
        True,
    )
    assert news.at is not None
    assert news.at.isoformat() == "2026-11-22T08:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "active"),
    [({"type": "com.auth0.user.deleted"}, False), ({"type": "com.auth0.user.created"}, True)],
)
def test_an_account_that_is_gone_is_deactivated(change: dict[str, Any], active: bool) -> None:  # noqa: FBT001
    assert read_news(read({**AUTH0, **change})).active is active


def test_a_blocked_account_is_not_active() -> None:
    blocked = {**AUTH0["data"]["object"], "blocked": True}
    assert read_news(read({**AUTH0, "data": {"object": blocked}})).active is False


def test_our_own_events_pass_unchanged() -> None:
    ours = {"specversion": "1.0", "id": "1", "source": "/slyyfoxx/sso", "type": "UserEmailUpdated"}
    event = read({**ours, "data": {"user_id": "u", "email": "a@b.example", "version": 3}})
    assert (event.type, read_news(event).version) == ("UserEmailUpdated", 3)


def odd(said: dict[str, Any], *more: str) -> st.SearchStrategy[dict[str, Any]]:
    """The event with any JSON in place of any of its values."""
    changes = st.fixed_dictionaries({}, optional=dict.fromkeys([*said, *more], JSON))
    return changes.map(lambda changed: {**said, **changed})


@given(
    st.one_of(
        odd(AUTH0),
        odd(AUTH0["data"]["object"]).map(lambda account: {**AUTH0, "data": {"object": account}}),
        *(odd(said, "type", "resourceType") for said in KEYCLOAK.values()),
    )
)
def test_whatever_stands_in_an_event_it_is_read_or_refused(said: dict[str, Any]) -> None:
    with contextlib.suppress(Invalid):
        event = read(said)
        assert event.type not in UNDERSTOOD or read_news(event).user_id


@pytest.mark.parametrize("odd_type", [[], {}, [1], 7, True, None])
def test_a_type_that_is_no_text_is_refused(odd_type: Any) -> None:
    for said in (
        {"type": odd_type},
        {"id": "1", "realmId": "r", "type": odd_type},
        {**AUTH0, "type": odd_type},
    ):
        with pytest.raises(Invalid, match="type: "):
            read(said)
    admin = {"id": "1", "realmId": "r", "resourceType": "USER", "resourcePath": "users/1"}
    with pytest.raises(Invalid, match="type: "):
        read({**admin, "operationType": odd_type})
