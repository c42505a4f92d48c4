"""crm doctor."""

import asyncio

import click

from app.core.errors import CrmError
from app.sandbox.stack import join_running_stack
from app.store.checks import run_checks


@click.command("doctor")
def command() -> None:
    """Check that the database's roles, policies and triggers are as they must be."""
    checks = asyncio.run(run_checks(join_running_stack().must_have("DATABASE_URL")))
    for check in checks:
        click.echo(f"{'ok ' if check.ok else 'BAD'}  {check.name}: {check.detail}")
    if bad := [check for check in checks if not check.ok]:
        raise CrmError(f"{len(bad)} of {len(checks)} checks failed")
