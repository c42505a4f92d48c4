"""arq's worker, that keeps its hours though somebody sets the machine's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from arq.worker import Worker
from typing_extensions import override

SET_BACK: Final = timedelta(seconds=2)  # arq plans at most a second ahead
MISSED: Final = timedelta(minutes=1)


class PunctualWorker(Worker):
    """Sweeps go on when the clock is set back, and what was missed when it is set ahead runs once."""

    _looked_at: datetime | None = None

    @override
    async def run_cron(self, n: datetime, delay: float, num_windows: int = 2) -> None:
        """Put into the queue what is due at `n`; arq waits for the old time, or makes up for every missed second."""
        was_set_back = self._looked_at is not None and n < self._looked_at - SET_BACK
        self._looked_at = n
        if was_set_back:
            self._last_health_check = 0.0
        for job in self.cron_jobs:
            if job.next_run is None:
                continue
            if was_set_back:
                job.calculate_next(n)
            elif job.next_run < n - MISSED:
                job.next_run = n
        await super().run_cron(n, delay, num_windows)
