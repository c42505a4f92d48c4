"""Figures by which one sees whether everything flows."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.handoff import PausedSink, SinkLine


@dataclass(frozen=True, slots=True)
class Owed:
    """What the tables say is owed: events out, events in, scores; ages in seconds, of the oldest."""

    unsent: int
    failing: int
    stuck: int
    unsent_age: float
    waiting: int
    waiting_age: float
    dead: int
    scores_due: int
    scores_age: float
    sales: int
    digests_failing: int


@dataclass(frozen=True, slots=True)
class GroupLag:
    """How far a consumer group is behind its stream."""

    stream: str
    group: str
    lag: int
    pending: int


@dataclass(frozen=True, slots=True)
class Flow:
    """What Redis says: the wake-ups that wait, whether a worker lives, and the consumers of the streams."""

    jobs: int
    jobs_age: float
    worker: bool
    groups: tuple[GroupLag, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything measured at one moment; a part that is down has none."""

    owed: Owed | None
    flow: Flow | None
    waiting: dict[str, int]
    paused: dict[str, PausedSink]

    @property
    def sinks(self) -> tuple[SinkLine, ...]:
        """The sinks with what waits for each, and which of them are paused."""
        return tuple(SinkLine(name, number, self.paused.get(name)) for name, number in self.waiting.items())
