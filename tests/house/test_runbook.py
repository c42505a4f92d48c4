"""Every alarm has its page, and every figure that alarms and dashboard ask for is one that we give."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, get_args

from app.core.security_log import Event
from app.domain.audit import ACTS
from app.gateways.event_bus import MemoryStream
from app.services import handoff
from tests.conftest import METRICS_TOKEN
from tests.house.files import ROOT
from tests.services.test_handoff import win

if TYPE_CHECKING:
    import asyncpg
    from httpx import AsyncClient as Client
    from redis.asyncio import Redis

    from tests.cast import Cast

ALERTS = (ROOT / "docs/observability/alerts.yml").read_text(encoding="utf-8")
RUNBOOK = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
ASKING = {"Authorization": f"Bearer {METRICS_TOKEN}"}
DASHBOARD = (ROOT / "docs/observability/dashboard.json").read_text(encoding="utf-8")


def test_every_alarm_has_its_section_and_points_to_it() -> None:
    alarms = re.findall(r"alert: (\w+)", ALERTS)
    assert alarms
    assert set(alarms) <= set(re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE))
    assert re.findall(r"runbook\.md#(\w+)", ALERTS) == [name.lower() for name in alarms]
    assert (
        len(re.findall(r"expr: ", ALERTS))
        == len(re.findall(r"severity: (?:page|ticket)}", ALERTS))
        == len(alarms)
    )


def test_every_event_of_security_log_and_audit_is_explained() -> None:
    refused, done = set(get_args(Event)), set(ACTS)
    assert (refused | done) - set(re.findall(r"`(\w+)`", RUNBOOK)) == set()
    with_a_line = re.findall(r"^\| `(\w+)` \|", RUNBOOK, re.MULTILINE)
    assert len(with_a_line) == len(set(with_a_line))
    assert refused <= set(with_a_line) <= refused | done


async def test_every_figure_that_is_asked_for_is_given(
    client: Client, owner: asyncpg.Connection, cast: Cast, redis: Redis
) -> None:
    await win(owner, cast)
    await handoff.publish_due({"stream": MemoryStream()}, "stream")
    await redis.xgroup_create("crm.events", "orchestrator", id="0", mkstream=True)
    await client.post("/v1/leads/capture", json={})
    said = (await client.get("/metrics", headers=ASKING)).text
    given = set(re.findall(r"^(crm_\w+)", said, re.MULTILINE))
    asked = [target["expr"] for panel in json.loads(DASHBOARD)["panels"] for target in panel["targets"]]
    wanted = set(re.findall(r"\b(crm_\w+)", "\n".join([*asked, *re.findall(r"expr: (.+)", ALERTS)])))
    assert len(wanted) > 15
    assert wanted - given == set()
