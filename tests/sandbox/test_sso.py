"""The sandbox SSO keeps OpenID Connect's rules, and tells of every change of an account."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from app.core import clock
from app.core.settings import BadSetting
from app.sandbox.app import create_app
from tests.cast import CAST, claims
from tests.ports import reserve_port
from tests.sandbox.neighbours import (
    CMS_CLIENT,
    CRM_CLIENT,
    SECRET,
    forwarded,
    neighbours,
    settings_of,
)
from tests.wait import until

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import AsyncClient, Response
    from redis.asyncio import Redis

    from app.core.settings import Settings
    from tests.database import Place

VERIFIER = "a verifier that is long enough to be one, 43 letters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def asked(config: Settings, **changed: str) -> dict[str, str]:
    return {
        "client_id": "slyyfoxx-crm",
        "redirect_uri": f"{config.public_url}/auth/callback",
        "response_type": "code",
        "scope": "openid profile email",
        "state": "of the visitor",
        "nonce": "once",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changed


def answer_in(response: Response) -> dict[str, str]:
    assert response.status_code == 303, response.text
    return {
        name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()
    }


def issuer_of(sandbox: AsyncClient) -> str:
    return str(sandbox.base_url).rstrip("/") + "/sso"


async def tokens(sandbox: AsyncClient, auth: tuple[str, str] = CRM_CLIENT, **form: str) -> Response:
    return await sandbox.post("/sso/token", data=form, auth=auth)


async def log_in(sandbox: AsyncClient, config: Settings, who: str = "rita") -> dict[str, Any]:
    answer = answer_in(await sandbox.post("/sso/authorize", data=asked(config, who=who)))
    form = {"code": answer["code"], "code_verifier": VERIFIER, "redirect_uri": asked(config)["redirect_uri"]}
    response = await tokens(sandbox, grant_type="authorization_code", **form)
    assert response.status_code == 200, response.text
    return response.json()


async def verified(sandbox: AsyncClient, token: str, audience: str) -> dict[str, Any]:
    keys = jwt.PyJWKSet.from_dict((await sandbox.get("/sso/jwks.json")).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, ["RS256"], audience=audience, issuer=issuer_of(sandbox))


async def events(redis: Redis) -> list[dict[str, Any]]:
    return [json.loads(fields["data"]) for _, fields in await redis.xrange("sso.events")]


async def has_events(redis: Redis, count: int) -> bool:
    return await redis.xlen("sso.events") == count


async def test_discovery_names_itself_and_every_endpoint_answers(sandbox: AsyncClient) -> None:
    found = (await sandbox.get("/sso/.well-known/openid-configuration")).json()
    assert found["issuer"] == issuer_of(sandbox)
    assert found["code_challenge_methods_supported"] == ["S256"]
    for end in ("authorization_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"):
        assert (await sandbox.get(found[end])).status_code in {200, 400, 401}


async def test_the_login_page_offers_the_four_colleagues(sandbox: AsyncClient, config: Settings) -> None:
    page = await sandbox.get("/sso/authorize", params=asked(config))
    assert page.status_code == 200
    for person in CAST.everybody():
        assert f"{person.name} – " in page.text


@pytest.mark.parametrize("who", ["rita", "omar", "sam", "ada"])
async def test_a_login_ends_in_tokens_about_that_person(
    sandbox: AsyncClient, config: Settings, who: str
) -> None:
    answer = await log_in(sandbox, config, who)
    access = await verified(sandbox, answer["access_token"], "slyyfoxx-crm")
    assert claims(who).items() <= access.items()
    assert access["exp"] - access["iat"] == 900
    assert jwt.get_unverified_header(answer["access_token"])["typ"] == "at+jwt"
    identity = await verified(sandbox, answer["id_token"], "slyyfoxx-crm")
    assert (identity["nonce"], identity["sub"]) == ("once", CAST.named(who).id)
    assert identity["sid"]


async def test_the_answer_to_a_login_carries_state_and_issuer(sandbox: AsyncClient, config: Settings) -> None:
    answer = answer_in(await sandbox.post("/sso/authorize", data=asked(config, who="rita")))
    assert answer["state"] == "of the visitor"
    assert answer["iss"] == issuer_of(sandbox)


@pytest.mark.parametrize(
    "changed", [{"redirect_uri": "https://evil.example/auth/callback"}, {"client_id": "nobody"}]
)
async def test_nobody_is_sent_to_an_unregistered_address(
    sandbox: AsyncClient, config: Settings, changed: dict[str, str]
) -> None:
    for response in (
        await sandbox.get("/sso/authorize", params=asked(config, **changed)),
        await sandbox.post("/sso/authorize", data=asked(config, who="rita", **changed)),
    ):
        assert response.status_code == 400
        assert "location" not in response.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_wrong_request_goes_back_with_its_error(
    sandbox: AsyncClient, config: Settings, changed: dict[str, str], error: str
) -> None:
    response = await sandbox.get("/sso/authorize", params=asked(config, **changed))
    assert answer_in(response)["error"] == error


@pytest.mark.parametrize(
    "changed", [{"code_verifier": "another"}, {"redirect_uri": "https://evil.example/"}, {"code": "made up"}]
)
async def test_a_code_is_worth_nothing_without_its_proofs(
    sandbox: AsyncClient, config: Settings, changed: dict[str, str]
) -> None:
    code = answer_in(await sandbox.post("/sso/authorize", data=asked(config, who="rita")))["code"]
    form = {"code": code, "code_verifier": VERIFIER, "redirect_uri": asked(config)["redirect_uri"]}
    refused = await tokens(sandbox, grant_type="authorization_code", **(form | changed))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_a_code_works_once_and_for_a_minute(
    sandbox: AsyncClient, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = answer_in(await sandbox.post("/sso/authorize", data=asked(config, who="rita")))["code"]
    late = answer_in(await sandbox.post("/sso/authorize", data=asked(config, who="rita")))["code"]
    form = {"grant_type": "authorization_code", "code_verifier": VERIFIER}
    form["redirect_uri"] = asked(config)["redirect_uri"]
    assert (await tokens(sandbox, code=code, **form)).status_code == 200
    assert (await tokens(sandbox, code=code, **form)).status_code == 400
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await tokens(sandbox, code=late, **form)).status_code == 400


async def test_refreshing_rotates_and_an_old_token_ends_the_login(
    sandbox: AsyncClient, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = (await log_in(sandbox, config))["refresh_token"]
    second = (await tokens(sandbox, grant_type="refresh_token", refresh_token=first)).json()["refresh_token"]
    assert second != first
    later = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    for stolen in (first, second):
        refused = await tokens(sandbox, grant_type="refresh_token", refresh_token=stolen)
        assert refused.json()["error"] == "invalid_grant"


async def test_signing_out_ends_the_login_and_goes_home(sandbox: AsyncClient, config: Settings) -> None:
    login = await log_in(sandbox, config)
    home = f"{config.public_url}/login"
    params = {"id_token_hint": login["id_token"], "post_logout_redirect_uri": home, "state": "s"}
    gone = await sandbox.get("/sso/end-session", params=params)
    assert gone.headers["location"] == f"{home}?state=s"
    refused = await tokens(sandbox, grant_type="refresh_token", refresh_token=login["refresh_token"])
    assert refused.status_code == 400
    away = {"post_logout_redirect_uri": "https://evil.example/"}
    assert (await sandbox.get("/sso/end-session", params=away)).status_code == 400


async def test_the_cms_gets_a_token_for_capture_only(sandbox: AsyncClient) -> None:
    answer = (await tokens(sandbox, CMS_CLIENT, grant_type="client_credentials")).json()
    access = await verified(sandbox, answer["access_token"], "slyyfoxx-crm")
    assert claims("cms").items() <= access.items()
    assert "roles" not in access
    more = await tokens(sandbox, CMS_CLIENT, grant_type="client_credentials", scope="users:read")
    assert more.json()["error"] == "invalid_scope"


async def test_a_wrong_secret_is_refused(sandbox: AsyncClient) -> None:
    refused = await tokens(sandbox, ("slyyfoxx-cms", "guess"), grant_type="client_credentials")
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


async def test_a_script_gets_a_token_by_first_name(sandbox: AsyncClient) -> None:
    form = {"client_id": "slyyfoxx-crm", "client_secret": SECRET, "grant_type": "urn:slyyfoxx:sandbox"}
    for who in ("rita", "omar", "sam", "ada", "cms"):
        answer = (await sandbox.post("/sso/token", data=form | {"who": who})).json()
        access = await verified(sandbox, answer["access_token"], "slyyfoxx-crm")
        assert claims(who).items() <= access.items()
    refused = await sandbox.post("/sso/token", data=form | {"who": "mallory"})
    assert refused.json()["error"] == "invalid_grant"


async def test_a_restart_keeps_the_key_and_the_logins(config: Settings, redis: Redis) -> None:
    (config.home / "sandbox-sso.pem").unlink()
    async with neighbours(config) as sandbox:
        login = await log_in(sandbox, config)
    async with neighbours(config) as sandbox:
        await verified(sandbox, login["access_token"], "slyyfoxx-crm")
        again = await tokens(sandbox, grant_type="refresh_token", refresh_token=login["refresh_token"])
        assert again.status_code == 200
    assert (config.home / "sandbox-sso.pem").stat().st_mode & 0o777 == 0o600


async def test_the_user_list_is_paged_and_needs_a_client(sandbox: AsyncClient) -> None:
    assert (await sandbox.get("/sso/users")).status_code == 401
    token = (await tokens(sandbox, grant_type="client_credentials")).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    seen, cursor = [], "0"
    while cursor:
        page = (
            await sandbox.get("/sso/users", params={"limit": 5, "cursor": cursor}, headers=headers)
        ).json()
        seen += [user["email"] for user in page["items"]]
        cursor = page["next_cursor"]
    assert seen[:4] == [person.email for person in CAST.everybody()]
    assert len(seen) == len(set(seen)) > 10
    cms = (await tokens(sandbox, CMS_CLIENT, grant_type="client_credentials")).json()["access_token"]
    assert (await sandbox.get("/sso/users", headers={"Authorization": f"Bearer {cms}"})).status_code == 401


async def test_a_changed_address_is_announced_with_the_next_version(
    sandbox: AsyncClient, redis: Redis
) -> None:
    user_id = CAST.rita.id
    form = {"email": "rita.reyes@slyyfoxx.example"}
    assert (await sandbox.post(f"/sso/accounts/{user_id}/email", data=form)).status_code == 303
    (event,) = await until(lambda: events(redis), "the event is on the stream")
    assert (event["specversion"], event["type"], event["subject"]) == ("1.0", "UserEmailUpdated", user_id)
    expected = {"user_id": user_id, "version": 2, "previous_email": "rita@slyyfoxx.example", **form}
    assert expected.items() <= event["data"].items()
    user = (await sandbox.get(f"/sso/users/{user_id}", auth=CRM_CLIENT)).json()
    assert (user["email"], user["version"]) == (form["email"], 2)


async def test_scripts_change_accounts_by_json(sandbox: AsyncClient, redis: Redis) -> None:
    made = await sandbox.post("/sso/users", json={"email": "grace@navy.example", "name": "Grace Hopper"})
    assert made.status_code == 201
    path = f"/sso/users/{made.json()['user_id']}"
    await sandbox.patch(path, json={"email": "hopper@navy.example"})
    await sandbox.patch(path, json={"active": False})
    await until(lambda: has_events(redis, 3), "all three events are on the stream")
    told = await events(redis)
    assert [event["type"] for event in told] == ["UserCreated", "UserEmailUpdated", "UserDeactivated"]
    assert [event["data"]["version"] for event in told] == [1, 2, 3]


async def test_a_closed_account_cannot_sign_in_or_stay(sandbox: AsyncClient, config: Settings) -> None:
    login = await log_in(sandbox, config)
    await sandbox.post(f"/sso/accounts/{CAST.rita.id}/active", data={"active": "no"})
    refused = await tokens(sandbox, grant_type="refresh_token", refresh_token=login["refresh_token"])
    assert refused.status_code == 400
    assert (await sandbox.post("/sso/authorize", data=asked(config, who="rita"))).status_code == 403


@pytest.mark.parametrize(
    ("email", "status"), [("omar@slyyfoxx.example", 409), ("no address", 422), ("a@b", 422), ("", 422)]
)
async def test_a_wrong_address_changes_nothing(
    sandbox: AsyncClient, redis: Redis, email: str, status: int
) -> None:
    path = CAST.rita.id
    assert (await sandbox.patch(f"/sso/users/{path}", json={"email": email})).status_code == status
    assert (await sandbox.post(f"/sso/accounts/{path}/email", data={"email": email})).status_code == status
    user = (await sandbox.get(f"/sso/users/{path}", auth=CRM_CLIENT)).json()
    assert (user["email"], user["version"]) == ("rita@slyyfoxx.example", 1)
    assert not await events(redis)


@pytest.mark.parametrize("body", [b"\xff", b"[]", b'{"email": 7, "name": []}', b"", b"[" * 5000])
async def test_a_body_that_cannot_be_read_is_the_clients_fault(sandbox: AsyncClient, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    assert (await sandbox.post("/sso/users", content=body, headers=headers)).status_code in {400, 422}


async def test_an_event_waits_for_redis_over_a_restart(tmp_path: Path, redis: Redis, place: Place) -> None:
    port = reserve_port()
    config = settings_of(tmp_path, place.redis_url.replace(str(urlsplit(place.redis_url).port), str(port)))
    async with neighbours(config) as sandbox:
        await sandbox.patch(f"/sso/users/{CAST.rita.id}", json={"email": "rita@new.example"})
        assert "1 event waits" in (await sandbox.get("/sso/accounts")).text
    async with neighbours(config), forwarded(port, place.redis_url):
        (event,) = await until(lambda: events(redis), "the event is sent once Redis is there")
    assert event["data"]["email"] == "rita@new.example"


def test_it_refuses_to_start_outside_the_sandbox(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="CRM_SANDBOX=1"):
        create_app(settings_of(tmp_path, "redis://127.0.0.1:1", CRM_SANDBOX="0"))
