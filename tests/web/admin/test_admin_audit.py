"""The audit as an admin asks it: who took what, who changed what, and whether somebody was guessing."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import TYPE_CHECKING

import pytest

from app.services import audit
from app.web.guards import SESSION_COOKIE
from tests import make
from tests.budgets.counting import trips
from tests.services.test_identity_events import event, receive

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]
    Headers = Callable[..., dict[str, str]]

PATH = "/admin/audit"
ROW = re.compile(r'<tr data-audit-id="\d+">(.*?)</tr>', re.DOTALL)


async def lines(client: AsyncClient, query: str = "") -> list[str]:
    """Return the lines of the page as people read them."""
    answer = await client.get(f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    rows = [html.unescape(re.sub(r"<[^>]+>", " ", row)) for row in ROW.findall(answer.text)]
    return [" ".join(row.split()).partition(", ")[2].partition(" ")[2] for row in rows]


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    audit._refused.clear()


async def test_who_downloaded_graces_file_and_when(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    grace = await make.customer(owner, name="Grace <Hopper>")
    other = await make.customer(owner, name="Margaret Hamilton")
    ada = await signed_in("ada")
    for customer in (grace, other):
        await ada.post(f"/customers/{customer}/export")
    assert f"{PATH}?person={grace}" in (await ada.get(f"/customers/{grace}/privacy")).text
    assert await lines(ada, f"person={grace}") == ["Ada Andersson A person’s file downloaded Grace <Hopper>"]
    assert (
        f'href="/customers/{grace}"><bdi>Grace &lt;Hopper&gt;' in (await ada.get(f"{PATH}?kind=export")).text
    )
    assert await lines(ada, f"person={grace}&kind=change") == []
    assert await lines(ada, f"person={grace}&from=2001-10-01&to=2001-10-31") == []
    assert len(await lines(ada, f"person={grace}&from=2001-10-01")) == 1
    assert (
        f'<option value="{grace}" selected>Grace &lt;Hopper&gt;'
        in (await ada.get(f"{PATH}?person={grace}")).text
    )


async def test_who_made_omar_inactive(cast: Cast, signed_in: SignIn) -> None:
    ada = await signed_in("ada")
    assert f"{PATH}?person={cast.omar.id}" in (await ada.get("/admin/staff")).text
    await ada.post("/admin/staff/leads", data={"staff_id": cast.omar.id, "accepts": "no"})
    await receive(event(Type="UserDeactivated", user_id=cast.omar.id, version=9, updated_at=None))
    assert await lines(ada, f"person={cast.omar.id}") == [
        "The company sign-in Made inactive Omar Okafor",
        "Ada Andersson Takes no new leads Omar Okafor",
        "An operator Joined the staff Omar Okafor SALES_REP R-1002",
    ]
    assert await lines(ada, f"person={cast.ada.id}&kind=sign_in") == ["Ada Andersson Signed in"]


async def test_whether_somebody_was_guessing(
    client: AsyncClient, as_user: Headers, cast: Cast, signed_in: SignIn
) -> None:
    ada, sam = await signed_in("ada"), await signed_in("sam")
    async with trips() as sent:
        for number in range(3):
            await client.get("/board", headers={"Cookie": f"{SESSION_COOKIE}=guess-{number}"})
            await client.get("/v1/leads", headers={"Authorization": f"Bearer {number}"})
    assert not [each for each in sent.sent if "find_session" not in each]
    await sam.get("/board")
    await client.get("/v1/leads", headers=as_user("cms"))
    await client.get(
        "/v1/leads", headers=as_user("rita", sub="an unknown account", roles=[], sales_rep_id=None)
    )
    assert await lines(ada, "kind=refused") == []
    await audit.keep_refusals()
    assert sorted(await lines(ada, "kind=refused")) == [
        "Sam Sato Refused Not allowed GET /board forbidden",
        "Somebody unknown Refused Bearer token refused 3 times GET /v1/leads unauthenticated",
        "Somebody unknown Refused Not allowed GET /v1/leads forbidden",
        "Somebody unknown Refused Session unknown or over 3 times GET /board unauthenticated",
        "slyyfoxx-cms Refused Not allowed GET /v1/leads forbidden",
    ]
    assert await lines(ada, f"kind=refused&person={cast.sam.id}") == [
        "Sam Sato Refused Not allowed GET /board forbidden"
    ]
    assert len(await lines(ada, "person=slyyfoxx-cms")) == 1


async def test_every_way_to_take_data_out_is_noted(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    imported = await make.lead_import(owner, cast.ada, ["name", "email"], ["Grace", "grace@navy.example"])
    rita, ada = await signed_in("rita"), await signed_in("ada")
    await rita.get("/leads/export?q=grace@navy.example")
    await rita.get("/customers/export?q=hopper")
    await rita.get("/reports/funnel/table.csv")
    await ada.get("/reports/reps/table.csv")
    await ada.get(f"/admin/imports/{imported}/refused.csv")
    exported = await ada.get(f"{PATH}/export?kind=export")
    assert exported.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    table = list(csv.DictReader(io.StringIO(exported.text.removeprefix("\ufeff"))))
    assert [(row["event"], row["who_name"], row["about"]) for row in table] == [
        ("audit_exported", "Ada Andersson", ""),
        ("import_exported", "Ada Andersson", str(imported)),
        ("report_exported", "Ada Andersson", "reps"),
        ("report_exported", "Rita Reyes", "funnel"),
        ("customers_exported", "Rita Reyes", ""),
        ("leads_exported", "Rita Reyes", ""),
    ]
    kept = str(await owner.fetch("SELECT * FROM audit_event"))
    assert not [word for word in ("grace", "hopper", "@") if word in kept.lower()]


async def test_pages_follow_one_another_under_the_same_filter(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    await owner.execute(
        "INSERT INTO audit_event (kind, event, who, about) SELECT 'change', 'leads_paused', $1, $2"
        " FROM generate_series(1, 60)",
        cast.ada.id,
        cast.rita.id,
    )
    ada = await signed_in("ada")
    first = (await ada.get(f"{PATH}?kind=change&person={cast.rita.id}")).text
    (after,) = re.findall(r'href="([^"]+)" rel="next"', first)
    second = (await ada.get(html.unescape(after))).text
    assert (first.count("data-audit-id="), second.count("data-audit-id=")) == (50, 11)
    assert f'href="{PATH}?kind=change&amp;person={cast.rita.id}">First page' in second


@pytest.mark.parametrize(
    "query",
    [
        "person=%00x",
        "person=" + "x" * 300,
        "person={}",
        "kind=login",
        "kind=&person=%27%3B--",
        "from=x&to=2026-13-01",
        "from=2026-12-01&to=2026-11-01",
        "from=1900-01-01&to=9999-12-31",
        "other=1",
    ],
)
async def test_what_makes_no_sense_is_ignored_or_finds_nothing(signed_in: SignIn, query: str) -> None:
    ada = await signed_in("ada")
    for path in (PATH, f"{PATH}/export"):
        assert (await ada.get(f"{path}?{query}")).status_code == 200
    for cursor in ("x", "WyIyMDI2LTExLTAxVDAwOjAwOjAwWiIsIDk5OTk5OTk5OTk5OTk5OTk5OTk5XQ"):
        assert (await ada.get(f"{PATH}?cursor={cursor}")).headers["location"] == PATH


async def test_an_id_of_any_letters_is_one_link(owner: asyncpg.Connection, signed_in: SignIn) -> None:
    strange = 'x"><b>&person=y/{0}'
    await owner.execute(
        "INSERT INTO audit_event (kind, event, who, about) VALUES ('change', 'staff_activated', $1, $1),"
        " ('change', 'event_of_a_later_release', $1, $1)",
        strange,
    )
    ada = await signed_in("ada")
    page = (await ada.get(PATH)).text
    assert "<b>" not in page
    assert "event_of_a_later_release" in page
    for link in re.findall(rf'href="({PATH}\?person=x[^"]+)"', page):
        assert len(await lines(ada, html.unescape(link).partition("?")[2])) == 2
