"""Keeps processes running: whatever ends is started again, with longer pauses while it keeps failing."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING, Final

from app.core.errors import CrmError

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Iterable

FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 10.0
LONG_LIFE: Final = 30.0
LOOK_AGAIN: Final = 0.1


class Supervised:
    """One process under supervision."""

    def __init__(
        self,
        name: str,
        launch: Callable[[], subprocess.Popen[bytes]],
        stop_signal: signal.Signals,
        patience: float = 10.0,
    ) -> None:
        self.name = name
        self._launch = launch
        self._stop_signal = stop_signal
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = FIRST_PAUSE
        self._again_at: float | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """Return the process that was started last."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process

    def start(self) -> None:
        """Start the process now."""
        self._again_at = None
        self._started = time.monotonic()
        self._process = self._launch()

    def tend(self, say: Callable[[str], None]) -> None:
        """Start it again when it has ended and its pause is over."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._again_at is None:
            self._plan_restart(say)
        elif time.monotonic() >= self._again_at:
            try:
                self.start()
            except CrmError as error:
                say(error.detail)
            except OSError as error:  # no process, no memory, no room right now: the others run on
                say(f"{self.name} could not be started: {error.strerror or error}")

    def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(self._stop_signal)
        try:
            process.wait(self._patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _plan_restart(self, say: Callable[[str], None]) -> None:
        now = time.monotonic()
        lived_long = now - self._started > LONG_LIFE
        self._pause = FIRST_PAUSE if lived_long else min(self._pause * 2, LONGEST_PAUSE)
        self._again_at = now + self._pause
        code = "" if self._process is None else f" (status {self._process.returncode})"
        say(f"{self.name} ended{code}; starting it again in {self._pause:g} s")


def tend_for_ever(children: Iterable[Supervised], say: Callable[[str], None]) -> None:
    """Watch over the children until a signal breaks the loop."""
    kept = tuple(children)
    while True:
        for child in kept:
            child.tend(say)
        time.sleep(LOOK_AGAIN)
