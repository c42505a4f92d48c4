"""What a visitor fills in, and how much it says about the end: some forms are won more often than others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.sandbox.company import words

if TYPE_CHECKING:
    from app.sandbox.company.draw import Draw
    from app.sandbox.company.people import Person

# Log odds of a win; the sum over a form is the truth that a scoring model can find.
START: Final = -2.3
TEAM: Final = {"1-9": -0.8, "10-49": 0.2, "50-200": 0.9, "201-1000": 1.1, "1000+": 0.4}
CHANNEL: Final = {"partner": 1.2, "google": 0.4, "newsletter": 0.2, "linkedin": -0.4}
FORM: Final = {"demo-request": 0.5, "pricing": 0.4, "trial": 0.1, "contact": -0.4}
SOURCE: Final = {"referral": 0.9, "webinar": -0.2}
PHONE, DETAILED, LONG_MESSAGE = 0.4, 0.5, 40


@dataclass(frozen=True, slots=True)
class Form:
    """One filled-in form."""

    source: str
    form_id: str
    team_size: str
    message: str
    campaign: dict[str, str] | None


def draw_form(draw: Draw) -> Form:
    """Return what a visitor filled in."""
    return Form(
        source=draw.choice(words.SOURCES),
        form_id=draw.choice(words.FORMS),
        team_size=draw.choice(words.TEAM_SIZES),
        message=draw.choice(words.MESSAGES),
        campaign=draw.choice(words.CAMPAIGNS),
    )


def chance_to_win(form: Form, person: Person) -> float:
    """Return how likely a lead with this form is won."""
    channel = form.campaign["source"] if form.campaign else ""
    said = START + TEAM[form.team_size] + CHANNEL.get(channel, 0) + FORM[form.form_id]
    said += SOURCE.get(form.source, 0) + PHONE * bool(person.phone)
    said += DETAILED * (len(form.message) > LONG_MESSAGE)
    return 1 / (1 + math.exp(-said))
