"""Rules edited by an admin: tried on real leads first, then kept as a version of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.domain.audit import Act
from app.domain.permissions import check_administer
from app.domain.scoring.drafting import check_rules, try_rules
from app.domain.scoring.model import COLD_START, Model
from app.domain.scoring.rules import Rules
from app.domain.scoring.rules_v1 import RULES_V1
from app.store import audit, leads, score_models, score_peek
from app.store.scoring import active_model
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.domain.scoring.drafting import DryRun
    from app.domain.viewer import Viewer

SAMPLE: Final = 1000
LONGEST_NOTE: Final = 200


@dataclass(frozen=True, slots=True)
class Tried:
    """What a draft would do, and the names of the leads it would move most."""

    run: DryRun
    names: Mapping[UUID, str]
    against: str


async def read_rules(viewer: Viewer, version: str | None) -> tuple[str, Rules]:
    """Return the rules to begin a draft from: of a version, else of the newest. Raises NotFound."""
    check_administer(viewer)
    async with reading(viewer):
        if version is None:
            known = [one.version for one in await score_models.list_models(viewer) if one.kind == "rules"]
            version = known[0] if known else None
        if version is None:
            return COLD_START.version, RULES_V1
        _, model = await score_models.read_version(viewer, version)
    return version, model.body if isinstance(model.body, Rules) else RULES_V1


async def try_draft(viewer: Viewer, rules: Rules) -> Tried:
    """Score the newest open leads by the draft, and change nothing. Raises Invalid."""
    check_administer(viewer)
    check_rules(rules)
    now = clock.now()
    draft = Model("draft", rules)
    async with reading(viewer):
        kept = await score_models.read_active(viewer)
        active = kept[1] if kept else COLD_START
        facts = await score_peek.newest_open(viewer, SAMPLE, now)
        run = try_rules(draft, active, [(lead, draft.features(known, now)) for lead, known in facts])
        names = await leads.names_of(viewer, [mover.lead_id for mover in run.movers])
    return Tried(run, names, active.version)


async def save_rules(viewer: Viewer, rules: Rules, note: str, *, activate: bool) -> str:
    """Keep the rules as the next version, and score by it if wanted; returns its name. Raises Invalid."""
    check_administer(viewer)
    check_rules(rules)
    now = clock.now()
    async with transaction(viewer):
        await active_model(viewer, COLD_START, now)
        taken = {one.version for one in await score_models.list_models(viewer)}
        number = next(n for n in range(2, len(taken) + 3) if f"rules-v{n}" not in taken)
        version = f"rules-v{number}"
        await score_models.insert_rules(viewer, version, rules, note[:LONGEST_NOTE], now)
        await audit.append(viewer, Act("rules_saved", version))
        if activate:
            await score_models.activate(viewer, version)
            await audit.append(viewer, Act("version_activated", version))
    return version
