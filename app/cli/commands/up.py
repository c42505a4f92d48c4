"""crm up."""

import click

from app.sandbox.up import up


@click.command("up")
def command() -> None:
    """Run the whole system in the foreground: servers, demo data, neighbours, web and worker."""
    up()
