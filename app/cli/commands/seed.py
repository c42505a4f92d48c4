"""crm seed."""

from __future__ import annotations

import asyncio
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from app.sandbox.company import Wanted
from app.sandbox.company import seed as fill
from app.sandbox.stack import join_running_stack

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


@click.command("seed")
@click.option("--leads", required=True, type=click.IntRange(1, 1_000_000), help="How many leads.")
@click.option(
    "--reps", default=2, show_default=True, type=click.IntRange(1, 500), help="How many sales reps."
)
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same company.")
@click.option(
    "--entries",
    default=0,
    type=click.IntRange(0, 100_000_000),
    help="At least about so many timeline entries.",
)
def command(leads: int, reps: int, seed: int, entries: int) -> None:
    """Fill an empty database with a believable company, whole or not at all."""
    owner_url = join_running_stack().must_have("OWNER_DATABASE_URL")
    with ExitStack() as shown:
        bars: dict[str, ProgressBar[int]] = {}

        def progress(what: str, done: int, of: int) -> None:
            if what not in bars:
                shown.close()
                bar = click.progressbar(length=of, label=what, file=sys.stderr)
                bars[what] = shown.enter_context(bar)
            bars[what].update(done - bars[what].pos)

        summary = asyncio.run(fill(owner_url, Wanted(leads, reps, seed, entries), progress))
    click.echo(f"Made {summary}.")
