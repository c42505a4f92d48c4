"""Mail over the wire: what is written cannot become a header, and the line is secret unless somebody said otherwise."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.gateways.mail import Mail, Undelivered
from tests.fakes import private_key
from tests.mailing import mail_server, said, way_to

if TYPE_CHECKING:
    from pathlib import Path

MAIL = Mail(
    key="0190.1",
    name="Rita Reyes",
    address="rita@slyyfoxx.example",
    subject="1 overdue",
    text="Grace Hopper\n.\nQUIT\n",
    html="<p>Grace Hopper</p>",
    off_url="https://crm.example/digest/off/x.y",
)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate for this machine, which the app trusts."""
    key = private_key("mail")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    begins = datetime.now(UTC) - timedelta(days=1)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begins, begins + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path / "mail.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(signed.public_bytes(Encoding.PEM) + secret)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


async def test_a_mail_arrives_as_it_was_written() -> None:
    async with mail_server() as post:
        await post.server.send(MAIL)
    (mail,) = post.mails
    assert mail["From"] == "SLYYFOXX CRM <crm@slyyfoxx.example>"
    assert mail["Message-ID"] == "<0190.1@slyyfoxx.example>"
    assert mail["Date"].datetime is not None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<https://crm.example/digest/off/x.y>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert said(mail) == MAIL.text
    assert said(mail, "html").strip() == MAIL.html


async def test_a_long_way_out_stays_one_address() -> None:
    url = f"https://crm.example/digest/off/{'0' * 32}.{'A-_z' * 11}"
    async with mail_server() as post:
        await post.server.send(replace(MAIL, off_url=url))
        with pytest.raises(ValueError, match="linefeed"):
            await post.server.send(
                replace(MAIL, off_url="https://crm.example/\r\nBcc: everybody@evil.example")
            )
    (raw,) = post.raw
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in raw


@pytest.mark.parametrize("field", ["name", "subject"])
async def test_no_word_becomes_a_header(field: str) -> None:
    hostile = "Rita\r\nBcc: everybody@evil.example\r\n\r\n<script>\u2028\x00X: y"
    async with mail_server() as post:
        await post.server.send(replace(MAIL, **{field: hostile}))
    (mail,) = post.mails
    assert "Bcc" not in mail
    assert post.recipients == [MAIL.address]
    assert said(mail) == MAIL.text


@pytest.mark.parametrize(
    "address",
    ["", "rita", "a@b\r\nBcc: c@d", "a@b, c@d", "a@b> SIZE=1", '"a b"<c@d>', "a@b c", "@", "a@"],
)
async def test_what_is_no_address_is_refused_for_good_before_anybody_is_called(address: str) -> None:
    async with mail_server() as post:
        with pytest.raises(Undelivered) as refused:
            await post.server.send(replace(MAIL, address=address))
    assert refused.value.for_good
    assert post.recipients == []


async def test_letters_of_all_scripts_arrive() -> None:
    async with mail_server() as post:
        await post.server.send(replace(MAIL, name="Zoë Müller, 李", text="Ærø 東京 😀\n"))
    (mail,) = post.mails
    assert mail["To"].addresses[0].display_name == "Zoë Müller, 李"
    assert said(mail) == "Ærø 東京 😀\n"


async def test_the_line_is_secret_from_the_start(certificate: ssl.SSLContext) -> None:
    async with mail_server(secret=certificate) as post:
        await way_to(post.port, "from-the-start").send(MAIL)
        with pytest.raises(Undelivered):
            await way_to(post.port, "none").send(MAIL)
    assert len(post.mails) == 1


async def test_the_line_becomes_secret_by_starttls(certificate: ssl.SSLContext) -> None:
    async with mail_server(tls_context=certificate, require_starttls=True) as post:
        await way_to(post.port, "upgraded").send(MAIL)
        with pytest.raises(Undelivered, match="530"):
            await way_to(post.port, "none").send(MAIL)
    assert len(post.mails) == 1


async def test_a_server_without_tls_gets_no_mail_and_no_password() -> None:
    async with mail_server() as post:
        with pytest.raises(Undelivered, match="STARTTLS"):
            await way_to(post.port, "upgraded", user="crm", password="secret").send(MAIL)
    assert post.mails == []


async def test_a_certificate_of_nobody_we_trust_is_refused(
    certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with mail_server(secret=certificate) as post:
        with pytest.raises(Undelivered, match="CERTIFICATE_VERIFY_FAILED"):
            await way_to(post.port, "from-the-start").send(MAIL)
    assert post.mails == []


async def test_the_doctor_is_told_whether_it_answers() -> None:
    async with mail_server() as post:
        await post.server.check()
        assert post.mails == []
    with pytest.raises(Undelivered):
        await way_to(post.port).check()
