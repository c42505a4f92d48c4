"""crm worker."""

import click
from arq import run_worker

from jobs.worker import WorkerSettings


@click.command("worker")
def command() -> None:
    """Run a worker: scoring, the handoff of won sales, events from the SSO."""
    run_worker(WorkerSettings)
