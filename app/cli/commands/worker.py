"""crm worker."""

import click

from jobs.worker import run


@click.command("worker")
def command() -> None:
    """Run a worker: scoring, the handoff of won sales, events from the SSO."""
    run()
