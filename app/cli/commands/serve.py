"""crm serve."""

import click
import uvicorn

from app.core.settings import settings
from app.sandbox.ports import check_free


@click.command("serve")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
def command(workers: int) -> None:
    """Run the web server."""
    here = settings()
    check_free(here.host, here.port, "CRM_PORT")
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=here.host,
        port=here.port,
        workers=workers,
        http="httptools",
        server_header=False,
        proxy_headers=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )
