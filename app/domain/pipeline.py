"""The sales pipeline: its stages, and which moves are allowed."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from app.core.errors import Conflict, Invalid, Problem


class Stage(StrEnum):
    """Where a lead stands; the board's columns, in this order."""

    LEAD = "lead"
    QUALIFIED = "qualified"
    PROPOSAL_SENT = "proposal_sent"
    NEGOTIATION = "negotiation"
    CLOSED_WON = "closed_won"
    CLOSED_LOST = "closed_lost"

    @property
    def label(self) -> str:
        """The stage's name for people."""
        return LABELS[self]

    @property
    def is_open(self) -> bool:
        """True while the lead can still be won or lost."""
        return self not in {Stage.CLOSED_WON, Stage.CLOSED_LOST}


class Status(StrEnum):
    """What is being done about a lead."""

    NEW = "new"
    WORKING = "working"
    NURTURING = "nurturing"
    CONVERTED = "converted"
    DISQUALIFIED = "disqualified"

    @property
    def label(self) -> str:
        """What the status says to people."""
        return "Not contacted yet" if self is Status.NEW else self.capitalize()


LABELS: Final = {
    Stage.LEAD: "Lead",
    Stage.QUALIFIED: "Qualified",
    Stage.PROPOSAL_SENT: "Proposal Sent",
    Stage.NEGOTIATION: "Negotiation/Commitment",
    Stage.CLOSED_WON: "Closed/Won",
    Stage.CLOSED_LOST: "Closed/Lost",
}
OPEN_STAGES: Final = tuple(stage for stage in Stage if stage.is_open)

# Days without contact after which a lead in this stage rots (shared by the board and My day).
ROT_AFTER_DAYS: Final = {Stage.LEAD: 3, Stage.QUALIFIED: 7, Stage.PROPOSAL_SENT: 10, Stage.NEGOTIATION: 14}

# How likely a lead in this stage is won, for the weighted value of a column.
STAGE_WEIGHT: Final = {
    Stage.LEAD: 0.10,
    Stage.QUALIFIED: 0.25,
    Stage.PROPOSAL_SENT: 0.50,
    Stage.NEGOTIATION: 0.75,
    Stage.CLOSED_WON: 1.0,
    Stage.CLOSED_LOST: 0.0,
}

# What is in these stages is promised: the commit of a forecast.
COMMITTED: Final = (Stage.NEGOTIATION,)

LOST_REASONS: Final = {
    "price": "Price",
    "competitor": "Went with a competitor",
    "no_budget": "No budget",
    "no_response": "No response",
    "timing": "Bad timing",
    "not_a_fit": "Not a fit",
    "duplicate": "Duplicate",
    "other": "Other",
}


def parse_stage(value: str) -> Stage:
    """Return the stage called `value`; raises Invalid for an unknown one."""
    try:
        return Stage(value)
    except ValueError as error:
        wanted = ", ".join(Stage)
        raise Invalid([Problem("#/stage", f"must be one of: {wanted}")]) from error


def check_move(target: Stage) -> None:
    """Open stages move freely among each other; raises Conflict for a closed target."""
    if target is Stage.CLOSED_WON:
        raise Conflict("A lead is won with its sale details, through /won")
    if target is Stage.CLOSED_LOST:
        raise Conflict("A lead is lost with a reason, through /lost")


def status_after_contact(status: Status, *, resumes: bool) -> Status:
    """The first logged contact makes a new lead a working one; one that `resumes` the work ends nurturing."""
    return Status.WORKING if status is Status.NEW else status_at_work(status) if resumes else status


def status_at_work(status: Status) -> Status:
    """A lead that moves on or gets another next step is worked on, if it was nurtured until then."""
    return Status.WORKING if status is Status.NURTURING else status
