"""A worker that ends in the middle of a score, by force or by request: the next one gives it, once."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.core.clock import now
from tests import make
from tests.wait import BOOT, WAITING, until, until_true

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.cast import Cast
    from tests.database import Place

pytestmark = pytest.mark.usefixtures("pool")


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
async def test_a_worker_ended_in_the_middle_of_a_score(
    owner: asyncpg.Connection,
    cast: Cast,
    database: Place,
    worker: Callable[[], subprocess.Popen[bytes]],
    by: signal.Signals,
) -> None:
    await make.lead(owner, cast.rita, score_due_at=now())
    holder = await asyncpg.connect(database.owner_url)
    await holder.execute("BEGIN")
    # The score is written, its snapshot waits, and nothing is committed.
    await holder.execute("LOCK TABLE score_snapshot")
    victim = worker()
    await until(lambda: owner.fetchval(WAITING), "the score waits", BOOT)
    victim.send_signal(by)
    until_true(lambda: victim.poll() is not None, "the worker is gone")
    await holder.close()
    assert await owner.fetchval("SELECT score IS NULL FROM lead")
    worker()
    await until(lambda: owner.fetchval("SELECT score IS NOT NULL FROM lead"), "the score is there", BOOT)
    await until(lambda: owner.fetchval("SELECT score_due_at > now() FROM lead"), "nothing is owed")
    assert await owner.fetchval("SELECT count(*) FROM score_snapshot") == 1
