"""Calls to the SSO: encrypted unless local, never redirected, capped in size and time."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx

from app.core.errors import CrmError

if TYPE_CHECKING:
    import ssl

LARGEST_ANSWER: Final = 256 * 1024
TIMEOUT: Final = httpx.Timeout(5.0, connect=3.0)
LONGEST_CALL: Final = 10.0  # httpx counts each read anew: an answer that drips would never end
OK, BAD_REQUEST, SERVER_ERROR = 200, 400, 500
REFUSALS: Final = frozenset({400, 401, 403})  # RFC 6749 5.2 knows the first two
NOT_NOW: Final = frozenset({408, 425, 429})


class SsoDown(CrmError):
    """The SSO does not answer, or not as an OpenID provider does."""

    status, code, title = 503, "sso-down", "The sign-in service does not answer; please try again"
    retry_after = 5


class SsoRefused(CrmError):
    """The SSO answered, and said no."""

    status, code, title = 400, "sign-in-refused", "The sign-in service refused"


async def get_json(url: str, *, bearer: str | None = None) -> dict[str, Any]:
    """Fetch one JSON object; raises like `get_any`."""
    return _object(await get_any(url, bearer=bearer))


async def get_any(url: str, *, bearer: str | None) -> Any:
    """Fetch JSON; raises SsoRefused (with its status) for a bearer it does not take, SsoDown for everything else."""
    headers = {"accept": "application/json", **({"authorization": f"Bearer {bearer}"} if bearer else {})}
    status, body = await _send(_request("GET", url, headers=headers))
    if bearer and BAD_REQUEST <= status < SERVER_ERROR and status not in NOT_NOW:
        raise SsoRefused(answered=status)
    if status != OK:
        raise SsoDown
    return _parsed(body)


async def post_form(url: str, form: dict[str, str], auth: tuple[str, str] | None) -> dict[str, Any]:
    """Post a form to the token endpoint; raises SsoRefused when it says no, SsoDown when it cannot say."""
    request = _request("POST", url, data=form, headers={"accept": "application/json"})
    if auth is not None:
        request = next(httpx.BasicAuth(*auth).auth_flow(request))
    status, body = await _send(request)
    if status in REFUSALS:
        raise SsoRefused
    if status != OK:
        raise SsoDown
    return _object(_parsed(body))


async def _send(request: httpx.Request) -> tuple[int, bytes]:
    """Send over a connection of its own: calls are rare, and no event loop is left holding a client."""
    try:
        async with (
            asyncio.timeout(LONGEST_CALL),
            httpx.AsyncClient(timeout=TIMEOUT, verify=_trust(), trust_env=False) as client,
        ):
            request.extensions["timeout"] = TIMEOUT.as_dict()
            answer = await client.send(request, stream=True, follow_redirects=False)
            try:
                return answer.status_code, await _capped(answer)
            finally:
                await answer.aclose()
    except (httpx.HTTPError, TimeoutError) as error:
        raise SsoDown from error


async def _capped(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise SsoDown
    return bytes(body)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SsoDown from error


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SsoDown
    return value  # pyright: ignore[reportUnknownVariableType]  a JSON object's keys are strings


def is_safe(url: str) -> bool:
    """True for an address by https, and by http only of this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:  # such as a bracket that nobody closes
        return False
    is_secret = parts.scheme == "https" or (parts.scheme == "http" and _is_local(parts.hostname or ""))
    return is_secret and url.isascii() and url.isprintable()


def _request(method: str, url: str, **what: Any) -> httpx.Request:
    if not is_safe(url):
        raise SsoDown("The sign-in service must be reached by https")
    try:
        return httpx.Request(method, url, **what)
    except (httpx.InvalidURL, ValueError) as error:
        raise SsoDown("The sign-in service named what cannot be asked for") from error


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@cache
def _trust() -> ssl.SSLContext:
    """Read the certificate store once: it takes tens of milliseconds."""
    return httpx.create_ssl_context(trust_env=False)
