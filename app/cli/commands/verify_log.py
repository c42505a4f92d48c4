"""crm verify-log."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.operator import on_stack
from app.core.errors import CrmError
from app.gateways import anchor_files
from app.services.anchor import anchor_timeline
from app.services.verify import LogReport, verify_log
from app.store.checks import Check, failed, run_checks

if TYPE_CHECKING:
    from app.core.settings import Settings

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MOST_SHOWN = 200


@click.command("verify-log")
@click.option(
    "--anchor", type=FILE, help="Compare with this anchor instead of the newest in CRM_HOME/anchors."
)
@click.option("--write-anchor", is_flag=True, help="When nothing is wrong, sign and write a new anchor.")
def command(anchor: Path | None, *, write_anchor: bool) -> None:
    """Recompute the whole timeline; exit 1 and name customer and entry wherever it was tampered with."""
    started = time.monotonic()
    report, compared = on_stack(lambda settings: _verify(settings, anchor))
    for line in report.breaks[:MOST_SHOWN]:
        click.echo(f"customer {line.customer_id} entry {line.seq}: {line.problem}")
    for chain in report.erased:
        click.echo(
            f"customer {chain.customer_id}: erased on {(chain.erased_at or '')[:10]}, the chain is whole"
        )
    if report.breaks:
        raise CrmError(f"the timeline was tampered with: {len(report.breaks)} breaks (listed above)")
    if wrong := failed(on_stack(_look_at_database)):
        raise CrmError(f"the entries are unbroken, but nothing keeps them so: {wrong}")
    seconds = time.monotonic() - started
    click.echo(
        f"{report.entries:,} entries of {report.customers:,} customers are unbroken ({seconds:.1f} s)."
    )
    click.echo(f"Compared with {compared}." if compared else "There is no anchor yet to compare with.")
    if write_anchor:
        click.echo(f"Anchored in {on_stack(lambda settings: anchor_timeline(settings.home))}")


async def _look_at_database(settings: Settings) -> list[Check]:
    return await run_checks(settings.must_have("DATABASE_URL"))


async def _verify(settings: Settings, anchor: Path | None) -> tuple[LogReport, Path | None]:
    path = anchor or anchor_files.newest_anchor(settings.home)
    known = anchor_files.load_anchor(settings.home, path) if path else None
    with click.progressbar(length=1, label="Entries", file=sys.stderr) as bar:

        def begin(entries: int) -> None:
            bar.length = entries

        return await verify_log(known, begin, bar.update), path
