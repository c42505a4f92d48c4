"""crm migrate."""

import asyncio

import click

from app.sandbox.stack import join_running_stack
from app.store.migrate import migrate
from app.store.schema_version import newest


@click.command("migrate")
def command() -> None:
    """Bring the database to this version's schema and make or complete the application's login."""
    here = join_running_stack()
    version = asyncio.run(migrate(here.must_have("OWNER_DATABASE_URL"), here.must_have("DATABASE_URL")))
    if version == newest():
        click.echo("The database is up to date.")
    else:
        click.echo(f"The database is of a newer version ({version}) already; nothing of it was changed.")
