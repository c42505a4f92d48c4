"""crm env."""

import os
import shlex

import click

from app.core.settings import load
from app.sandbox.stack import read_stack, sandbox_url


@click.command("env")
def command() -> None:
    """Print the running stack's URLs as shell lines: eval "$(crm env)"."""
    settings = load(read_stack(load(os.environ).home))
    lines = {
        "CRM_URL": settings.public_url,
        "CRM_SANDBOX_URL": sandbox_url(settings),
        "CRM_DATABASE_URL": settings.database_url,
        "CRM_OWNER_DATABASE_URL": settings.owner_database_url,
        "CRM_REDIS_URL": settings.redis_url,
    }
    for name, value in lines.items():
        click.echo(f"{name}={shlex.quote(value or '')}")
