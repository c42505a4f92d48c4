"""Logs are one JSON line an event, whoever wrote it and whatever happened; an exception's words stay out of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SECRET = "grace@navy.example"
START = f"""
import asyncio, logging
from app.core import log

log.configure()
error = ConnectionError("Key (email)=({SECRET}) already exists")

def fail():
    raise error
"""
OURS = """
log.logger("ours").warning("sink_paused", sink="webhook")
try:
    fail()
except ConnectionError:
    log.logger("ours").exception("page_failed")
"""
LIBRARY = """
try:
    fail()
except ConnectionError as error:
    name = type(error).__name__
    logging.getLogger("arq.worker").exception("%6.2fs ! %s failed, %s: %s", 0.1, "7:score_leads", name, error)
    logging.getLogger("library").warning("gave up: %s", error)
    logging.getLogger("library").warning(error)
"""
FORGOTTEN = """
async def main():
    asyncio.get_running_loop().create_future().set_exception(error)
    asyncio.ensure_future(forget())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

async def forget():
    fail()

asyncio.run(main())
"""


def lines_of(program: str) -> list[dict[str, Any]]:
    ran = subprocess.run([sys.executable, "-c", START + program], capture_output=True, text=True, check=True)
    assert SECRET not in ran.stderr
    return [json.loads(line) for line in ran.stderr.splitlines()]


def test_every_event_is_one_line_of_json() -> None:
    ours, failed = lines_of(OURS)
    assert (ours["event"], ours["name"], ours["level"]) == ("sink_paused", "ours", "warning")
    assert (failed["event"], failed["error"], failed["level"]) == ("page_failed", "ConnectionError", "error")
    assert failed["places"][-1].endswith(" fail")


def test_what_a_library_says_of_an_exception_is_its_type_and_its_places() -> None:
    job, other, bare = lines_of(LIBRARY)
    assert job["event"].strip() == "0.10s ! 7:score_leads failed, ConnectionError: ConnectionError"
    assert (job["logger"], job["error"]) == ("arq.worker", "ConnectionError")
    assert job["places"][-1].endswith(" fail")
    assert (other["event"], bare["event"]) == ("gave up: ConnectionError", "ConnectionError")


def test_what_nobody_waited_for_is_told_without_its_words() -> None:
    told = lines_of(FORGOTTEN)
    assert {line["event"] for line in told} == {
        "Future exception was never retrieved",
        "Task exception was never retrieved",
    }
    assert {line["error"] for line in told} == {"ConnectionError"}


def test_no_value_begins_a_line_of_its_own() -> None:
    forged = 'r1\\n{"event": "login", "who": "ada"}\\r\\x1b[2K'
    (line,) = lines_of(f"log.logger('ours').info('login', who='{forged}')")
    assert (line["event"], "\n" in line["who"]) == ("login", True)


def test_a_line_that_cannot_be_written_is_lost_and_not_what_it_tells_of() -> None:
    """A full disk under the log: the request that was done is not answered with 500."""
    program = f"{START}{OURS}{LIBRARY}\nprint('done')"
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, text=True, check=False
        )
    assert ran.stdout == "done\n"
