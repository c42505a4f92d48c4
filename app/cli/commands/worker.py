"""crm worker."""

import click
from arq import run_worker


@click.command("worker")
def command() -> None:
    """Run a worker: scoring, the handoff of won sales, events from the SSO."""
    from jobs.worker import WorkerSettings  # noqa: PLC0415  it reads the environment where it is imported

    run_worker(WorkerSettings)
