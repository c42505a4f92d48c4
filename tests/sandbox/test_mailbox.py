"""The sandbox's mailbox takes what the CRM mails, shows it, and keeps it over a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.ids import uuid7
from app.gateways.mail import Mail, open_mail
from app.sandbox.mailbox import KEPT
from tests.ports import reserve_port
from tests.sandbox.neighbours import neighbours, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.settings import Settings
    from tests.database import Place

OFF = "https://crm.example/digest/off/x.y"


@pytest.fixture
def config(tmp_path: Path, place: Place) -> Settings:
    url = f"smtp://127.0.0.1:{reserve_port()}?tls=no"
    return settings_of(tmp_path, place.redis_url, SMTP_URL=url, MAIL_FROM="crm@slyyfoxx.example")


def mail(subject: str) -> Mail:
    html = f"<p>{subject}</p>"
    return Mail(str(uuid7()), "Rita Reyes", "rita@slyyfoxx.example", subject, f"{subject} ü\n", html, OFF)


async def test_what_is_mailed_is_shown_and_kept(config: Settings) -> None:
    server = open_mail(config)
    assert server is not None
    async with neighbours(config) as client:
        assert "None yet" in (await client.get("/mail")).text
        await server.send(mail("<b>1 overdue</b>"))
        page = (await client.get("/mail")).text
        assert "&lt;b&gt;1 overdue&lt;/b&gt; ü" in page
        assert f'action="{OFF}"' in page
    async with neighbours(config) as client:
        (kept,) = (await client.get("/mail/mails.json")).json()["mails"]
        assert kept["headers"]["To"] == "Rita Reyes <rita@slyyfoxx.example>"
        shown = await client.get(f"/mail/{kept['id']}/html")
        assert (shown.status_code, shown.text.strip()) == (200, "<p><b>1 overdue</b></p>")
        assert "default-src 'none'" in shown.headers["content-security-policy"]
        assert (await client.get("/mail/nothing/html")).status_code == 404
        for number in range(KEPT):
            await server.send(mail(str(number)))
        mails = (await client.get("/mail/mails.json")).json()["mails"]
        assert [each["headers"]["Subject"] for each in mails] == [str(n) for n in reversed(range(KEPT))]
