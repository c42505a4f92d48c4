"""crm doctor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from app.core.errors import CrmError
from app.gateways.mail import Undelivered, open_mail
from app.sandbox.stack import join_running_stack
from app.store.checks import Check, run_checks

if TYPE_CHECKING:
    from app.core.settings import Settings
    from app.gateways.mail import MailServer


@click.command("doctor")
def command() -> None:
    """Check that the database's roles, policies and triggers are as they must be, and that the mail server answers."""
    checks = asyncio.run(_look(join_running_stack()))
    for check in checks:
        click.echo(f"{'ok ' if check.ok else 'BAD'}  {check.name}: {check.detail}")
    if bad := [check for check in checks if not check.ok]:
        raise CrmError(f"{len(bad)} of {len(checks)} checks failed")


async def _look(settings: Settings) -> list[Check]:
    checks = await run_checks(settings.must_have("DATABASE_URL"))
    server = open_mail(settings)
    return [*checks, await _ask(server)] if server else checks


async def _ask(server: MailServer) -> Check:
    try:
        await server.check()
    except Undelivered as error:
        return Check("The mail server of SMTP_URL answers", ok=False, detail=str(error))
    return Check("The mail server of SMTP_URL answers", ok=True, detail="it lets us in")
