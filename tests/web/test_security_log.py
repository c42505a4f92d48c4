"""Who comes, goes and is refused is one line of the security log, which names people by their ids alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from structlog import wrap_logger
from structlog.contextvars import merge_contextvars
from structlog.testing import LogCapture

from app.core import security_log
from app.gateways.sso.company import sso as company_sso
from app.services import capture_rate, sessions
from app.services.login import remembered_sessions
from app.web.guards import SESSION_COOKIE
from tests.cast import CAST
from tests.web.login.test_login import begin, log_out
from tests.web.login.test_sessions import logout_token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    import asyncpg
    from httpx import AsyncClient

    from tests.fakes import FakeSso

    SignIn = Callable[[str], Awaitable[AsyncClient]]
    Headers = Callable[..., dict[str, str]]
    Line = dict[str, Any]

LEADS = "/v1/leads"


class Said:
    """The lines of the security log since it was looked at last."""

    def __init__(self, capture: LogCapture) -> None:
        self._capture = capture

    def lines(self) -> list[Line]:
        lines, self._capture.entries = [dict(each) for each in self._capture.entries], []
        return lines

    def only(self) -> tuple[str, str, str | None, int | None]:
        """Return the only line's event, outcome, who and status; it has the request's id and route."""
        (line,) = self.lines()
        assert len(line["request_id"]) == 36
        assert line["route"].split(" ")[0] in {"GET", "POST"}
        return line["event"], line["outcome"], line["who"], line.get("status")


@pytest.fixture
def said(sso: FakeSso, monkeypatch: pytest.MonkeyPatch) -> Iterator[Said]:
    company_sso.cache_clear()
    capture = LogCapture()
    monkeypatch.setattr(security_log, "log", wrap_logger(None, processors=[merge_contextvars, capture]))
    yield Said(capture)
    company_sso.cache_clear()
    sso.restore()


async def test_a_login_that_works_and_one_that_does_not(
    said: Said, client: AsyncClient, sso: FakeSso
) -> None:
    sso.signed_in = "rita"
    back = await begin(client)
    assert said.lines() == []
    await client.get(back)
    assert said.only() == ("login", "succeeded", CAST.rita.id, None)
    await client.get(back)
    assert said.only() == ("login", "refused", None, 400)
    sso.signed_in = "cms"
    await client.get(await begin(client))
    event, outcome, who, status = said.only()
    assert (event, outcome, status) == ("login", "refused", 403)
    assert who


async def test_all_ways_a_session_ends(
    said: Said, client: AsyncClient, signed_in: SignIn, sso: FakeSso, owner: asyncpg.Connection
) -> None:
    rita, ada = await signed_in("rita"), await signed_in("ada")
    said.lines()
    await rita.post("/logout/others")
    assert said.only() == ("sessions_ended", "succeeded", CAST.rita.id, None)
    await ada.post("/admin/staff/sessions", data={"staff_id": CAST.rita.id})
    assert said.only() == ("sessions_ended", "succeeded", CAST.ada.id, None)
    await log_out(ada)
    assert said.only() == ("logout", "succeeded", CAST.ada.id, None)
    await client.post("/auth/backchannel-logout", data={"logout_token": logout_token(sso)})
    assert said.only() == ("logout_by_sso", "succeeded", CAST.rita.id, None)
    await client.post("/auth/backchannel-logout", data={"logout_token": "x"})
    assert said.only() == ("logout_by_sso", "refused", None, 400)
    token = (await signed_in("omar")).cookies[SESSION_COOKIE]
    said.lines()
    await owner.execute(
        "UPDATE session SET refresh_token = '\\x00', refreshed_at = now() - interval '21 minutes'"
    )
    remembered_sessions.forget()
    assert await sessions.find_viewer(token) is None
    (line,) = said.lines()
    assert (line["event"], line["outcome"], line["who"]) == ("session_ended_by_sso", "refused", CAST.omar.id)


async def test_who_shows_nothing_we_believe(said: Said, client: AsyncClient, as_user: Headers) -> None:
    await client.get(LEADS)
    assert said.only() == ("token_refused", "refused", None, 401)
    await client.get(LEADS, headers=as_user("rita", aud="another"))
    assert said.only() == ("token_refused", "refused", None, 401)
    await client.get("/board", headers=as_user("rita"))
    assert said.only() == ("token_refused", "refused", None, 401)
    await client.get("/metrics")
    assert said.only() == ("token_refused", "refused", None, 401)
    signed = {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
    for path in ("/v1/events/sso", "/v1/leads/capture"):
        await client.post(path, headers=signed, json={})
        assert said.only() == ("signature_refused", "refused", None, 401)
    await client.get("/board", headers={"Cookie": f"{SESSION_COOKIE}=guessed"})
    assert said.only() == ("session_refused", "refused", None, 401)
    await client.get("/board")
    assert said.lines() == []  # Whoever is not signed in yet is on the way to the login.


async def test_who_may_not(
    said: Said, client: AsyncClient, as_user: Headers, signed_in: SignIn, owner: asyncpg.Connection
) -> None:
    await client.get(LEADS, headers=as_user("sam"))
    assert said.only() == ("forbidden", "refused", CAST.sam.id, 403)
    await client.get(LEADS, headers=as_user("cms"))
    event, _, cms, status = said.only()
    assert (event, status) == ("forbidden", 403)
    assert cms
    await client.get(LEADS, headers=as_user("rita", roles=[], sales_rep_id=None))
    assert said.only() == ("forbidden", "refused", CAST.rita.id, 403)
    await client.post("/v1/leads/capture", headers=as_user("rita"), json={})
    assert said.only() == ("forbidden", "refused", CAST.rita.id, 403)
    sam = await signed_in("sam")
    said.lines()
    await sam.get("/board")
    assert said.only() == ("forbidden", "refused", CAST.sam.id, 403)
    await owner.execute("UPDATE staff SET active = false WHERE id = $1", CAST.omar.id)
    await client.get(LEADS, headers=as_user("omar"))
    assert said.only() == ("forbidden", "refused", CAST.omar.id, 403)


async def test_a_write_or_a_stream_of_another_page(said: Said, signed_in: SignIn) -> None:
    rita = await signed_in("rita")
    said.lines()
    await rita.post("/logout", headers={"x-csrftoken": "0" * 64})
    assert said.only() == ("foreign_page", "refused", CAST.rita.id, 403)
    await rita.post("/logout", headers={"Origin": "https://evil.example"})
    assert said.only() == ("foreign_page", "refused", CAST.rita.id, 403)
    await rita.head("/live", headers={"Accept": "text/event-stream", "Sec-Fetch-Site": "same-site"})
    assert said.only() == ("foreign_page", "refused", CAST.rita.id, 403)


async def test_who_calls_too_often(
    said: Said, client: AsyncClient, as_user: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: str) -> int:
        return 3

    monkeypatch.setattr(capture_rate, "seconds_to_wait", full)
    await client.post("/v1/leads/capture", headers=as_user("cms"), json={})
    event, outcome, who, status = said.only()
    assert (event, outcome, status) == ("too_many", "refused", 429)
    assert who


async def test_no_line_names_anybody_but_by_id(
    said: Said, client: AsyncClient, as_user: Headers, signed_in: SignIn
) -> None:
    sam = await signed_in("sam")
    headers = as_user("sam")
    lead = uuid4()
    await client.post(f"/v1/leads/{lead}/stage", headers=headers, json={"stage": "won", "version": 1})
    await sam.get(f"/leads/{lead}/why?q=secret")
    lines = said.lines()
    assert [line["event"] for line in lines] == ["login", "forbidden", "forbidden"]
    assert {line["route"] for line in lines[1:]} == {
        "POST /v1/leads/{lead_id}/stage",
        "GET /leads/{lead_id}/why",
    }
    personal = (
        str(lead),
        "secret",
        "@",
        "Sam",
        sam.cookies[SESSION_COOKIE],
        headers["Authorization"][7:],
    )
    assert [each for each in personal if each in json.dumps(lines)] == []


async def test_what_is_only_not_there_or_wrong_is_no_line(
    said: Said, client: AsyncClient, as_user: Headers
) -> None:
    await client.get(f"{LEADS}/{uuid4()}", headers=as_user("rita"))
    await client.post("/v1/leads/capture", headers=as_user("cms"), json={})
    await client.get("/nothing")
    assert said.lines() == []
