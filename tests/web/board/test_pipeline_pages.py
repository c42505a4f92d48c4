"""The pages around the board over HTTP: homes, dialogs, views, bulk, search."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import unquote

from app.domain.pipeline import LOST_REASONS
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


async def test_everybody_begins_at_their_own_home(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    await make.lead(owner, cast.rita, "negotiation", expected_value=5000)
    assert "Rotting or without a next step" in (await (await signed_in("rita")).get("/")).text
    team = (await (await signed_in("ada")).get("/")).text
    assert re.findall(r'<svg class="(chart|bars)"[^>]* role="img" aria-labelledby="([^"]+)"', team) == [
        ("chart", "forecast"),
        ("bars", "funnel"),
    ]
    assert team.count("As a table") == 2
    answer = await (await signed_in("sam")).get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tickets")


async def test_what_is_no_filter_is_ignored_and_said_so(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, score=80)
    wrong = {
        "score": "<b>tepid</b>",
        "min": "1e999999",
        "colour": "red",
        "q": "Person",
        "owner": cast.omar.id,
    }
    html = (await (await signed_in("rita")).get("/board", params=wrong)).text
    assert html.count("was ignored.") == 3
    assert "<b>tepid" not in html
    assert str(lead) in html


async def test_a_view_is_saved_and_deleted_from_the_board(signed_in: SignIn) -> None:
    client = await signed_in("rita")
    saved = await client.post("/views", data={"name": "Warm", "query": "score=warm&evil=1"})
    assert saved.headers["location"] == "/board?score=warm"
    assert unquote(saved.cookies["said"]) == "The view is kept."
    html = (await client.get(saved.headers["location"])).text
    (path,) = re.findall(r"/views/[\da-f-]{36}/delete", html)
    gone = await client.post(path)
    assert (gone.status_code, unquote(gone.cookies["said"])) == (303, "The view is gone.")
    assert (await client.post(path)).status_code == 404


async def test_an_admin_shares_a_view_and_a_rep_only_follows_it(signed_in: SignIn, cast: Cast) -> None:
    ada, rita = await signed_in("ada"), await signed_in("rita")
    query = f"due=late&owner={cast.rita.id}"
    await ada.post("/views", data={"name": "Hers", "query": query})
    (path,) = re.findall(r"/views/[\da-f-]{36}/share", (await ada.get(f"/board?{query}")).text)
    assert "/share" not in (await rita.get("/board?due=late")).text
    answer = await ada.post(path, data={"shared": "yes"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/board?{query}")
    assert "Stop sharing" in (await ada.get(f"/board?{query}")).text
    html = (await rita.get("/board?due=late")).text
    assert f'aria-label="shared by {cast.ada.name}"' in html
    assert cast.rita.id not in html.partition('aria-label="Views">')[2].partition("</nav>")[0]
    assert "Delete “Hers”" not in html
    await ada.post(path, data={"shared": "no"})
    assert "shared by" not in (await rita.get("/board?due=late")).text


async def test_a_view_that_searches_offers_no_sharing(signed_in: SignIn) -> None:
    ada = await signed_in("ada")
    await ada.post("/views", data={"name": "Grace", "query": "q=Grace"})
    html = (await ada.get("/board?q=Grace")).text
    assert "/share" not in html
    (view,) = re.findall(r"/views/([\da-f-]{36})/delete", html)
    assert (await ada.post(f"/views/{view}/share", data={"shared": "yes"})).status_code == 409


async def test_a_view_of_the_same_name_is_replaced_only_when_that_is_said(signed_in: SignIn) -> None:
    client = await signed_in("rita")
    for name in ("Mine", "Other"):
        assert (await client.post("/views", data={"name": name, "query": "score=warm"})).status_code == 303
    wanted = {"name": " Mine", "query": "due=late"}
    for headers in ({}, PARTIAL):
        asked = await client.post("/views", data=wanted, headers=headers)
        assert asked.status_code == 409
        assert 'aria-describedby="name-error"' in asked.text
        assert re.search(r'id="name-error">.*You have a view of that name</span>', asked.text)
        assert '<input type="checkbox" name="replace" value="Mine">' in asked.text
        assert 'name="query" value="due=late"' in asked.text
    other = await client.post("/views", data=wanted | {"name": "Other", "replace": "Mine"})
    assert other.status_code == 409
    assert (await client.get("/board")).text.count('<a href="/board?score=warm">') == 2
    done = await client.post("/views", data=wanted | {"replace": "Mine"}, headers=PARTIAL)
    assert done.headers["hx-redirect"] == "/board?due=late"
    assert '<a href="/board?due=late">Mine</a>' in (await client.get("/board")).text


async def test_a_change_on_the_board_answers_with_its_card(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita)
    client = await signed_in("rita")
    form = {"version": "1", "view": "board", "from": "lead", "value": "1,200", "next": "3"}
    for act in ("deal", "follow-up"):
        answer = await client.post(f"/leads/{lead}/{act}", data=form, headers=PARTIAL)
        form["version"] = "2"
        assert (answer.status_code, answer.text.count("data-lead-id=")) == (200, 1)
    assert "€1,200" in answer.text
    stale = await client.post(f"/leads/{lead}/deal", data=form | {"version": "1"}, headers=PARTIAL)
    assert stale.status_code == 409
    assert "You changed this lead" in stale.text


async def test_many_are_changed_without_script(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    leads = [await make.lead(owner, cast.rita) for _ in range(2)]
    client = await signed_in("rita")
    picks = [f"{lead}:1" for lead in leads]
    assert (await client.get("/board/lead")).text.count('name="lead"') == 2
    asked = await client.post("/leads/bulk", data={"lead": picks})
    assert asked.text.count('name="lead"') == 2
    done = await client.post("/leads/bulk", data={"lead": picks, "act": "move", "to": "qualified"})
    assert "2 of 2 leads changed" in done.text
    for wrong in ({"lead": "nonsense"}, {"lead": picks, "act": "dance"}, {"act": "move", "to": "lead"}):
        assert (await client.post("/leads/bulk", data=wrong)).status_code in {400, 422}


async def test_the_preview_is_what_onboarding_gets(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "negotiation")
    client = await signed_in("rita")
    sale = {
        "version": "1",
        "amount": "1200",
        "currency": "EUR",
        "product": "<b>Pro</b>",
        "handoff_note": "Hi",
    }
    html = (await client.post(f"/leads/{lead}/won/preview", data=sale, headers=PARTIAL)).text
    assert "&#34;amount&#34;: &#34;1200.00&#34;" in html
    assert '<dt>Final amount</dt><dd class="strong">€1,200</dd>' in html
    assert "<dt>handoff_note</dt>" not in html
    assert "<b>Pro" not in html
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0
    incomplete = await client.post(f"/leads/{lead}/won/preview", data={"amount": "x"}, headers=PARTIAL)
    assert "not complete" in incomplete.text


async def test_a_preview_that_is_refused_says_which_field_is_wrong(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "negotiation")
    client = await signed_in("rita")
    sale = {"version": "1", "amount": "1200", "currency": "EUR", "product": "Pro", "closed_on": "2999-01-01"}
    said = "<li>Closed on: This must not be in the future</li>"
    for path in (f"/leads/{lead}/won/preview", f"/leads/{lead}/won"):
        html = (await client.post(path, data=sale, headers=PARTIAL)).text
        assert "It cannot be sent like this" in html, path
        assert said in html, path
        assert "not complete" not in html, path
    late = await client.post(f"/leads/{lead}/won/preview", data=sale | {"product": ""}, headers=PARTIAL)
    assert "It is not complete yet" in late.text


async def test_a_sale_does_not_start_before_it_was_closed(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "negotiation")
    client = await signed_in("rita")
    sale = {"version": "1", "amount": "1200", "currency": "EUR", "product": "Pro"}
    early = [{"starts_on": "2026-01-01"}, {"starts_on": "2026-01-01", "closed_on": "2026-01-02"}]
    for days in early:
        for path in (f"/leads/{lead}/won/preview", f"/leads/{lead}/won"):
            html = (await client.post(path, data=sale | days, headers=PARTIAL)).text
            assert "<li>Wanted start: Please choose a day that is not before the closing</li>" in html, path
    assert await owner.fetchval("SELECT count(*) FROM sale") == 0
    late = {"starts_on": "2026-01-02", "closed_on": "2026-01-02"}
    await client.post(f"/leads/{lead}/won", data=sale | late, headers=PARTIAL)
    assert await owner.fetchval("SELECT count(*) FROM sale") == 1


async def test_a_search_shows_only_what_is_theirs(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    customer = await make.customer(owner, name="Grace Hopper")
    lead = await make.lead(owner, cast.rita, customer_id=customer)
    assert f"/leads/{lead}" in (await (await signed_in("rita")).get("/search", params={"q": "Hoper"})).text
    omar = await (await signed_in("omar")).get("/search", params={"q": "Hopper" * 2_000})
    assert "was cut" in omar.text
    assert str(lead) not in omar.text
    assert f"/customers/{customer}" in (await (await signed_in("sam")).get("/search?q=Hopper")).text


async def test_a_day_that_is_over_is_said_beside_the_day(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita)
    form = {"version": "1", "next": "day", "day": "2020-01-01", "follow_up_note": "Call"}
    answer = await (await signed_in("rita")).post(f"/leads/{lead}/follow-up", data=form, headers=PARTIAL)
    assert re.findall('id="(\\w+)-error"', answer.text) == ["day"]


async def test_a_leads_page_says_what_is_past_and_why_it_was_lost(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    past = await make.lead(owner, cast.rita, expected_close_on=date(2020, 1, 1))
    lost = await make.lead(owner, cast.rita, "closed_lost", lost_reason="no_budget", source="contact-form")
    rita = await signed_in("rita")
    assert "1 Jan 2020 <span" in (await rita.get(f"/leads/{past}")).text
    page = (await rita.get(f"/leads/{lost}")).text
    assert f"<dt>Reason</dt><dd>{LOST_REASONS['no_budget']}</dd>" in page
    assert "<dd>Contact form</dd>" in page


async def test_the_page_after_an_act_can_say_what_was_done(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead, rita = await make.lead(owner, cast.rita), await signed_in("rita")
    acts = [
        ("follow-up", {"next": "1h", "view": "home"}, "Planned: "),
        ("follow-up", {"next": "", "done": "1"}, "Done. Nothing is planned any more."),
        ("deal", {"value": "10"}, "The deal is saved."),
    ]
    for version, (act, form, said) in enumerate(acts, 1):
        answer = await rita.post(f"/leads/{lead}/{act}", data=form | {"version": str(version)})
        assert unquote(answer.cookies["said"]).startswith(said)


async def test_a_forms_key_binds_the_address_it_was_sent_to(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    leads = [await make.lead(owner, cast.rita) for _ in range(2)]
    customer = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", leads[0])
    client = await signed_in("rita")
    form = {"to": "qualified", "version": "1", "key": "one-key", "activity_type": "Call", "notes": "Hi"}
    paths = [*(f"/leads/{lead}/stage" for lead in (*leads, leads[0])), f"/customers/{customer}/activities"]
    answers = [await client.post(path, data=form, headers=PARTIAL) for path in paths]
    assert [answer.status_code for answer in answers] == [200, 422, 200, 422]
    stages = {row["id"]: row["stage"] for row in await owner.fetch("SELECT id, stage FROM lead")}
    assert stages == {leads[0]: "qualified", leads[1]: "lead"}
    assert await owner.fetchval("SELECT count(*) FROM activity") == 1


async def test_a_leads_page_says_that_it_is_won_or_lost(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    rita = await signed_in("rita")
    won = {"version": "1", "amount": "10", "product": "Pro"}
    for act, form, said in (
        ("won", won, "Won. Handing over to onboarding."),
        ("lost", {"version": "1", "reason": "price"}, "The lead is lost."),
    ):
        answer = await rita.post(f"/leads/{await make.lead(owner, cast.rita)}/{act}", data=form)
        assert unquote(answer.cookies["said"]) == said
