"""Which tokens /v1 takes: forged, stale and borrowed ones get 401, and nothing is fetched on their word."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from tests.fakes import private_key

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.fakes import FakeSso

    Headers = Callable[..., dict[str, str]]

LEADS = "/v1/leads"
WRONG_CLAIMS: list[dict[str, Any]] = [
    {"iss": None},
    {"iss": "https://elsewhere.example/sso"},
    {"aud": None},
    {"aud": "another-api"},
    {"aud": ["another-api"]},
    {"sub": None},
    {"sub": ""},
    {"sub": 7},
    {"sub": "x" * 256},
    {"sub": "a\x00b"},
    {"sub": "a\nb"},
    {"exp": None},
    {"exp": 10**30},
    {"exp": "9999999999"},
    {"exp": True},
    {"iat": None},
    {"typ": "ID"},
    {"typ": "Refresh"},
    {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
]
pytestmark = pytest.mark.usefixtures("fresh_sso")


async def other_than(status: int, client: AsyncClient, tokens: dict[str, str]) -> dict[str, int]:
    """Return which tokens were answered otherwise, and how."""
    statuses = {name: (await client.get(LEADS, headers=bearer(t))).status_code for name, t in tokens.items()}
    return {name: got for name, got in statuses.items() if got != status}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in (header, claims))
    return ".".join([*parts, ""])


def claims_of(sso: FakeSso, **changed: Any) -> dict[str, Any]:
    claims = jwt.decode(sso.token("rita"), options={"verify_signature": False})
    return {name: value for name, value in {**claims, **changed}.items() if value is not None}


async def test_a_reps_token_is_taken(client: AsyncClient, as_user: Headers) -> None:
    assert (await client.get(LEADS, headers=as_user("rita"))).status_code == 200


async def test_nothing_at_all_is_401_and_says_how_to_come_in(client: AsyncClient) -> None:
    answer = await client.get(LEADS)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_with_a_wrong_claim_is_401(client: AsyncClient, sso: FakeSso) -> None:
    tokens = {str(wrong)[:40]: sso.token("rita", **wrong) for wrong in WRONG_CLAIMS}
    assert await other_than(401, client, tokens) == {}


async def test_the_issuer_must_match_to_the_letter(client: AsyncClient, sso: FakeSso) -> None:
    issuers = (f"{sso.issuer}/", sso.issuer.replace("http", "https"), sso.issuer.upper(), f"{sso.issuer}x")
    assert await other_than(401, client, {issuer: sso.token("rita", iss=issuer) for issuer in issuers}) == {}


async def test_clocks_may_differ_by_half_a_minute(client: AsyncClient, sso: FakeSso) -> None:
    now = int(time.time())

    def off_by(seconds: int) -> dict[str, str]:
        return {
            "expired": sso.token("rita", exp=now - seconds, iat=now - 900),
            "made later": sso.token("rita", iat=now + seconds, nbf=now + seconds),
        }

    assert await other_than(200, client, off_by(20)) == {}
    assert await other_than(401, client, off_by(60)) == {}


async def test_a_token_made_for_another_purpose_is_401(client: AsyncClient, sso: FakeSso) -> None:
    types = ("logout+jwt", "secevent+jwt", "dpop+jwt", 7)
    tokens = {str(typ): sso.signed(claims_of(sso), {"typ": typ}) for typ in types}
    for name in ("nonce", "at_hash", "c_hash"):
        tokens[name] = sso.signed(claims_of(sso, **{name: "x"}), {"typ": "JWT"})
    assert await other_than(401, client, tokens) == {}


async def test_an_unsigned_token_is_401(client: AsyncClient, sso: FakeSso) -> None:
    algorithms = ("none", "NoNe", "NONE", "", None, 7)
    header = {"typ": "at+jwt", "kid": "key-1"}
    tokens = {str(alg): unsigned({**header, "alg": alg}, claims_of(sso)) for alg in algorithms}
    assert await other_than(401, client, tokens) == {}


async def test_the_public_key_is_no_secret_to_sign_with(client: AsyncClient, sso: FakeSso) -> None:
    public = private_key("key-1").public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    head = unsigned({"alg": "HS256", "typ": "at+jwt", "kid": "key-1"}, claims_of(sso)).rstrip(".")
    mac = hmac.digest(pem, head.encode(), "sha256")
    token = f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    assert await other_than(401, client, {"HS256": token}) == {}


async def test_only_the_key_and_algorithm_the_sso_publishes_are_taken(
    client: AsyncClient, sso: FakeSso
) -> None:
    header = {"kid": "key-1", "typ": "at+jwt"}
    tokens = {
        algorithm: jwt.encode(claims_of(sso), private_key("key-1"), algorithm, header)
        for algorithm in ("RS384", "RS512", "PS256")
    }
    tokens["thief"] = jwt.encode(claims_of(sso), private_key("thief"), "RS256", header)
    tokens["crit"] = sso.signed(claims_of(sso), {"typ": "at+jwt", "crit": ["b64"], "b64": True})
    assert await other_than(401, client, tokens) == {}


async def test_an_odd_key_name_is_401(client: AsyncClient, sso: FakeSso) -> None:
    names: list[object] = ["../../x", "' OR 1=1 --", "k" * 5000, "", ["key-1"], {"a": 1}, None, 7]
    tokens = {
        repr(kid)[:20]: unsigned({"alg": "RS256", "typ": "at+jwt", "kid": kid}, claims_of(sso)) + "c2ln"
        for kid in names
    }
    assert await other_than(401, client, tokens) == {}


async def test_a_key_the_token_brings_is_not_looked_at(client: AsyncClient, sso: FakeSso) -> None:
    address = f"{sso.issuer}/evil.json"
    brought = {"jku": address, "x5u": address, "jwk": {"kty": "oct", "k": "AAAA"}}
    tokens = {
        name: jwt.encode(claims_of(sso), private_key("thief"), "RS256", {"kid": "thief", name: value})
        for name, value in brought.items()
    }
    assert await other_than(401, client, tokens) == {}
    assert sso.calls["/sso/evil.json"] == 0


async def test_a_token_that_is_none_is_401(client: AsyncClient) -> None:
    odd = ("a.b.c", "....", "x" * 9000, "x" * 4_000_000, "e30." + "W" * 7000 + ".x", "null", "W10.W10.W10")
    assert await other_than(401, client, {token[:9]: token for token in odd}) == {}
    for header in ("Basic cml0YTp4", "Token x", "Bearer", "Bearer ", "bearer"):
        assert (await client.get(LEADS, headers={"Authorization": header})).status_code == 401
    not_ascii = await client.get(LEADS, headers={b"Authorization": "Bearer é.é.é".encode()})
    assert not_ascii.status_code == 401


async def test_a_cookie_opens_nothing_here(client: AsyncClient) -> None:
    answer = await client.get(LEADS, headers={"Cookie": "__Host-sid=whatever"})
    assert answer.status_code == 401


async def test_who_is_nobody_of_ours_is_403(client: AsyncClient, sso: FakeSso) -> None:
    rep_ids: list[object] = [None, "", 7, ["R-1"], " "]
    roles: list[object] = [None, [], "", {"SLYYFOXX_ADMIN": True}, "slyyfoxx_admin", ["XSLYYFOXX_ADMIN"]]
    tokens = {f"rep id {rep_id}": sso.token("rita", sales_rep_id=rep_id) for rep_id in rep_ids}
    tokens |= {f"roles {role}": sso.token("ada", roles=role) for role in roles}
    assert await other_than(403, client, tokens) == {}


async def test_the_cms_only_captures(client: AsyncClient, as_user: Headers) -> None:
    assert (await client.get(LEADS, headers=as_user("cms"))).status_code == 403


async def test_only_a_client_with_the_scope_captures(client: AsyncClient, as_user: Headers) -> None:
    tokens = [as_user(who, scope="leads:capture") for who in ("rita", "sam", "ada")]
    for headers in [*tokens, as_user("cms", scope="leads:read"), as_user("cms", scope=None)]:
        answer = await client.post("/v1/leads/capture", headers=headers, json={})
        assert answer.status_code == 403


async def test_who_is_deactivated_stays_out(
    client: AsyncClient, as_user: Headers, owner: asyncpg.Connection
) -> None:
    await owner.execute("UPDATE staff SET active = false WHERE name = 'Rita Reyes'")
    assert (await client.get(LEADS, headers=as_user("rita"))).status_code == 403


async def test_known_keys_outlive_the_sso(client: AsyncClient, as_user: Headers, sso: FakeSso) -> None:
    assert (await client.get(LEADS, headers=as_user("rita"))).status_code == 200
    sso.down = True
    assert (await client.get(LEADS, headers=as_user("omar"))).status_code == 200


async def test_without_any_key_the_sso_is_said_to_be_down(
    client: AsyncClient, as_user: Headers, sso: FakeSso
) -> None:
    sso.down = True
    answer = await client.get(LEADS, headers=as_user("rita"))
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
