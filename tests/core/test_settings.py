"""Settings are read loudly, and secrets come from outside the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.setting_values import SmtpServer
from app.core.settings import BadSetting, load

if TYPE_CHECKING:
    from pathlib import Path

LONG = "a secret that is long enough"


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{LONG}\n", encoding="utf-8")
    assert load({"SSO_CLIENT_SECRET_FILE": str(file)}).sso_client_secret == LONG


def test_no_secret_has_a_default() -> None:
    bare = load({})
    assert bare.sso_client_secret is None
    assert (bare.sso_events_secrets, bare.capture_webhook_secrets, bare.handoff_webhook_secrets) == (
        (),
        (),
        (),
    )


@pytest.mark.parametrize(
    "variable",
    [
        "SSO_EVENTS_SECRET",
        "CAPTURE_WEBHOOK_SECRET",
        "HANDOFF_WEBHOOK_SECRET",
        "SSO_CLIENT_SECRET",
        "CRM_METRICS_TOKEN",
    ],
)
def test_a_short_secret_is_refused_by_name_and_not_repeated(variable: str) -> None:
    with pytest.raises(BadSetting) as caught:
        load({variable: "hunter2"})
    assert variable in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_several_secrets_serve_while_they_change() -> None:
    found = load({"SSO_EVENTS_SECRET": "whsec_the-old-one-of-them whsec_the-new-one-of-them"})
    assert len(found.sso_events_secrets) == 2


@pytest.mark.parametrize("scope", ["profile", "openid\x7f", 'openid "x"'])
def test_a_scope_is_words_and_openid_among_them(scope: str) -> None:
    with pytest.raises(BadSetting, match="SSO_SCOPE"):
        load({"SSO_SCOPE": scope})
    assert load({"SSO_SCOPE": "openid offline_access"}).sso_scope == "openid offline_access"


@pytest.mark.parametrize("variable", ["SSO_USERS_API", "CRM_ASSIGNMENT", "CRM_PORT"])
def test_a_wrong_word_is_refused_by_name(variable: str) -> None:
    with pytest.raises(BadSetting, match=variable):
        load({variable: "something else"})


def test_a_url_may_name_several_hosts_and_none_that_is_no_host() -> None:
    several = "postgresql://crm:secret@one.example:5432,two.example:5433/crm"
    assert load({"DATABASE_URL": several}).database_url == several
    for wrong in ("https://", "https://host:99999", "https://[::1", "https://a b"):
        with pytest.raises(BadSetting, match="SSO_ISSUER"):
            load({"SSO_ISSUER": wrong})


def test_a_mail_server_is_read_whole() -> None:
    found = load({"SMTP_URL": "smtps://crm%40x:p%2Fw@mail.example", "MAIL_FROM": "crm@slyyfoxx.example"})
    assert found.smtp == SmtpServer("mail.example", 465, "from-the-start", "crm@x", "p/w")
    assert "p/w" not in repr(found.smtp)
    plain = load({"SMTP_URL": "smtp://relay:25?tls=no", "MAIL_FROM": "crm@slyyfoxx.example"}).smtp
    assert plain == SmtpServer("relay", 25, "none")
    assert load({"SMTP_URL": "smtp://relay", "MAIL_FROM": "a@b"}).smtp == SmtpServer("relay", 587, "upgraded")
    assert load({}).smtp is None


@pytest.mark.parametrize(
    "url",
    [
        "mail.example", "http://mail.example", "smtp://", "smtp://a:hunter2@b:99999", "smtp://a:hunter2@b c",
        "smtp://a:hunter2@b?tls=no", "smtp://a:hunter2@b?verify=no", "smtps://b?tls=no", "smtp://hunter2@b",
        "smtp://a:hunter2@b/path", "smtp://a:hunter2@[b",
    ],
)  # fmt: skip
def test_a_mail_server_that_is_none_is_refused_by_name_and_not_repeated(url: str) -> None:
    with pytest.raises(BadSetting, match="SMTP_URL") as caught:
        load({"SMTP_URL": url, "MAIL_FROM": "crm@slyyfoxx.example"})
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "sender", ["", "crm", "CRM <crm@slyyfoxx.example>", "crm@slyyfoxx.example\nBcc: a@b"]
)
def test_mail_has_a_sender(sender: str) -> None:
    with pytest.raises(BadSetting, match="MAIL_FROM"):
        load({"SMTP_URL": "smtp://relay", "MAIL_FROM": sender})
