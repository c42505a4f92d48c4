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
    for name, ok, detail in checks:
        click.echo(f"ok   {name}" if ok else f"BAD  {name}: {detail}")
    if failed := [name for name, ok, _ in checks if not ok]:
        raise CrmError(f"{len(failed)} of {len(checks)} checks failed")
