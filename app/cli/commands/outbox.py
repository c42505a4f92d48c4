"""crm outbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from app.cli.operator import OPERATOR, on_stack
from app.core.errors import CrmError
from app.gateways.sinks import close_sinks, open_sinks, sink_names
from app.services import deliveries

if TYPE_CHECKING:
    from app.core.settings import Settings

TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"])


@click.group("outbox")
def command() -> None:
    """See where the events of won sales are, and send them again."""


@command.command("list")
@click.option("--unsent", is_flag=True, help="Only those that some receiver does not have yet.")
def show(*, unsent: bool) -> None:
    """List the newest events, a line each."""
    lines = on_stack(lambda _: deliveries.list_events(OPERATOR, unsent=unsent))
    for line in lines:
        why = f"  {line.last_error}" if line.last_error else ""
        click.echo(
            f"{line.id}  {line.created_at:%Y-%m-%dT%H:%M:%SZ}  {line.type}  {line.state}{_tries(line.attempts)}{why}"
        )
    click.echo(f"{len(lines)} events", err=True)


@command.command("replay")
@click.argument("event_id", required=False, type=UUID)
@click.option("--since", type=TIME, help="Every event made since then; UTC unless it says otherwise.")
def replay(event_id: UUID | None, since: datetime | None) -> None:
    """Publish EVENT_ID, or every event since a time, once more with the same ids: after Redis lost its data."""
    if (event_id is None) == (since is None):
        raise CrmError("say which: an event's id, or --since a time")
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=UTC)

    async def work(settings: Settings) -> int:
        sinks = open_sinks(settings)
        try:
            return await deliveries.replay(OPERATOR, sinks, since=since, event_id=event_id)
        finally:
            await close_sinks(sinks)

    click.echo(f"Events to be published again: {on_stack(work)}")


@command.command("pause")
@click.argument("sink")
@click.option("--reason", default="paused by an operator", show_default=True, help="Why, for whoever asks.")
def pause(sink: str, reason: str) -> None:
    """Hand nothing more to SINK (stream, webhook, …) until it is resumed; its events wait."""
    on_stack(lambda settings: deliveries.pause_sink(OPERATOR, _known(sink, settings), reason))
    click.echo(f"{sink} is paused")


@command.command("resume")
@click.argument("sink")
def resume(sink: str) -> None:
    """Hand events to SINK again, those that failed before at once."""
    on_stack(lambda settings: deliveries.resume_sink(OPERATOR, _known(sink, settings)))
    click.echo(f"{sink} is resumed")


@command.command("sinks")
def sinks() -> None:
    """Say where events go, and what waits for each place."""
    for line in on_stack(lambda settings: deliveries.list_sinks(OPERATOR, sink_names(settings))):
        paused = f"  paused by {line.paused.paused_by}: {line.paused.reason}" if line.paused else ""
        click.echo(f"{line.name}  {line.waiting} waiting{paused}")


@command.command("test")
def test() -> None:
    """Send an event that stands for nothing, to see whether it arrives; prints its id."""
    click.echo(on_stack(lambda _: deliveries.send_test_event(OPERATOR)))


def _known(sink: str, settings: Settings) -> str:
    names = sink_names(settings)
    if sink not in names:
        raise CrmError(f"there is no sink {sink!r}; there are: {', '.join(names)}")
    return sink


def _tries(attempts: int) -> str:
    return f" after {attempts} tries" if attempts > 1 else ""
