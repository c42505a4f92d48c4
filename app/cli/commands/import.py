"""crm import."""  # noqa: N999  a command's file has its name

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.operator import OPERATOR, on_stack
from app.core.errors import CrmError
from app.domain.lead_import import TARGETS, Import
from app.services import import_leads

if TYPE_CHECKING:
    from uuid import UUID

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=FILE, required=False)
@click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="Say what a column is; repeatable."
)
@click.option("--dry-run", is_flag=True, help="Only say what would become of every line.")
@click.option("--resume", type=click.UUID, metavar="ID", help="Go on with an import that was stopped.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a sentence.")
def command(
    file: Path | None, maps: tuple[str, ...], resume: UUID | None, *, dry_run: bool, as_json: bool
) -> None:
    """Import leads from the CSV file FILE, deduplicated like captured ones.

    Columns are recognised by their names where --map does not say it. FIELD is one of: name, first_name, last_name,
    email, phone, company, job_title, country, message, value, source, form_id, campaign_source, campaign_medium,
    campaign_name, answer.
    A value is what a new lead may bring; an open lead that a line joins keeps its own.
    """
    if (file is None) == (resume is None):
        raise CrmError("say which: a FILE, or --resume with the id of an import")
    raw = file.read_bytes() if file else b""
    name = file.name if file else ""
    found = on_stack(lambda _: _import(resume, (name, raw), maps, dry_run=dry_run))
    counts = found.forecast if dry_run else found.outcome
    if as_json:
        click.echo(json.dumps({"id": str(found.id), "status": found.status, "lines": found.total, **counts}))
        return
    words = ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items()))
    click.echo(f"{found.total:,} lines: {words} ({found.status}, import {found.id})")


async def _import(
    resume: UUID | None, given: tuple[str, bytes], maps: tuple[str, ...], *, dry_run: bool
) -> Import:
    import_id = resume or await import_leads.upload(OPERATOR, *given)
    if resume is None:
        found, _ = await import_leads.read_import(OPERATOR, import_id)
        await import_leads.start_check(OPERATOR, import_id, _mapping(found, maps))
    found = await _finish(import_id, "trying")
    if dry_run:
        return found
    if found.status in {"checked", "cancelled"}:
        await import_leads.start_run(OPERATOR, import_id)
    return await _finish(import_id, "taking in")


def _mapping(found: Import, maps: tuple[str, ...]) -> tuple[str, ...]:
    """Return the guessed mapping with what --map says instead."""
    said = {column: target for column, _, target in (one.rpartition("=") for one in maps)}
    unknown = [name for name in said if name not in found.columns]
    wrong = [field for field in said.values() if field and field not in TARGETS]
    if unknown or wrong:
        raise CrmError(f"--map names what is not there: {', '.join([*unknown, *wrong])}")
    kept = [said.get(name, guess) for name, guess in zip(found.columns, found.mapping, strict=True)]
    named = set(said.values()) - {"answer"}
    return tuple(
        "" if field in named and name not in said else field
        for name, field in zip(found.columns, kept, strict=True)
    )


async def _finish(import_id: UUID, doing: str) -> Import:
    """Work beside the workers until this import is through, and show how far it is."""
    found, _ = await import_leads.read_import(OPERATOR, import_id)
    with click.progressbar(length=found.total, label=f"{doing:9}", file=sys.stderr) as bar:
        while found.under_way:
            bar.update(found.done - bar.pos)
            await import_leads.advance(seconds=1)
            found, _ = await import_leads.read_import(OPERATOR, import_id)
        bar.update(found.done - bar.pos)
    return found
