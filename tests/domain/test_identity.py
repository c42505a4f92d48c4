"""Who a token's claims make somebody, however their provider writes them."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.errors import Forbidden, Unauthenticated
from app.domain.identity import ClaimNames, check_id_token, claim_at, client_of, names_in, viewer_of
from app.domain.permissions import (
    can_capture,
    can_log_activity,
    can_see_board,
    can_see_money,
    check_administer,
)
from app.domain.sealing import seal, unseal
from app.domain.viewer import Role
from tests.cast import CAST

NAMES = ClaimNames("roles", "sales_rep_id")
TIMES = {"iat": 1000, "exp": 1900}


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"roles": ["SLYYFOXX_ADMIN"]}, Role.ADMIN),
        ({"roles": "openid SLYYFOXX_ADMIN"}, Role.ADMIN),
        ({"roles": ["SLYYFOXX_ADMIN", "SLYYFOXX_SUPPORT"], "sales_rep_id": "R-1"}, Role.ADMIN),
        ({"roles": ["SLYYFOXX_SUPPORT"], "sales_rep_id": "R-1"}, Role.REP),
        ({"roles": [], "sales_rep_id": "R-1"}, Role.REP),
        ({"sales_rep_id": "R-1"}, Role.REP),
        ({"roles": ["SLYYFOXX_SUPPORT"]}, Role.SUPPORT),
    ],
)
def test_everybody_is_exactly_one_role(claims: dict[str, Any], role: Role) -> None:
    assert viewer_of({"sub": "x", **claims}, NAMES).role is role


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"roles": ["SALES_REP"]},
        {"roles": {"SLYYFOXX_ADMIN": 1}},
        {"sales_rep_id": 7},
        {"sales_rep_id": " "},
    ],
)
def test_who_is_none_of_these_is_forbidden(claims: dict[str, Any]) -> None:
    with pytest.raises(Forbidden):
        viewer_of({"sub": "x", **claims}, NAMES)


@pytest.mark.parametrize(
    ("claims", "path"),
    [
        ({"roles": ["a"]}, "roles"),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles"),
        ({"resource_access": {"crm.app": {"roles": ["a"]}}}, "resource_access.crm.app.roles"),
        ({"https://slyyfoxx.example/roles": ["a"]}, "https://slyyfoxx.example/roles"),
    ],
)
def test_roles_are_found_wherever_the_provider_keeps_them(claims: dict[str, Any], path: str) -> None:
    assert names_in(claim_at(claims, path)) == {"a"}


def test_a_path_into_nothing_finds_nothing() -> None:
    assert claim_at({"realm_access": "x"}, "realm_access.roles") is None
    assert claim_at({}, "a.b.c") is None


def test_names_lose_what_no_name_has() -> None:
    viewer = viewer_of({"sub": "x", "sales_rep_id": "R-1", "name": "Rita\x00\n Reyes " + "y" * 500}, NAMES)
    assert viewer.name.startswith("Rita Reyes")
    assert len(viewer.name) <= 255


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "cms", "client_id": "cms"},
        {"sub": "cms", "azp": "cms"},
        {"sub": "cms@clients", "azp": "cms", "gty": "client-credentials"},
        {"sub": "0b1c", "azp": "cms", "preferred_username": "service-account-cms"},
    ],
)
def test_machines_are_known_by_their_client(claims: dict[str, Any]) -> None:
    client = client_of({**claims, "scope": "openid leads:capture"})
    assert client is not None
    assert client.id == "cms"
    assert can_capture(client)


@pytest.mark.parametrize(
    "claims", [{"sub": "rita"}, {"sub": "rita", "azp": "crm"}, {"sub": "rita", "client_id": "crm"}]
)
def test_a_person_who_came_through_a_client_is_no_machine(claims: dict[str, Any]) -> None:
    assert client_of({**claims, "scope": "leads:capture"}) is None


def test_an_id_token_for_several_clients_names_us() -> None:
    claims = {"sub": "x", "nonce": "n", "aud": ["crm", "other"], **TIMES}
    check_id_token({**claims, "azp": "crm"}, "crm", "n")
    with pytest.raises(Unauthenticated):
        check_id_token({**claims, "azp": "other"}, "crm", "n")


def test_support_sees_neither_board_nor_money() -> None:
    assert [can_see_board(who) for who in CAST.everybody()] == [True, True, False, True]
    assert [can_see_money(who) for who in CAST.everybody()] == [True, True, False, True]


def test_only_an_admin_logs_for_another() -> None:
    assert can_log_activity(CAST.rita, CAST.rita.id)
    assert not can_log_activity(CAST.rita, CAST.omar.id)
    assert can_log_activity(CAST.ada, CAST.omar.id)


def test_only_an_admin_administers() -> None:
    check_administer(CAST.ada)
    for who in (CAST.rita, CAST.omar, CAST.sam):
        with pytest.raises(Forbidden):
            check_administer(who)


def test_a_sealed_text_opens_only_with_its_secret_and_purpose() -> None:
    sealed = seal("the secret", b"sessions", "a refresh token")
    assert unseal("the secret", b"sessions", sealed) == "a refresh token"
    assert unseal("another", b"sessions", sealed) is None
    assert unseal("the secret", b"anchors", sealed) is None
    assert unseal("the secret", b"sessions", sealed[:-1]) is None
    assert unseal("the secret", b"sessions", b"") is None
    assert seal("the secret", b"sessions", "a refresh token") != sealed
