"""Signing in as the measurements need it: sessions of rita and ada through the SSO, the CMS' token."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx

from app.web.guards import CSRF_HEADER, SESSION_COOKIE, csrf_token

if TYPE_CHECKING:
    from bench.stack import Stack

GRANT = "urn:slyyfoxx:sandbox"


def browser(stack: Stack, who: str) -> dict[str, str]:
    """Return the headers of a browser that has signed in, as htmx sends them."""
    with httpx.Client(base_url=stack.settings.public_url, trust_env=False) as client:
        started = client.get("/login/start")
        state = started.cookies["__Host-login"]
        asked = urlsplit(started.headers["location"])
        form = {name: values[0] for name, values in parse_qs(asked.query).items()} | {"who": who}
        consented = client.post(asked._replace(query="").geturl(), data=form)
        back = client.get(consented.headers["location"], headers={"Cookie": f"__Host-login={state}"})
        token = back.cookies[SESSION_COOKIE]
    return {"Cookie": f"{SESSION_COOKIE}={token}", CSRF_HEADER: csrf_token(token)}


def bearer(stack: Stack, who: str) -> dict[str, str]:
    """Return the headers of a machine, or of a person's own program."""
    client = {"client_id": "slyyfoxx-crm", "client_secret": stack.variables["SSO_CLIENT_SECRET"]}
    asked = client | {"grant_type": GRANT, "who": who}
    answer = httpx.post(f"{stack.variables['SSO_ISSUER']}/token", data=asked, trust_env=False)
    return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}
