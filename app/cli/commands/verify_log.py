"""crm verify-log."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.operator import on_stack
from app.core.errors import CrmError
from app.gateways import anchor_files
from app.services.anchor import anchor_timeline, unlike_the_database
from app.services.verify import LogReport, verify_log
from app.store.checks import Check, failed, run_checks

if TYPE_CHECKING:
    from app.core.settings import Settings

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Compared:
    """What the log was compared with: which file, how many here have another key, and what is wrong with them."""

    path: Path | None = None
    others: int = 0
    problem: str | None = None


@click.command("verify-log")
@click.option(
    "--anchor", type=FILE, help="Compare with this anchor instead of the newest in CRM_HOME/anchors."
)
@click.option("--key", help="The public key (hex) that signed the anchor, instead of signing.key's.")
@click.option("--write-anchor", is_flag=True, help="When nothing is wrong, sign and write a new anchor.")
def command(anchor: Path | None, key: str | None, *, write_anchor: bool) -> None:
    """Recompute the whole timeline; exit 1 and name customer and entry wherever it was tampered with."""
    started = time.monotonic()
    report, compared = on_stack(lambda settings: _verify(settings, anchor, key))
    _tell(report)
    if wrong := failed(on_stack(_look_at_database)):
        raise CrmError(f"the entries are unbroken, but nothing keeps them so: {wrong}")
    if compared.problem:
        raise CrmError(f"the entries fit each other, but {compared.problem} (docs/runbook.md, Anchors)")
    seconds = time.monotonic() - started
    click.echo(
        f"{report.entries:,} entries of {report.customers:,} customers are unbroken ({seconds:.1f} s)."
    )
    click.echo(
        f"Compared with {compared.path}." if compared.path else "There is no anchor yet to compare with."
    )
    if compared.others:
        click.echo(
            f"{compared.others} anchors here were signed by another key: --anchor and --key compare with one."
        )
    if write_anchor:
        click.echo(f"Anchored in {on_stack(lambda settings: anchor_timeline(settings.home))}")


def _tell(report: LogReport) -> None:
    for line in report.breaks[:MOST_SHOWN]:
        click.echo(f"customer {line.customer_id} entry {line.seq}: {line.problem}")
    for chain in report.erased:
        click.echo(
            f"customer {chain.customer_id}: erased on {(chain.erased_at or '')[:10]}, the chain is whole"
        )
    if report.breaks:
        raise CrmError(f"the timeline was tampered with: {len(report.breaks)} breaks (listed above)")


async def _look_at_database(settings: Settings) -> list[Check]:
    return await run_checks(settings.must_have("DATABASE_URL"))


async def _verify(settings: Settings, anchor: Path | None, key: str | None) -> tuple[LogReport, Compared]:
    trusted = key or anchor_files.public_key(settings.home)
    compared = await _choose(settings.home, anchor, trusted)
    known = anchor_files.load_anchor(compared.path, trusted) if compared.path else None
    with click.progressbar(length=1, label="Entries", file=sys.stderr) as bar:

        def begin(entries: int) -> None:
            bar.length = entries

        return await verify_log(known, begin, bar.update), compared


async def _choose(home: Path, anchor: Path | None, trusted: str | None) -> Compared:
    """Choose the anchor: without a trusted key the newest of any, to name what it shows, and never as proof."""
    nobody = None if trusted else "signing.key is gone: whose anchors these are, only --key can say"
    if anchor is not None:
        return Compared(anchor, problem=nobody)
    kept = anchor_files.kept_anchors(home)
    problem = await unlike_the_database(list(kept.values()))
    if not kept:
        return Compared(problem=problem)
    ours = [path for path, signed in kept.items() if trusted in {None, signed.public_key}]
    foreign = None if ours else "none of the anchors is signed by the key of this host or --key"
    return Compared(ours[-1] if ours else None, len(kept) - len(ours), problem or nobody or foreign)
