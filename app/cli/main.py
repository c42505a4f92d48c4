"""Finds the commands, and turns what can go wrong into one line."""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module

import asyncpg
import click
from redis import RedisError

from app.cli import commands
from app.core.errors import CrmError
from app.core.settings import BadSetting

EXPECTED = (BadSetting, CrmError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, RedisError)


class Commands(click.Group):
    """Imports a command only when it is asked for: `crm env` need not wait for the web framework."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the names of all commands."""
        return [module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command, or None when there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def crm() -> None:
    """Run the CRM of SLYYFOXX, look after it, look into it."""


def main() -> None:
    """Run one command; what is known to go wrong is one line on stderr and status 1, or 2 for wrong words."""
    try:
        sys.exit(crm(prog_name="crm", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as asked:
        asked.show()
        sys.exit(asked.exit_code)
    except click.ClickException as error:
        click.echo(f"crm: {' '.join(error.format_message().split())}{_where(error)}", err=True)
        sys.exit(error.exit_code)
    except EXPECTED as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        click.echo(f"crm: {reason}", err=True)
        sys.exit(1)


def _where(error: click.ClickException) -> str:
    """Say which help knows better, where one does."""
    context = getattr(error, "ctx", None)
    return f" (see `{context.command_path} --help`)" if context else ""
