"""Logs are one JSON line an event, whoever wrote it and whatever happened."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import logging
from app.core import log

log.configure()
log.logger("ours").warning("sink_paused", sink="webhook")
try:
    raise ConnectionError("the pool could not refill")
except ConnectionError:
    logging.getLogger("asyncio").exception("Future exception was never retrieved")
"""


def test_every_event_is_one_line_of_json() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    ours, theirs = (json.loads(line) for line in ran.stderr.splitlines())
    assert (ours["event"], ours["name"], ours["level"]) == ("sink_paused", "ours", "warning")
    assert (theirs["event"], theirs["logger"]) == ("Future exception was never retrieved", "asyncio")
    assert "the pool could not refill" in theirs["exception"]
