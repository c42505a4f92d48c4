"""crm serve."""

import asyncio
import os
import tempfile

import click
import uvicorn

from app.core.settings import BadSetting, settings
from app.sandbox.ports import check_free
from app.store.checks import failed, run_checks
from app.web.connections import BoundedHead


@click.command("serve")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
def command(workers: int) -> None:
    """Run the web server."""
    here = settings()
    check_free(here.host, here.port, "CRM_PORT")
    # The application looks again; looking here first says what is wrong in one line.
    if wrong := failed(asyncio.run(run_checks(here.must_have("DATABASE_URL")))):
        raise BadSetting(wrong)
    if workers > 1:  # Each counts its requests there, and /metrics adds them up.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="crm-metrics-")
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=here.host,
        port=here.port,
        workers=workers,
        http=BoundedHead,
        server_header=False,
        proxy_headers=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )
