"""Importing leads: upload, say which column is what, try, take in, look at every line."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile

from app.core.errors import Invalid, Malformed
from app.domain.export import BYTE_ORDER_MARK, csv_lines
from app.domain.lead_import import OUTCOMES, TARGETS
from app.domain.permissions import check_administer
from app.domain.viewer import Viewer
from app.services import import_leads
from app.web.asked import number
from app.web.forms import read_form
from app.web.guards import TAKES_FILES, needs
from app.web.respond import file_called, is_partial, page, redirect

Asking = Request[Viewer, Any, Any]
PATH: Final = "/admin/imports"
NEEDS: Final = needs(check_administer)
LARGEST_FILE: Final = 32 * 1024 * 1024
PAGE: Final = 100
LONGEST_NUMBER: Final = 9  # of a line
CSV: Final = "text/csv; charset=utf-8"
CHIPS: Final = {"created": "ok", "merged": "info", "refused": "bad"}


@get(PATH, name="admin.imports", opt=NEEDS)
async def show_imports(request: Asking) -> Response[str]:
    """Show the newest imports, and a form for another."""
    return await _list(request)


@post(PATH, name="admin.imports.upload", opt=NEEDS | TAKES_FILES, request_max_body_size=LARGEST_FILE)
async def upload(request: Asking) -> Response[str]:
    """Keep a file, and go on to its columns."""
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return await _list(request, "Please choose a file first.")
    try:
        import_id = await import_leads.upload(request.user, file.filename, await file.read())
    except Malformed as error:
        return await _list(request, str(error))
    return redirect(request, f"{PATH}/{import_id}")


@get(f"{PATH}/{{import_id:uuid}}", name="admin.import", opt=NEEDS)
async def show_import(request: Asking, import_id: UUID) -> Response[str]:
    """Show an import: its columns, how far it is, its lines."""
    return await _show(request, import_id)


@post(f"{PATH}/{{import_id:uuid}}/check", name="admin.imports.check", opt=NEEDS)
async def check(request: Asking, import_id: UUID) -> Response[str]:
    """Try the lines by the mapping of the form."""
    form = await read_form(request)
    found, _ = await import_leads.read_import(request.user, import_id)
    mapping = tuple(form.text(f"column-{place}") for place in range(len(found.columns)))
    try:
        await import_leads.start_check(request.user, import_id, mapping)
    except Invalid as error:
        wrong = [f"The mapping {problem.detail}." for problem in error.problems]
        return await _show(request, import_id, wrong=wrong, mapping=mapping)
    return redirect(request, f"{PATH}/{import_id}")


@get(f"{PATH}/{{import_id:uuid}}/check", name="admin.imports.checked", opt=NEEDS)
async def go_back(request: Asking, import_id: UUID) -> Response[str]:
    """Lead whoever opens the address of a try again to the import."""
    await import_leads.read_import(request.user, import_id)
    return redirect(request, f"{PATH}/{import_id}")


@post(f"{PATH}/{{import_id:uuid}}/run", name="admin.imports.run", opt=NEEDS)
async def run(request: Asking, import_id: UUID) -> Response[str]:
    """Take the lines in, or go on with it."""
    await import_leads.start_run(request.user, import_id)
    return redirect(request, f"{PATH}/{import_id}")


@post(f"{PATH}/{{import_id:uuid}}/cancel", name="admin.imports.cancel", opt=NEEDS)
async def cancel(request: Asking, import_id: UUID) -> Response[str]:
    """Stop; what was taken in stays."""
    await import_leads.cancel(request.user, import_id)
    return redirect(request, f"{PATH}/{import_id}")


@post(f"{PATH}/{{import_id:uuid}}/discard", name="admin.imports.discard", opt=NEEDS)
async def discard(request: Asking, import_id: UUID) -> Response[str]:
    """Forget a table of which nothing was taken in."""
    await import_leads.discard(request.user, import_id)
    return redirect(request, PATH, "The table is discarded.")


@get(f"{PATH}/{{import_id:uuid}}/refused.csv", name="admin.imports.refused", opt=NEEDS)
async def download_refused(request: Asking, import_id: UUID) -> Response[str]:
    """Give the refused lines back as a table, each with what was wrong, to be mended and brought again."""
    found, rows = await import_leads.export_refused(request.user, import_id)
    wrong = ("; ".join(f"{each.pointer[2:]} {each.detail}" for each in row.problems) for row in rows)
    # Cells beyond the header stay beyond it: brought again as it is, such a line is refused again.
    lines = ((str(row.line), said, *row.cells) for row, said in zip(rows, wrong, strict=True))
    table = BYTE_ORDER_MARK + csv_lines([("line", "what was wrong", *found.columns), *lines])
    headers = file_called("refused.csv")
    return Response(table, media_type=CSV, headers=headers)


async def _list(request: Asking, wrong: str = "") -> Response[str]:
    return page(
        request,
        "admin/imports/list.html.jinja2",
        status=422 if wrong else 200,
        imports=await import_leads.list_imports(request.user),
        wrong=wrong,
    )


async def _show(
    request: Asking, import_id: UUID, *, wrong: list[str] | None = None, mapping: tuple[str, ...] = ()
) -> Response[str]:
    found, preview = await import_leads.read_import(request.user, import_id)
    if is_partial(request) and found.under_way:
        return page(request, "admin/imports/_progress.html.jinja2", found=found)
    if is_partial(request) and request.method == "GET":
        return redirect(request, f"{PATH}/{import_id}")
    outcome = request.query_params.get("outcome", "")
    outcome = outcome if outcome in OUTCOMES else ""
    after = number(request.query_params.get("after", ""), LONGEST_NUMBER)
    rows = await import_leads.list_rows(request.user, import_id, outcome, after, PAGE)
    return page(
        request,
        "admin/imports/page.html.jinja2",
        status=422 if wrong else 200,
        found=found,
        preview=preview,
        mapping=mapping or found.mapping,
        rows=rows,
        outcome=outcome,
        outcomes=OUTCOMES,
        chips=CHIPS,
        targets=TARGETS,
        wrong=wrong or [],
        more=rows[-1].line if len(rows) == PAGE else 0,
    )


routes: Final = [show_imports, upload, show_import, check, go_back, run, cancel, discard, download_refused]
