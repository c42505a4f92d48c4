"""crm serve."""

import asyncio
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager

import click
import uvicorn

from app.core import log
from app.core.settings import BadSetting, settings
from app.sandbox.ports import check_free
from app.store.checks import failed, run_checks
from app.web.serving.connections import BoundedHead


@click.command("serve")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
def command(workers: int) -> None:
    """Run the web server."""
    log.configure()
    here = settings()
    for variable in ("SSO_ISSUER", "REDIS_URL"):
        here.must_have(variable)
    check_free(here.host, here.port, "CRM_PORT")
    # The application looks again; looking here first says what is wrong in one line.
    if wrong := failed(asyncio.run(run_checks(here.must_have("DATABASE_URL")))):
        raise BadSetting(wrong)
    with _counting_together(workers):
        uvicorn.run(
            "app.main:create_app",
            factory=True,
            host=here.host,
            port=here.port,
            workers=workers,
            http=BoundedHead,
            ws="none",
            server_header=False,
            proxy_headers=False,
            access_log=False,
            log_config=None,  # its lines are ours (app/core/log.py), without the words of exceptions
            log_level="warning",
            timeout_graceful_shutdown=5,
        )


@contextmanager
def _counting_together(workers: int) -> Generator[None]:
    """Give several processes a folder where each counts its requests, which /metrics adds up."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="crm-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield
