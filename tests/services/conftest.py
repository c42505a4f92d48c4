"""What tests of the daily e-mail are given."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from datetime import datetime

import pytest

from app.core import clock
from tests.mailing import Post, mail_server
from tests.services.digesting import TUESDAY

At = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """`at(moment)` is when everything happens from now on; at first on Tuesday, when it is due in Berlin."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_clock(TUESDAY)
    return set_clock


@pytest.fixture
async def post() -> AsyncGenerator[Post]:
    async with mail_server() as post:
        yield post
