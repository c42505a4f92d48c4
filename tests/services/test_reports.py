"""Reports, against companies small enough to be counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from app.core.errors import Forbidden
from app.domain.pipeline import Stage
from app.domain.report import REPORTS, Asked, Period
from app.domain.report_figures import Cohort, Loss, Origin, Pile, Rival, Stay
from app.services.reports import read_report
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
BERLIN = ZoneInfo("Europe/Berlin")
AUTUMN = Period(date(2026, 9, 1), date(2026, 11, 30), BERLIN)
TODAY = date(2026, 11, 20)
ASKED = Asked(AUTUMN, TODAY, "EUR")


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


async def _move(owner: asyncpg.Connection, lead: UUID, actor: Viewer, to: str, when: datetime) -> None:
    customer = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", lead)
    await make.activity(
        owner, customer, actor, kind="stage_changed", lead_id=lead, occurred_at=when, data={"to": to}
    )


async def _read(viewer: Viewer, name: str, asked: Asked = ASKED) -> Any:
    return (await read_report(viewer, name, asked)).figures


async def test_a_funnel_counts_how_far_those_got_who_arrived_in_the_range(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await make.lead(owner, cast.rita, "closed_won", created_at=at(9, 5))
    lost = await make.lead(owner, cast.rita, "closed_lost", created_at=at(9, 6))
    await _move(owner, lost, cast.rita, "qualified", at(9, 7))
    await _move(owner, lost, cast.rita, "proposal_sent", at(9, 8))
    await make.lead(owner, cast.rita, "closed_lost", created_at=at(9, 7))
    moved_back = await make.lead(owner, cast.rita, "lead", created_at=at(10, 2))
    await _move(owner, moved_back, cast.rita, "negotiation", at(10, 3))
    await _move(owner, moved_back, cast.rita, "lead", at(10, 4))
    await make.lead(owner, cast.rita, "qualified", created_at=at(10, 2))
    await make.lead(owner, cast.rita, created_at=at(8, 31, 21))  # 23 o'clock in Berlin
    await make.lead(owner, cast.rita, created_at=at(8, 31, 22))  # midnight there
    await make.lead(owner, cast.rita, created_at=at(11, 30, 23))  # December there
    await make.lead(owner, cast.omar, created_at=at(10, 1))
    found = await _read(cast.rita, "funnel")
    assert found.cohorts == (
        Cohort(date(2026, 9, 1), came=4, qualified=2, proposal_sent=2, negotiation=1, won=1, lost=2),
        Cohort(date(2026, 10, 1), came=2, qualified=2, proposal_sent=1, negotiation=1, won=0, lost=0),
    )
    assert (found.total.steps, found.total.lost, found.total.still_open) == ((6, 4, 3, 2, 1), 2, 3)
    assert [step.kept and step.kept.percent for step in found.steps] == [None, 67, 75, 67, 50]
    assert (await _read(cast.ada, "funnel")).total.came == 7


async def test_a_reopened_lead_is_a_lead_of_its_own(owner: asyncpg.Connection, cast: Cast) -> None:
    lost = await make.lead(owner, cast.rita, "closed_lost", created_at=at(8, 1), closed_at=at(9, 3))
    customer = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", lost)
    await make.lead(
        owner, cast.rita, customer_id=customer, reopened_from_id=lost, created_at=at(10, 1), expected_value=10
    )
    assert (await _read(cast.rita, "funnel")).total.steps == (1, 0, 0, 0, 0)
    assert [loss.leads for loss in await _read(cast.rita, "lost")] == [1]


async def test_velocity_measures_the_stays_of_those_that_were_closed_in_the_range(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    first = await make.lead(owner, cast.rita, "closed_won", created_at=at(6, 1), closed_at=at(9, 9))
    for stage, when in (
        ("qualified", at(6, 3)), ("lead", at(6, 4)), ("qualified", at(6, 8)), ("proposal_sent", at(6, 18)),
    ):  # fmt: skip
        await _move(owner, first, cast.rita, stage, when)
    second = await make.lead(owner, cast.rita, "closed_lost", created_at=at(10, 1), closed_at=at(10, 11))
    await _move(owner, second, cast.rita, "qualified", at(10, 5))
    backdated = await make.lead(owner, cast.rita, "closed_won", created_at=at(10, 9), closed_at=at(10, 7))
    await _move(owner, backdated, cast.rita, "qualified", at(10, 11))
    await make.lead(owner, cast.rita, "closed_won", created_at=at(6, 1), closed_at=at(8, 31))
    await make.lead(owner, cast.omar, "closed_won", created_at=at(6, 1), closed_at=at(9, 30))
    found = await _read(cast.rita, "velocity")
    assert found.stays[Stage.LEAD] == Stay(3, 4.0, pytest.approx(5.6))  # 6, 4 and, entered late, none
    assert found.stays[Stage.QUALIFIED] == Stay(3, 6.0, pytest.approx(10.0))  # 11, 6 and none
    assert found.stays[Stage.PROPOSAL_SENT] == Stay(1, 83.0, 83.0)
    assert found.stays[Stage.NEGOTIATION] == Stay()
    assert found.cycle == Stay(2, 50.0, pytest.approx(90.0))  # 100 days and none
    assert found.closed == 3


async def test_a_forecast_leaves_no_open_lead_out(owner: asyncpg.Connection, cast: Cast) -> None:
    async def expect(stage: str, value: int | None, day: date | None, rep: Viewer = cast.rita) -> None:
        await make.lead(owner, rep, stage, expected_value=value, expected_close_on=day)

    await expect("lead", 1000, None)
    await expect("qualified", 1000, date(2026, 11, 19))
    await expect("proposal_sent", 1000, TODAY)
    await expect("negotiation", 1000, date(2026, 11, 30))
    await expect("negotiation", None, date(2026, 12, 1))
    await expect("lead", 5, date(2027, 4, 30))
    await expect("lead", 7, date(2027, 5, 1))
    await expect("lead", 100, TODAY, cast.omar)
    for when in (at(10, 31, 22), at(10, 31, 23), at(11, 20)):  # the first is October in Berlin
        await make.lead(owner, cast.rita, "closed_won", expected_value=300, closed_at=when)
    found = await _read(cast.rita, "forecast")
    assert [month.first for month in found.months] == [
        *(date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)),
        *(date(2027, 2, 1), date(2027, 3, 1), date(2027, 4, 1)),
    ]
    assert [month.expected.leads for month in found.months] == [2, 1, 0, 0, 0, 1]
    assert found.months[0].expected == Pile(2, Decimal(2000), Decimal(1250), commit=Decimal(1000))
    assert found.months[1].expected == Pile(1)  # in negotiation, nobody knows about what
    assert [month.won for month in found.months] == [600, 0, 0, 0, 0, 0]
    assert found.undated == Pile(1, Decimal(1000), Decimal(100))
    assert found.overdue == Pile(1, Decimal(1000), Decimal(250))
    assert found.later == Pile(1, Decimal(7), Decimal("0.70"))
    assert found.open == Pile(7, Decimal(4012), Decimal("1601.20"), commit=Decimal(1000))
    assert (await _read(cast.ada, "forecast")).open.best == Decimal(4112)


async def test_a_forecast_promises_what_is_in_negotiation_in_the_companys_currency(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    for stage, currency, day in (
        ("negotiation", "EUR", TODAY), ("negotiation", "USD", TODAY), ("proposal_sent", "EUR", TODAY),
        ("negotiation", "EUR", date(2026, 11, 1)), ("negotiation", "EUR", None),
    ):  # fmt: skip
        await make.lead(owner, cast.rita, stage, expected_value=100, currency=currency, expected_close_on=day)
    found = await _read(cast.rita, "forecast")
    assert found.months[0].expected == Pile(3, Decimal(200), Decimal(125), Decimal(100))
    assert (found.overdue.commit, found.undated.commit, found.open.commit) == (100, 100, 300)
    assert (await _read(cast.omar, "forecast")).open == Pile()


async def test_losses_are_counted_by_reason_and_other_currencies_without_their_value(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    for reason, value, currency in (("price", 10, "EUR"), ("price", 99, "USD"), ("timing", None, "EUR")):
        await make.lead(
            owner, cast.rita, "closed_lost", lost_reason=reason, expected_value=value, currency=currency,
            closed_at=at(9, 1),
        )  # fmt: skip
    await make.lead(owner, cast.rita, "closed_lost", closed_at=at(8, 1))
    await make.lead(owner, cast.omar, "closed_lost", closed_at=at(9, 1))
    assert await _read(cast.rita, "lost") == (Loss("price", 2, Decimal(10)), Loss("timing", 1, Decimal(0)))


async def test_competitors_are_counted_whatever_their_case_by_the_spelling_used_most(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    for name, value in (("Ledgerly", 10), ("LEDGERLY", 20), ("Ledgerly", 5), ("Northdesk", 7), (None, 1)):
        await make.lead(
            owner, cast.rita, "closed_lost", lost_reason="competitor", lost_to=name, expected_value=value,
            closed_at=at(9, 1),
        )  # fmt: skip
    await make.lead(owner, cast.rita, "closed_lost", lost_reason="price", closed_at=at(9, 1))
    await make.lead(
        owner, cast.omar, "closed_lost", lost_reason="competitor", lost_to="Hers", closed_at=at(9, 1)
    )
    rivals = (Rival("Ledgerly", 3, Decimal(35)), Rival("Northdesk", 1, Decimal(7)))
    assert await _read(cast.rita, "lost") == (
        Loss("competitor", 5, Decimal(43), rivals),
        Loss("price", 1, Decimal(0)),
    )


async def test_sources_say_what_was_won_of_those_that_arrived(owner: asyncpg.Connection, cast: Cast) -> None:
    cpc, mail = {"source": "google", "medium": "cpc", "name": "autumn"}, {"source": "mail"}
    for stage, source, campaign in (
        ("closed_won", "contact-form", cpc), ("lead", "contact-form", cpc | {"name": "winter"}),
        ("closed_lost", "demo", mail), ("lead", "", None),
    ):  # fmt: skip
        await make.lead(
            owner, cast.rita, stage, source=source, campaign=campaign, expected_value=500, created_at=at(9, 1)
        )
    await make.lead(owner, cast.rita, "closed_won", source="demo", created_at=at(8, 1), closed_at=at(9, 1))
    assert await _read(cast.rita, "sources") == (
        Origin("contact-form", "", 2, 1, Decimal(500)),
        Origin("", "", 1, 0, Decimal(0)),
        Origin("demo", "", 1, 0, Decimal(0)),
    )
    assert await _read(cast.rita, "sources", Asked(AUTUMN, TODAY, "EUR", by="campaign")) == (
        Origin("google", "cpc", 2, 1, Decimal(500)),
        Origin("", "", 1, 0, Decimal(0)),
        Origin("mail", "", 1, 0, Decimal(0)),
    )


async def test_sources_beyond_the_fiftieth_are_counted_together(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    for number in range(53):
        await make.lead(owner, cast.rita, source=f"made-up-{number:02}", created_at=at(9, 1))
    found = await _read(cast.rita, "sources")
    assert [one.came for one in found] == [1] * 50 + [3]
    assert found[-1].name is None


async def test_reps_are_compared_by_an_admin(owner: asyncpg.Connection, cast: Cast) -> None:
    for rep, value, days in ((cast.rita, 100, 10), (cast.rita, 300, 20), (None, 7, 1)):
        when = at(9, 1) - timedelta(days=days)
        await make.lead(owner, rep, "closed_won", expected_value=value, created_at=when, closed_at=at(9, 1))
    await make.lead(owner, cast.rita, "closed_lost", created_at=at(9, 1), closed_at=at(9, 2))
    await make.lead(owner, cast.omar, created_at=at(9, 1))
    found = {one.name: one for one in await _read(cast.ada, "reps")}
    rita, omar, nobody = found["Rita Reyes"], found["Omar Okafor"], found[""]
    assert (rita.came, rita.won, rita.lost, rita.value, rita.cycle) == (1, 2, 1, Decimal(400), 15.0)
    assert (omar.came, omar.won, omar.lost, omar.value, omar.cycle) == (1, 0, 0, Decimal(0), None)
    assert (nobody.id, nobody.won, nobody.value) == ("", 1, Decimal(7))


async def test_an_admin_narrows_to_one_rep_and_a_rep_never_sees_anothers(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    for rep in (cast.rita, cast.omar, cast.omar, None):
        await make.lead(owner, rep, created_at=at(9, 1))

    async def came(viewer: Viewer, whose: str) -> tuple[int, str | None]:
        report = await read_report(viewer, "funnel", Asked(AUTUMN, TODAY, "EUR", whose))
        return report.figures.total.came, report.owner

    assert await came(cast.ada, "") == (4, None)
    assert await came(cast.ada, cast.omar.id) == (2, "Omar Okafor")
    assert await came(cast.ada, "none") == (1, None)
    assert await came(cast.ada, "nobody-has-this-id") == (0, None)
    assert await came(cast.rita, "") == (1, None)
    assert (await came(cast.rita, cast.omar.id))[0] == 0


async def test_support_has_no_reports_and_reps_are_not_compared_by_reps(cast: Cast) -> None:
    for name in REPORTS:
        with pytest.raises(Forbidden):
            await read_report(cast.sam, name, ASKED)
    with pytest.raises(Forbidden):
        await read_report(cast.rita, "reps", ASKED)


async def test_nothing_there_is_counted_as_nothing(cast: Cast) -> None:
    assert (await _read(cast.rita, "funnel")).total.steps == (0, 0, 0, 0, 0)
    assert (await _read(cast.rita, "velocity")).cycle == Stay()
    assert (await _read(cast.rita, "forecast")).open == Pile()
    assert await _read(cast.rita, "lost") == await _read(cast.rita, "sources") == ()
