"""What is remembered for a while is gone from memory afterwards, and never more than the most."""

from __future__ import annotations

from app.core.remembered import Remembered


def test_what_is_remembered_is_found_until_it_is_forgotten() -> None:
    memory = Remembered[str, int](60)
    assert memory.keep("one", 1) == 1
    assert (memory.get("one"), memory.get("two")) == (1, None)
    memory.forget()
    assert memory.get("one") is None


def test_the_newest_stay_when_there_is_too_much() -> None:
    memory = Remembered[str, int](60, most=2)
    for name in ("one", "two", "one", "three"):
        memory.keep(name, 1)
    assert list(memory._known) == ["one", "three"]


def test_what_is_too_old_leaves_at_the_next_look_whatever_is_looked_for() -> None:
    memory = Remembered[str, str](0)
    memory.keep("grace", "grace@navy.example")
    assert memory.get("somebody else") is None
    assert not memory._known
    memory.keep("grace", "grace@navy.example")
    memory.keep("ada", "ada@engine.example")
    assert list(memory._known) == ["ada"]


def test_only_what_is_too_old_leaves() -> None:
    memory = Remembered[str, str](60)
    memory.keep("old", "1")
    memory.keep("new", "2")
    memory._known["old"] = ("1", 0.0)
    memory._next_goes_at = 0.0
    assert (memory.get("new"), memory.get("old")) == ("2", None)
    assert list(memory._known) == ["new"]
