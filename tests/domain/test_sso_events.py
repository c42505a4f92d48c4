"""Which news is newer, how long an event waits, and who can have the address they wish."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contracts.events import IncomingEvent
from app.domain.sso_events import (
    Known,
    UserNews,
    after_failure,
    is_newer,
    merged,
    movable,
    read_news,
    while_unknown,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def at(minute: int | None) -> datetime | None:
    return None if minute is None else NOW - timedelta(hours=1) + timedelta(minutes=minute)


def news(version: int | None, minute: int | None) -> UserNews:
    return UserNews("UserEmailUpdated", "u", None, None, None, None, version, at(minute))


@pytest.mark.parametrize(
    ("version", "minute", "known", "newer"),
    [
        (1, None, Known(0, None), True),
        (0, 1, Known(0, None), True),
        (0, 1, Known(0, at(1)), False),
        (2, 1, Known(1, at(9)), True),
        (1, 9, Known(1, at(1)), False),
        (None, 2, Known(5, at(1)), True),
        (None, 1, Known(5, at(1)), False),
        (3, 2, Known(0, at(1)), True),
        (3, 1, Known(0, at(2)), False),
        (3, None, Known(0, at(2)), True),
    ],
)
def test_version_decides_where_both_have_one_and_time_elsewhere(
    version: int | None, minute: int | None, known: Known, *, newer: bool
) -> None:
    assert is_newer(news(version, minute), known) is newer


@given(st.permutations(range(1, 6)), st.booleans(), st.booleans())
def test_any_order_ends_in_the_newest(order: list[int], versions: bool, times: bool) -> None:  # noqa: FBT001
    known, last = Known(0, None), 0
    for number in order:
        said = news(number if versions else None, number if times or not versions else None)
        if is_newer(said, known):
            known, last = merged(said, known, NOW), number
    assert last == 5


@pytest.mark.parametrize(
    "empty", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z"]
)
def test_a_time_nobody_filled_in_is_not_said(empty: str) -> None:
    def read(time: datetime | None, **said: object) -> UserNews:
        data = {"user_id": "u", "email": "a@b.example", "updated_at": empty, **said}
        return read_news(IncomingEvent("1.0", "1", "sso", "UserEmailUpdated", data, time))

    assert read(NOW).at == NOW
    assert read(datetime.fromisoformat(empty)).is_hint
    versioned = read(None, version=3)
    assert (versioned.at, versioned.is_hint) == (None, False)
    assert is_newer(versioned, Known(2, NOW))
    assert merged(versioned, Known(2, NOW), NOW) == Known(3, NOW)


def test_tries_are_five_and_waits_grow() -> None:
    verdicts = [after_failure(tries, "no", NOW) for tries in range(1, 6)]
    assert [verdict.status for verdict in verdicts] == ["received"] * 4 + ["dead"]
    waits = [verdict.next_try_at for verdict in verdicts[:4]]
    assert waits == [NOW + timedelta(seconds=seconds) for seconds in (1, 2, 5, 15)]


def test_an_unknown_user_is_looked_for_ever_more_seldom_for_a_day() -> None:
    def wait(age: timedelta) -> timedelta | None:
        again = while_unknown("UserEmailUpdated", NOW - age, NOW).next_try_at
        return again and again - NOW

    assert wait(timedelta(0)) == timedelta(seconds=2)
    assert wait(timedelta(minutes=1)) == timedelta(seconds=15)
    assert wait(timedelta(hours=23)) == timedelta(minutes=10)
    ends = [
        while_unknown(kind, NOW - timedelta(hours=24), NOW).status
        for kind in ("UserEmailUpdated", "UserCreated")
    ]
    assert ends == ["dead", "ignored"]


@pytest.mark.parametrize(
    ("wishes", "holders", "going"),
    [
        ({}, {}, []),
        ({A: "x"}, {}, [A]),
        ({A: "x"}, {"x": B}, []),
        ({A: "x"}, {"x": A}, [A]),
        ({A: "b", B: "x"}, {"b": B}, [A, B]),
        ({A: "b", B: "c"}, {"b": B, "c": C}, []),
        ({A: "b", B: "a"}, {"a": A, "b": B}, [A, B]),
        ({A: "b", B: "c", C: "a"}, {"a": A, "b": B, "c": C}, [A, B, C]),
        ({A: "x", B: "x"}, {}, [A]),
    ],
)
def test_who_can_have_the_address_they_wish(
    wishes: dict[UUID, str], holders: dict[str, UUID], going: list[UUID]
) -> None:
    assert movable(wishes, holders) == going
