"""The daily e-mail's page, and the way out that each mail brings along."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest
from httpx import AsyncClient as Client

from app.core.settings import settings
from app.services import digests
from app.web.guards import CSRF_HEADER
from app.web.home.letter import write
from tests import make
from tests.mailing import mail_server, said

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    import asyncpg
    from httpx import AsyncClient

    from app.domain.viewer import Viewer
    from tests.cast import Cast
    from tests.database import Place
    from tests.fakes import FakeSso
    from tests.mailing import Post

    SignIn = Callable[[str], Awaitable[AsyncClient]]

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def mail_is_set(place: Place, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """The app of a company that has a mail server."""
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:25?tls=no")
    monkeypatch.setenv("MAIL_FROM", "crm@slyyfoxx.example")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
async def post(mail_is_set: None) -> AsyncGenerator[Post]:
    async with mail_server() as post:
        yield post


async def waiting(owner: asyncpg.Connection, who: Viewer, name: str = "Grace Hopper") -> None:
    person = await make.customer(owner, name=name)
    await make.lead(owner, who, customer_id=person, score=90)


async def off_path(post: Post, client: AsyncClient) -> str:
    await client.post("/digest/now")
    await digests.send_due(post.server, write)
    return urlsplit(post.mails[-1]["List-Unsubscribe"].strip("<>")).path


async def wants(owner: asyncpg.Connection, who: Viewer) -> bool:
    return await owner.fetchval("SELECT wants_digest FROM staff WHERE id = $1", who.id)


async def sign_in_from(client: AsyncClient, zone: str) -> None:
    client.cookies.set("zone", quote(zone, safe=""))
    asked = await client.get("/login/start")
    async with Client() as elsewhere:
        consented = await elsewhere.get(asked.headers["location"])
    assert (await client.get(consented.headers["location"])).status_code == 303


async def test_where_somebody_is_is_kept_when_they_sign_in(
    owner: asyncpg.Connection, cast: Cast, client: AsyncClient, sso: FakeSso
) -> None:
    sso.signed_in = "rita"
    found = []
    for zone in ("America/New_York", "Asia/Tokyo", "Mars/Olympus_Mons", "x" * 3000):
        await sign_in_from(client, zone)
        found.append(await owner.fetchval("SELECT zone FROM staff WHERE id = $1", cast.rita.id))
    assert found == ["America/New_York", "Asia/Tokyo", "Asia/Tokyo", "Asia/Tokyo"]
    sso.restore()


async def test_todays_is_sent_at_once_and_once_more(
    owner: asyncpg.Connection, cast: Cast, post: Post, signed_in: SignIn
) -> None:
    await waiting(owner, cast.rita)
    client = await signed_in("rita")
    assert "Where you are is not known yet" in (await client.get("/digest")).text
    for times in (1, 2):
        assert (await client.post("/digest/now")).headers["location"] == "/digest"
        await client.post("/digest/now")
        await digests.send_due(post.server, write)
        assert len(post.mails) == times
    assert len({mail["Message-ID"] for mail in post.mails}) == 2
    assert "<strong>" in (await client.get("/digest")).text


async def test_names_are_text_and_stay_in_their_line(
    owner: asyncpg.Connection, cast: Cast, post: Post, signed_in: SignIn
) -> None:
    await waiting(owner, cast.rita, '<img src="https://evil.example">\r\nBcc: x@evil.example & {{ 7*7 }}')
    client = await signed_in("rita")
    await client.post("/digest/now")
    await digests.send_due(post.server, write)
    (mail,) = post.mails
    html, text = said(mail, "html"), said(mail)
    assert "<img" not in html
    assert "&lt;img src=&#34;https://evil.example&#34;&gt; Bcc: x@evil.example &amp; {{ 7*7 }}" in html
    assert '* <img src="https://evil.example"> Bcc: x@evil.example & {{ 7*7 }}, ' in text
    assert "Bcc" not in mail


async def test_a_mail_program_switches_it_off_with_one_click(
    owner: asyncpg.Connection, cast: Cast, post: Post, client: AsyncClient, signed_in: SignIn
) -> None:
    await waiting(owner, cast.rita)
    rita = await signed_in("rita")
    path = await off_path(post, rita)
    asked = await client.get(path)
    assert asked.status_code == 200
    assert await wants(owner, cast.rita)  # looking at it is not enough
    for _ in range(2):
        done = await client.post(path, data=ONE_CLICK, headers={"Origin": "https://mail.example"})
        assert (done.status_code, "is off" in done.text) == (200, True)
    assert not await wants(owner, cast.rita)
    assert await wants(owner, cast.omar)
    assert (await client.post(f"{path}x", data=ONE_CLICK)).status_code == 404


async def test_one_switches_it_oneself(
    owner: asyncpg.Connection, cast: Cast, post: Post, signed_in: SignIn
) -> None:
    client = await signed_in("rita")
    for wanted in ("no", "yes"):
        assert (await client.post("/digest", data={"wanted": wanted})).status_code == 303
        assert await wants(owner, cast.rita) is (wanted == "yes")
        checked = "true" if wanted == "yes" else "false"
        assert f'role="switch" aria-checked="{checked}"' in (await client.get("/digest")).text
    assert (await client.post("/digest", data={"wanted": "perhaps"})).status_code == 400
    await client.post("/digest", data={"wanted": "no"})
    assert (await client.post("/digest/now")).status_code == 409
    del client.headers[CSRF_HEADER]
    assert (await client.post("/digest", data={"wanted": "yes"})).status_code == 403


async def test_the_page_says_that_nobody_sends_mail(signed_in: SignIn) -> None:
    html = (await (await signed_in("rita")).get("/digest")).text
    assert "This CRM sends no e-mail" in html
    assert "/digest/now" not in html


async def test_who_has_a_day_finds_it_in_their_menu(signed_in: SignIn) -> None:
    assert 'href="/digest"' in (await (await signed_in("rita")).get("/")).text
    assert 'href="/digest">' in (await (await signed_in("ada")).get("/")).text
    assert 'href="/digest"' not in (await (await signed_in("sam")).get("/tickets")).text


async def test_an_admin_is_sent_last_weeks_once_more(
    owner: asyncpg.Connection, cast: Cast, post: Post, signed_in: SignIn
) -> None:
    await make.lead(owner, None)
    client = await signed_in("ada")
    html = (await client.get("/digest")).text
    assert ("Weekly e-mail" in html, "Daily" in html) == (True, False)
    path = await off_path(post, client)
    assert post.recipients == [cast.ada.email]
    assert post.mails[0]["Subject"].startswith("Last week: ")
    assert (await client.post(path, data=ONE_CLICK)).status_code == 200
    assert not await wants(owner, cast.ada)
    assert (await client.post("/digest/now")).status_code == 409
