"""crm erase."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from uuid import UUID

import click

from app.cli.operator import on_stack
from app.services import erasure

if TYPE_CHECKING:
    from app.core.settings import Settings


@click.command("erase")
@click.argument("customer", type=UUID)
@click.option("--yes", is_flag=True, help="Do not ask. Without a terminal nobody is asked either.")
def command(customer: UUID, *, yes: bool) -> None:
    """Erase CUSTOMER's name, addresses, texts and submissions for good, from every table and every stream in Redis.

    Another bus and the webhook's receiver keep what they were sent; /admin/erasures names them.
    """
    if not yes and sys.stdin.isatty():
        click.confirm(f"Erase customer {customer}? This cannot be undone", abort=True)

    async def work(_: Settings) -> tuple[bool, int]:
        return await erasure.erase_by_operator(customer), await erasure.clear_erased()

    erased, messages = on_stack(work)
    click.echo("Erased." if erased else "This customer was erased before; nothing was left to do.")
    click.echo(f"Changed or deleted in the streams: {messages}")
