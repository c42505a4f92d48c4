"""crm token."""

import os
from typing import Any, Final

import click
import httpx

from app.core.errors import CrmError
from app.core.settings import Settings, load
from app.sandbox.stack import read_stack

SANDBOX_GRANT: Final = "urn:slyyfoxx:sandbox"


@click.command("token")
@click.argument("who")
def command(who: str) -> None:
    """Print a bearer token of the sandbox SSO for WHO: rita, omar, sam, ada or cms."""
    settings = load(read_stack(load(os.environ).home))
    try:
        answer = httpx.post(f"{settings.sso_issuer}/token", data=_form(settings, who), trust_env=False)
        said: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise CrmError(f"the sandbox SSO at {settings.sso_issuer} does not answer: {error}") from error
    if not answer.is_success:
        raise CrmError(said.get("error_description") or f"the sandbox SSO refused: {answer.status_code}")
    click.echo(said["access_token"])


def _form(settings: Settings, who: str) -> dict[str, str]:
    client = {"client_id": settings.sso_client_id, "client_secret": settings.sso_client_secret or ""}
    return client | {"grant_type": SANDBOX_GRANT, "who": who}
