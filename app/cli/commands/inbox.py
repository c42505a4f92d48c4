"""crm inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.cli.operator import OPERATOR, on_stack
from app.core.errors import CrmError
from app.domain.sso_events import Unwanted
from app.services import identity_events

if TYPE_CHECKING:
    from app.store.inbox import InboxLine

STATUSES = click.Choice(["received", "waiting", "applied", "stale", "ignored", "dead", "discarded"])


@click.group("inbox")
def command() -> None:
    """See what became of the SSO's events, take up dead ones again, or put them aside."""


@command.command("list")
@click.option("--status", type=STATUSES, help="Only those of one status.")
def show(status: str | None) -> None:
    """List the newest events, a line each."""
    lines = on_stack(lambda _: identity_events.list_inbox(OPERATOR, status))
    for line in lines:
        why = "".join(f"  {each}" for each in (line.last_error, _discarded(line)) if each)
        click.echo(
            f"{line.id}  {line.received_at:%Y-%m-%dT%H:%M:%SZ}  {line.source}  {line.type}  {line.status}{why}"
        )
    click.echo(f"{len(lines)} events", err=True)


@command.command("replay")
@click.argument("event_id", required=False)
@click.option("--all", "everything", is_flag=True, help="Every dead event.")
def replay(event_id: str | None, *, everything: bool) -> None:
    """Apply the dead or discarded event EVENT_ID, or all dead ones, as if they had just come."""
    if (event_id is None) == (not everything):
        raise CrmError("say which: a dead event's id, or --all")
    count = on_stack(lambda _: identity_events.replay(OPERATOR, event_id))
    click.echo(f"Events to be applied again: {count}")


@command.command("discard")
@click.argument("event_id")
@click.option("--because", required=True, help="Why it can never be applied.")
@click.option("--source", help="Where it came from, if several have that id.")
def discard(event_id: str, because: str, source: str | None) -> None:
    """Put aside the dead or failing event EVENT_ID; `replay` takes it up again."""
    count = on_stack(lambda _: identity_events.discard(OPERATOR, Unwanted(event_id, because, source)))
    click.echo(f"Events discarded: {count}")


def _discarded(line: InboxLine) -> str:
    return f"discarded by {line.discarded_by}: {line.discarded_because}" if line.discarded_because else ""
