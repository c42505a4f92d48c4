"""`crm doctor` says whether the mail server answers, where there is one."""

from __future__ import annotations

import pytest

from tests.cli.test_mailboxes import crm
from tests.mailing import SENDER, mail_server
from tests.ports import reserve_port

pytestmark = pytest.mark.usefixtures("pool")


async def test_a_mail_server_that_answers_is_well_and_one_that_does_not_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAIL_FROM", SENDER)
    async with mail_server() as post:
        monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{post.port}?tls=no")
        status, out, _ = await crm("doctor")
    assert (status, "ok   The mail server of SMTP_URL answers" in out) == (0, True)
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{reserve_port()}?tls=no")
    status, out, err = await crm("doctor")
    assert (status, "BAD  The mail server of SMTP_URL answers: SMTPConnectError" in out) == (1, True)
    assert err.startswith("crm: 1 of ")
