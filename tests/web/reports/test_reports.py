"""The reports over HTTP: all that narrows them stands in the address, and nothing in it breaks them."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from app.core import clock
from app.domain.report import OF_TODAY, REPORTS
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
AUTUMN = "from=2026-09-01&to=2026-11-30"
SEPTEMBER = datetime(2026, 9, 1, 12, tzinfo=UTC)


def cells(html: str) -> list[list[str]]:
    """Return the rows of the table that is shown."""
    table = html.partition('id="table"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [[re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def notices(html: str) -> list[str]:
    return re.findall(r'<p class="notice notice--warn"[^>]*><svg.*?</svg>([^<]+)</p>', html)


def chosen_days(html: str) -> list[str]:
    return re.findall(r'type="date" name="(?:from|to)" value="([^"]*)"', html)


def usual_days() -> list[str]:
    today = clock.now().date()
    return [(today - timedelta(days=89)).isoformat(), today.isoformat()]


async def test_reports_begin_with_the_funnel_and_are_named_to_who_has_them(signed_in: SignIn) -> None:
    for who, tabs in (("rita", list(REPORTS.values())[:-1]), ("ada", list(REPORTS.values()))):
        client = await signed_in(who)
        answer = await client.get("/reports")
        assert (answer.status_code, answer.headers["location"]) == (303, "/reports/funnel")
        html = (await client.get("/reports/funnel")).text
        bar = html.partition('aria-label="Reports">')[2].partition("</nav>")[0]
        assert re.findall(">([^<]+)</a>", bar) == tabs
        assert html.count('data-go="/reports"') == 1
    sam = await signed_in("sam")
    assert "/reports" not in (await sam.get("/tickets")).text
    assert (await sam.get("/reports/funnel")).status_code == 403
    assert (await (await signed_in("rita")).get("/reports/reps")).status_code == 403


@pytest.mark.parametrize("name", REPORTS)
async def test_a_report_without_anything_says_what_it_would_count(signed_in: SignIn, name: str) -> None:
    html = (await (await signed_in("ada")).get(f"/reports/{name}")).text
    assert re.search(
        r'class="panel empty".*?<strong>(No open leads|No customers yet|Nothing to count between)',
        html,
        re.DOTALL,
    )
    assert ("Look at a whole year" in html) == (name not in OF_TODAY)
    assert "<table" not in html


async def test_the_range_stands_in_the_address_and_in_every_link(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    await make.lead(owner, cast.rita, "qualified", created_at=SEPTEMBER)
    client = await signed_in("rita")
    html = (await client.get(f"/reports/funnel?{AUTUMN}")).text
    assert chosen_days(html) == ["2026-09-01", "2026-11-30"]
    assert cells(html) == [
        [
            "Month of arrival",
            "Arrived",
            "Qualified",
            "Proposal sent",
            "Negotiation",
            "Won",
            "Lost",
            "Still open",
            "Won of arrived",
        ],
        ["Sep 2026", "1", "1", "0", "0", "0", "0", "1", "0\N{NO-BREAK SPACE}%"],
        ["Total", "1", "1", "0", "0", "0", "0", "1", "0\N{NO-BREAK SPACE}%"],
        ["Of those before", "", "100\N{NO-BREAK SPACE}%", "0\N{NO-BREAK SPACE}%", "–", "–", "", "", ""],
    ]
    escaped = AUTUMN.replace("&", "&amp;")
    for path in ("velocity", "lost", "sources", "funnel/table.csv"):
        assert f'href="/reports/{path}?{escaped}"' in html
    assert "Nothing to count" in (await client.get("/reports/funnel?from=2026-09-02&to=2026-11-30")).text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=yesterday", "“yesterday” is no date, so these are the last 90 days."),
        ("from=2026-02-30&to=2026-03-01", "“2026-02-30” is no date, so these are the last 90 days."),
        ("from=2026-11-30&to=2026-09-01", "The range ends before it begins, so these are the last 90 days."),
        ("to=0001-01-01", "Reports cover 2000 to three years ahead, so these are the last 90 days."),
        ("from=9999-12-31&to=9999-12-31", "Reports cover 2000 to three years ahead, so these are the last 90 days."),
        ("from=2001-01-01&to=2026-01-01", "A report covers three years at most, so these are the last 90 days."),
        ("from=%00&to=%F0%9F", None),
        ("quarter=3", "“quarter” is no filter of a report and was ignored."),
        ("by=moon", "“moon” is no way to group leads and was ignored."),
        ("from=&to=", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("who", ["rita", "ada"])
async def test_days_that_make_no_sense_are_told_and_not_followed(
    signed_in: SignIn, who: str, query: str, said: str | None
) -> None:
    answer = await (await signed_in(who)).get(f"/reports/sources?{query}")
    assert answer.status_code == 200
    assert chosen_days(answer.text) == usual_days()
    if said is not None:
        assert notices(answer.text) == ([said] if said else [])
    assert (await (await signed_in(who)).get(f"/reports/sources/table.csv?{query}")).status_code == 200


@pytest.mark.parametrize(
    ("query", "said"),
    [("from=bad", "“bad” is no date, but"), (AUTUMN, ""), ("to=1999-01-01", "Reports cover 2000")],
)
async def test_a_report_of_today_is_not_said_to_have_a_range(
    signed_in: SignIn, query: str, said: str
) -> None:
    rita = await signed_in("rita")
    for name in OF_TODAY:
        told = " ".join(notices((await rita.get(f"/reports/{name}?{query}")).text))
        assert told.startswith(said)
        assert "90 days" not in told
        assert told.endswith("but this report goes by today and needs no range." if said else "")


async def test_one_day_is_enough(signed_in: SignIn) -> None:
    client, today = await signed_in("rita"), clock.now().date()
    begun = today - timedelta(days=200)
    shown = chosen_days((await client.get(f"/reports/lost?from={begun}")).text)
    assert shown == [begun.isoformat(), today.isoformat()]
    html = (await client.get("/reports/lost?to=2026-03-31")).text
    assert (chosen_days(html), notices(html)) == (["2026-01-01", "2026-03-31"], [])


async def test_days_are_the_readers(owner: asyncpg.Connection, cast: Cast, signed_in: SignIn) -> None:
    await make.lead(owner, cast.rita, created_at=datetime(2026, 9, 1, 2, tzinfo=UTC))
    client = await signed_in("rita")
    asked = f"/reports/funnel?{AUTUMN}"
    assert len(cells((await client.get(asked)).text)) == 4
    client.cookies.set("zone", "America%2FNew_York")
    assert "Nothing to count" in (await client.get(asked)).text


async def test_only_an_admin_narrows_to_an_owner(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    for rep in (cast.rita, cast.omar, cast.omar):
        await make.lead(owner, rep, created_at=SEPTEMBER)
    ada, rita = await signed_in("ada"), await signed_in("rita")
    asked = f"/reports/funnel?{AUTUMN}"
    assert cells((await ada.get(asked)).text)[1][1] == "3"
    html = (await ada.get(f"{asked}&owner={cast.omar.id}")).text
    assert cells(html)[1][1] == "2"
    assert "Omar Okafor</button>" in html
    assert f"owner={cast.omar.id}&amp;to=2026-11-30" in html
    assert "Unknown owner</button>" in (await ada.get(f"{asked}&owner=nobody-has-this")).text
    assert cells((await rita.get(f"{asked}&owner={cast.omar.id}")).text)[1][1] == "1"
    found = await ada.get(f"/reports/owners?report=lost&{AUTUMN}&who=okafor")
    assert found.headers["location"] == f"/reports/lost?from=2026-09-01&owner={cast.omar.id}&to=2026-11-30"
    dialog = (await ada.get(f"/reports/owners?report=lost&owner={cast.omar.id}", headers=PARTIAL)).text
    assert re.findall(r'aria-current="true".*?<strong>([^<]+)', dialog) == ["Omar Okafor"]
    assert '<input type="hidden" name="report" value="lost">' in dialog
    assert 'href="/reports/lost"' in dialog


async def test_the_table_is_a_file_that_no_spreadsheet_runs(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    for stage in ("closed_won", "lead"):
        await make.lead(
            owner, cast.rita, stage, source="=cmd()", expected_value="1234.50", created_at=SEPTEMBER
        )
    answer = await (await signed_in("rita")).get(f"/reports/sources/table.csv?{AUTUMN}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        answer.headers["content-disposition"]
        == 'attachment; filename="sources-by-source-2026-09-01-to-2026-11-30.csv"'
    )
    assert answer.text.startswith("\ufeff")
    assert list(csv.reader(StringIO(answer.text.removeprefix("\ufeff")))) == [
        ["Source", "Arrived", "Won", "Won of arrived (%)", "Won value (EUR)"],
        ["'=cmd()", "2", "1", "50", "1234.50"],
        ["Total", "2", "1", "50", "1234.50"],
    ]


async def test_below_a_competitor_as_reason_stands_which_on_the_page_and_in_the_file(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    for name in ("Ledgerly", "ledgerly", None):
        await make.lead(
            owner, cast.rita, "closed_lost", lost_reason="competitor", lost_to=name, closed_at=SEPTEMBER
        )
    client = await signed_in("ada")
    html = (await client.get(f"/reports/lost?{AUTUMN}")).text
    assert re.findall(r"<title>([^<]+)</title>", html)[1:] == ["Went with a competitor: 3 · 100 %"]
    assert [row[:2] for row in cells(html)[1:]] == [
        ["Went with a competitor", "3"],
        ["Competitor: Ledgerly", "2"],
        ["Total", "3"],
    ]
    assert "Competitor: Ledgerly,2,67," in (await client.get(f"/reports/lost/table.csv?{AUTUMN}")).text


async def test_a_forecast_has_a_commit_a_weighted_and_a_best_case(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    today = clock.now().date()
    for stage, rep, day in (
        ("negotiation", cast.rita, today), ("lead", cast.rita, today), ("negotiation", cast.omar, today),
        ("negotiation", cast.rita, None), ("qualified", cast.rita, today - timedelta(days=1)),
    ):  # fmt: skip
        await make.lead(owner, rep, stage, expected_value=1000, expected_close_on=day)
    ada = await signed_in("ada")
    html = (await ada.get(f"/reports/forecast?owner={cast.rita.id}")).text
    assert cells(html)[:3] == [
        ["Expected to close", "Leads", "Commit", "Weighted", "Best case", "Won already"],
        ["Overdue", "1", "€0", "€250", "€1,000", "€0"],
        [f"{today:%b %Y}", "2", "€1,000", "€850", "€2,000", "€0"],
    ]
    assert cells(html)[-2:] == [
        ["Without a date", "1", "€1,000", "€750", "€1,000", "€0"],
        ["Total", "4", "€2,000", "€1,850", "€4,000", "€0"],
    ]
    assert f"{today:%b %Y}: €2,000 at best, €850 weighted, €1,000 commit, €0 won</title>" in html
    file = (await ada.get("/reports/forecast/table.csv")).text.removeprefix("\ufeff")
    assert f"{today:%Y-%m},3,2000.00,1600.00,3000.00,0.00" in file.splitlines()
    home = (await ada.get("/")).text
    for said in ("€2,000", "€1,600", "€3,000"):
        assert f'<td class="number">{said}</td>' in home.partition('id="forecast-table"')[2]


async def test_customers_are_counted_by_what_they_bought(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    for rep, value, rest in ((cast.rita, 3_000, 0), (cast.rita, 1_000, 19_000), (cast.omar, 0, 0)):
        customer = await make.customer(owner, clv=value + rest)
        stage = "closed_won" if value else "lead"
        await make.lead(owner, rep, stage, customer_id=customer, expected_value=value or 9)
    heading = ["Lifetime value", "Customers", "Of all customers", "Together", "Of all value"]

    async def shown(who: str, whose: str = "") -> list[list[str]]:
        html = (await (await signed_in(who)).get(f"/reports/clv?owner={whose}")).text
        assert 'type="date"' not in html
        return [[cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in cells(html)]

    assert await shown("ada") == [
        heading,
        ["Nothing yet", "1", "33 %", "€0", "0 %"],
        ["Below €1,000", "0", "0 %", "€0", "0 %"],
        ["€1,000 to €5,000", "1", "33 %", "€3,000", "13 %"],
        ["€5,000 to €20,000", "0", "0 %", "€0", "0 %"],
        ["€20,000 to €100,000", "1", "33 %", "€20,000", "87 %"],
        ["€100,000 and more", "0", "0 %", "€0", "0 %"],
        ["Total", "3", "100 %", "€23,000", "100 %"],
    ]
    ritas = await shown("rita")
    assert ritas[3] == ["€1,000 to €5,000", "2", "100 %", "€4,000", "100 %"]
    assert await shown("ada", cast.rita.id) == ritas
    assert (await shown("omar"))[1] == ["Nothing yet", "1", "100 %", "€0", "–"]
    answer = await (await signed_in("ada")).get("/reports/clv/table.csv")
    assert answer.headers["content-disposition"].startswith('attachment; filename="clv-20')
    assert '"€20,000 to €100,000",1,33,20000.00,87' in answer.text


async def test_a_chart_says_what_its_table_says(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    for reason in ("price", "price", "timing"):
        await make.lead(
            owner, cast.rita, "closed_lost", lost_reason=reason, closed_at=SEPTEMBER, expected_value=12_000
        )
    await make.lead(owner, cast.rita, expected_value=500, expected_close_on=clock.now().date())
    client = await signed_in("ada")
    html = (await client.get(f"/reports/lost?{AUTUMN}")).text
    assert re.findall(r"<title>([^<]+)</title>", html)[1:] == ["Price: 2 · 67 %", "Bad timing: 1 · 33 %"]
    assert cells(html)[1] == ["Price", "2", "67\N{NO-BREAK SPACE}%", "€24,000"]
    for name in ("velocity", "forecast", "clv", "reps"):
        html = (await client.get(f"/reports/{name}?{AUTUMN}")).text
        assert 'role="img" aria-labelledby="chart" aria-describedby="table"' in html, name
        assert 'id="chart"' in html
        assert cells(html)[-1][0] in {"Total", "Arrival to won"}
