"""What is a phone number to somebody who types one, and what of a contact is wished for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.errors import Conflict, Invalid
from app.domain.contact import Contact, check_contact, check_phone
from app.domain.sso_events import Email
from app.domain.text import Checker

GRACE = Contact("Grace", "grace@navy.example", "n/a", "Navy", "Rear Admiral", "US")


def phone_of(typed: str) -> str:
    checker = Checker()
    phone = check_phone(checker, "#/phone", typed)
    checker.finish()
    return phone


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "+49 30 123456",
        "(030) 12-34-56",
        "030/123.456",
        "110",
        "+1 202 555 0101 ext. 7",
        "+1 (202) 555x12",
        "0170 1234567; 0171 7654321",
    ],
)
def test_what_people_dial_is_taken_as_it_is(typed: str) -> None:
    assert phone_of(f" {typed} ") == typed


@pytest.mark.parametrize(
    "typed", ["abc", "12", "١٢٣٤٥٦", "grace@navy.example", "+49 30 123456 Grace", "-- --", "1" * 51]
)
def test_what_nobody_could_dial_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        phone_of(typed)


def test_spaces_and_dashes_of_other_peoples_mails_become_plain() -> None:
    assert phone_of("+49\u00a030\u2009123\u2013456") == "+49 30 123-456"
    assert phone_of("\uff10\uff13\uff10 \uff11\uff12\uff13") == "030 123"


def test_what_nobody_sees_of_a_copied_number_or_address_is_left_out() -> None:
    assert phone_of("\u202a+49\u200b 30 123456\u202c\u200e") == "+49 30 123456"
    wish = check_contact(GRACE, replace(GRACE, email="\ufeffgrace@army.example\u200f"))
    assert wish.email == Email("grace@army.example", "grace@army.example")


def test_what_was_left_alone_is_neither_judged_nor_written() -> None:
    wish = check_contact(GRACE, replace(GRACE, company="Army"))
    now = replace(GRACE, phone="", name="Grace Hopper")
    assert wish.changes(now, has_account=True) == {"company": ("Navy", "Army")}


def test_what_somebody_else_changed_meanwhile_is_not_overwritten() -> None:
    wish = check_contact(GRACE, replace(GRACE, company="Army", country="UK"))
    with pytest.raises(Conflict, match="meanwhile: Company"):
        wish.changes(replace(GRACE, company="Air Force"), has_account=False)
    assert wish.changes(replace(GRACE, company="Army"), has_account=False) == {"country": ("US", "UK")}


@pytest.mark.parametrize("typed", [{"name": "Grace H."}, {"email": "g@navy.example"}])
def test_name_and_address_of_an_account_are_the_ssos(typed: dict[str, str]) -> None:
    wish = check_contact(GRACE, replace(GRACE, **typed))
    with pytest.raises(Conflict, match="company sign-in"):
        wish.changes(GRACE, has_account=True)
    assert wish.changes(GRACE, has_account=False)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        check_contact(GRACE, Contact("", "grace", "call me", "C" * 201, "", ""))
    assert [p.pointer for p in caught.value.problems] == ["#/name", "#/phone", "#/company", "#/email"]
