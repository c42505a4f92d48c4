"""Rules edited by an admin: wrong ones refused, tried without a trace, kept as versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from app.core.errors import Forbidden, Invalid
from app.domain.scoring.drafting import check_rules, find_warnings
from app.domain.scoring.engagement import GOOD_FOR
from app.domain.scoring.rules import Rule, TouchRule
from app.domain.scoring.rules_v1 import RULES_V1
from app.services.score_rules import read_rules, save_rules, try_draft
from app.services.scoring import score_portion
from tests import make

if TYPE_CHECKING:
    import asyncpg

    from tests.cast import Cast

WEBINAR = Rule("Came to a webinar", 30, "source", ("webinar",))
DRAFT = msgspec.structs.replace(RULES_V1, fit=(WEBINAR, *RULES_V1.fit))


def test_the_rules_we_begin_with_are_right_and_raise_no_doubt() -> None:
    check_rules(RULES_V1)
    assert find_warnings(RULES_V1, []) == []


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (Rule("Woman", 10, "gender", ("female",)), "no field"),
        (Rule("", 10, "source", ("x",)), "label"),
        (Rule("Minus", -5, "source", ("x",)), "points"),
        (Rule("Everybody", 5, "source"), "needs values"),
    ],
)
def test_a_rule_that_cannot_be_right_is_refused(rule: Rule, fault: str) -> None:
    with pytest.raises(Invalid, match=fault):
        check_rules(msgspec.structs.replace(RULES_V1, fit=(rule,)))


@pytest.mark.parametrize(
    ("scale", "fault"),
    [
        ({"fit_cap": -3}, "fit_cap: must be a whole number from 0 to 100"),
        ({"half_life_days": 0.5}, "half_life_days: must be a number from 1 to 365"),
        ({"half_life_days": float("nan")}, "half_life_days"),
        ({"touches": (TouchRule("Met", 10, "meetings", -5),)}, "touches/0/cap"),
    ],
)
def test_a_scale_that_cannot_be_right_is_refused(scale: dict[str, Any], fault: str) -> None:
    with pytest.raises(Invalid, match=fault):
        check_rules(msgspec.structs.replace(RULES_V1, **scale))


def test_what_is_probably_not_meant_is_said() -> None:
    odd = (
        Rule("Never", 5, "budget", at_least=10, below=5),
        Rule("Nobody", 5, "source", ("moon",)),
        Rule("Nothing", 0, "source", ("web",)),
        Rule("Again", 5, "source", ("web",)),
    )
    said = " | ".join(
        find_warnings(msgspec.structs.replace(RULES_V1, fit=odd, penalties=()), [{"source": "web"}])
    )
    for words in ("never apply", "“Nobody” applies to none", "“Nothing” gives no points", "Two rules"):
        assert words in said


@pytest.mark.usefixtures("pool")
async def test_a_draft_is_tried_on_real_leads_and_leaves_no_trace(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    moved = await make.lead(owner, cast.rita, source="webinar")
    await make.lead(owner, cast.omar, source="web")
    await make.lead(owner, cast.omar, "closed_won", source="webinar")
    tried = await try_draft(cast.ada, DRAFT)
    assert (tried.run.leads, tried.run.moved, sum(tried.run.before), sum(tried.run.after)) == (2, 1, 2, 2)
    (mover,) = tried.run.movers
    assert (mover.lead_id, mover.after - mover.before) == (moved, 30)
    assert set(tried.names) == {moved}
    assert await owner.fetchval("SELECT count(*) FROM score_model WHERE version <> 'rules-v1'") == 0
    assert await owner.fetchval("SELECT count(*) FROM lead WHERE scored_at IS NOT NULL") == 0


@pytest.mark.usefixtures("pool")
async def test_saved_rules_are_the_next_version_and_score_when_wanted(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, source="webinar", score_due_at=make.now() + GOOD_FOR)
    assert await save_rules(cast.ada, DRAFT, "Webinars count", activate=False) == "rules-v2"
    assert await owner.fetchval("SELECT version FROM score_model WHERE active") == "rules-v1"
    assert await save_rules(cast.ada, DRAFT, "Now for real", activate=True) == "rules-v3"
    assert await score_portion() == 1
    row = await owner.fetchrow("SELECT score_version, score_reasons FROM lead WHERE id = $1", lead)
    assert row["score_version"] == "rules-v3"
    assert "Came to a webinar" in row["score_reasons"]
    version, rules = await read_rules(cast.ada, None)
    assert (version, rules) == ("rules-v3", DRAFT)


@pytest.mark.usefixtures("pool")
async def test_only_admins_touch_the_rules(cast: Cast) -> None:
    for viewer in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await save_rules(viewer, DRAFT, "", activate=True)
