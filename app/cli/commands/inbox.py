"""crm inbox."""

from __future__ import annotations

import click

from app.cli.operator import OPERATOR, on_stack
from app.core.errors import CrmError
from app.services import identity_events

STATUSES = click.Choice(["received", "waiting", "applied", "stale", "ignored", "dead"])


@click.group("inbox")
def command() -> None:
    """See what became of the SSO's events, and take up dead ones again."""


@command.command("list")
@click.option("--status", type=STATUSES, help="Only those of one status.")
def show(status: str | None) -> None:
    """List the newest events, a line each."""
    lines = on_stack(lambda _: identity_events.list_inbox(OPERATOR, status))
    for line in lines:
        why = f"  {line.last_error}" if line.last_error else ""
        click.echo(
            f"{line.id}  {line.received_at:%Y-%m-%dT%H:%M:%SZ}  {line.source}  {line.type}  {line.status}{why}"
        )
    click.echo(f"{len(lines)} events", err=True)


@command.command("replay")
@click.argument("event_id", required=False)
@click.option("--all", "everything", is_flag=True, help="Every dead event.")
def replay(event_id: str | None, *, everything: bool) -> None:
    """Apply the dead event EVENT_ID, or all dead ones, as if they had just come."""
    if (event_id is None) == (not everything):
        raise CrmError("say which: a dead event's id, or --all")
    count = on_stack(lambda _: identity_events.replay(OPERATOR, event_id))
    click.echo(f"Events to be applied again: {count}")
