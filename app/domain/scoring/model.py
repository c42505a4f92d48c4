"""Any version of the scoring: rules or learned points, told apart by the kind that is stored with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from app.domain.scoring.features import features_of
from app.domain.scoring.points import Points, score_by_points
from app.domain.scoring.rules import Rules, score_by_rules
from app.domain.scoring.rules_v1 import RULES_V1

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.scoring.features import Features, LeadFacts
    from app.domain.scoring.result import Scored

KINDS: Final = {"rules": Rules, "points": Points}


@dataclass(frozen=True, slots=True)
class Model:
    """One version of the scoring."""

    version: str
    body: Rules | Points

    @property
    def kind(self) -> str:
        """The name of its kind in the database."""
        return "rules" if isinstance(self.body, Rules) else "points"

    def score(self, features: Features) -> Scored:
        """Return the score of a lead with these features."""
        if isinstance(self.body, Rules):
            return score_by_rules(self.body, features)
        return score_by_points(self.body, features)

    def features(self, facts: LeadFacts, now: datetime) -> dict[str, str | float | None]:
        """Return what this version looks at."""
        return features_of(facts, now, self.body.half_life_days)


def read_model(version: str, kind: str, body: str) -> Model:
    """Return the model stored as JSON; raises msgspec.ValidationError for anything else."""
    return Model(version, msgspec.json.decode(body, type=KINDS[kind]))


COLD_START: Final = Model("rules-v1", RULES_V1)
