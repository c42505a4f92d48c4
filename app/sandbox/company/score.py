"""How promising a drawn lead is; who scores well is won more often, so that there is something to learn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from app.sandbox.company.draw import Draw

VERSION: Final = "demo-1"
START: Final = 25
TEAM_POINTS: Final = {"1-9": -8, "10-49": 4, "50-200": 14, "201-1000": 18, "1000+": 10}
CHANNEL_POINTS: Final = {"partner": 18, "google": 6, "newsletter": 3, "linkedin": -4}
PHONE_POINTS, MESSAGE_POINTS, LONG_MESSAGE = 8, 10, 40
MIDDLE, SPREAD = 56, 11


@dataclass(frozen=True, slots=True)
class Promise:
    """A score with its reasons, which add up to it, and the chance to win."""

    score: int
    probability: float
    reasons: list[dict[str, Any]]

    def is_kept(self, draw: Draw) -> bool:
        """Draw whether the lead is won."""
        return draw.chance(self.probability)


def promise_of(team_size: str, channel: str, phone: str, message: str) -> Promise:
    """Return what the form says about the lead."""
    points = {
        "Every lead starts here": START,
        f"Team of {team_size}": TEAM_POINTS[team_size],
        f"Came from {channel}": CHANNEL_POINTS.get(channel, 0),
        "Left a phone number": PHONE_POINTS if phone else 0,
        "Wrote a detailed message": MESSAGE_POINTS if len(message) > LONG_MESSAGE else 0,
    }
    reasons = [{"label": label, "points": number} for label, number in points.items() if number]
    score = sum(points.values())
    probability = 1 / (1 + math.exp((MIDDLE - score) / SPREAD))
    return Promise(score, round(probability, 4), reasons)
