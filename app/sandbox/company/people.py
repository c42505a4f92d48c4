"""Who works here, and whom they sell to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from unicodedata import normalize
from uuid import uuid5

from app.sandbox.company import words
from app.sandbox.sso.people import ACCOUNTS, CAST, customer_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from app.sandbox.company.draw import Draw

FIRST_REP_NUMBER: Final = 1001


@dataclass(frozen=True, slots=True)
class Rep:
    """A sales rep who owns leads."""

    id: str
    rep_id: str


@dataclass(frozen=True, slots=True)
class Person:
    """A customer, before anything happened with them."""

    name: str
    email: str
    company: str
    job_title: str
    country: str
    phone: str
    sso_user_id: str | None = None


def staff_rows(draw: Draw, reps: int, joined: datetime) -> list[dict[str, Any]]:
    """Return the colleagues the SSO knows, and more sales reps until there are `reps`."""
    colleagues = [(u.user_id, u.sales_rep_id, u.name, u.email, u.roles) for u in CAST.values()]
    known = sum(rep_id is not None for _, rep_id, *_ in colleagues)
    for number in range(known, reps):
        rep_id = f"R-{FIRST_REP_NUMBER + number}"
        name = f"{draw.choice(words.FIRST_NAMES)} {draw.choice(words.LAST_NAMES)}"
        email = f"{_ascii(name).replace(' ', '.')}.{number}@slyyfoxx.example"
        colleagues.append((str(uuid5(ACCOUNTS, rep_id)), rep_id, name, email, ["SALES_REP"]))
    names = ("id", "rep_id", "name", "email", "roles")
    dates = {"created_at": joined, "updated_at": joined}
    return [dict(zip(names, colleague, strict=True)) | dates for colleague in colleagues]


def reps_of(staff: list[dict[str, Any]], reps: int) -> list[Rep]:
    """Return the first so many sales reps of the staff."""
    return [Rep(row["id"], row["rep_id"]) for row in staff if row["rep_id"]][:reps]


def people(draw: Draw, batch: int) -> Iterator[Person]:
    """Return people for ever, each with an address that no batch has: first of all those with an SSO account."""
    for account in customer_accounts() if batch == 0 else ():
        company = account.email.partition("@")[2].removesuffix(".example").replace("-", " ").title()
        yield _person(draw, account.name, account.email, company, account.user_id)
    taken: dict[str, int] = {}
    while True:
        name = f"{draw.choice(words.FIRST_NAMES)} {draw.choice(words.LAST_NAMES)}"
        company = f"{draw.choice(words.COMPANY_FIRST)} {draw.choice(words.COMPANY_LAST)}"
        address = f"{_ascii(name).replace(' ', '.')}@{_ascii(company).replace(' ', '-')}.example"
        taken[address] = taken.get(address, 0) + 1
        again = str(taken[address]) if taken[address] > 1 else ""
        address = address.replace("@", f"{again}.{batch}@" if batch else f"{again}@")
        yield _person(draw, name, address, company, None)


def _person(draw: Draw, name: str, email: str, company: str, account: str | None) -> Person:
    phone = f"+49 30 {draw.randint(100_000, 999_999)}" if draw.chance(0.6) else ""
    return Person(
        name, email, company, draw.choice(words.JOB_TITLES), draw.choice(words.COUNTRIES), phone, account
    )


def _ascii(text: str) -> str:
    return normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
