"""crm migrate."""

import asyncio

import click

from app.sandbox.stack import join_running_stack
from app.store.migrate import migrate


@click.command("migrate")
def command() -> None:
    """Bring the database to this version's schema and make or complete the application's login."""
    here = join_running_stack()
    asyncio.run(migrate(here.must_have("OWNER_DATABASE_URL"), here.must_have("DATABASE_URL")))
    click.echo("The database is up to date.")
