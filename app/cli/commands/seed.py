"""crm seed."""

import asyncio
import sys

import click

from app.sandbox.company import seed as fill
from app.sandbox.stack import join_running_stack


@click.command("seed")
@click.option("--leads", required=True, type=click.IntRange(1, 1_000_000), help="How many leads.")
@click.option(
    "--reps", default=2, show_default=True, type=click.IntRange(1, 500), help="How many sales reps."
)
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same company.")
def command(leads: int, reps: int, seed: int) -> None:
    """Fill an empty database with a believable company."""
    owner_url = join_running_stack().must_have("OWNER_DATABASE_URL")
    with click.progressbar(length=leads, label="Leads", file=sys.stderr) as bar:
        work = fill(owner_url, leads=leads, reps=reps, seed=seed, progress=lambda n: bar.update(n - bar.pos))
        summary = asyncio.run(work)
    click.echo(f"Made {summary}.")
