"""Who has an account: the four colleagues, and customers who signed up for the product."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_DAY: Final = "2026-01-05T08:00:00+00:00"
ACCOUNTS: Final = UUID("01900000-0000-7000-8000-0000000000aa")


@dataclass(frozen=True, slots=True)
class User:
    """One account as the user list shows it; `version` grows with every change."""

    user_id: str
    email: str
    name: str
    roles: list[str] = field(default_factory=list[str])
    sales_rep_id: str | None = None
    active: bool = True
    version: int = 1
    updated_at: str = FIRST_DAY

    def as_json(self) -> dict[str, Any]:
        """Return the account as the user list sends it."""
        return asdict(self)


def user_from(stored: Mapping[str, Any]) -> User:
    """Return the account that was stored by `as_json`."""
    return User(**stored)


def _colleague(number: int, name: str, role: str, rep_id: str | None = None) -> User:
    handle = name.split(maxsplit=1)[0].lower()
    user_id = f"01900000-0000-7000-8000-{number:012d}"
    return User(user_id, f"{handle}@slyyfoxx.example", name, [role], rep_id)


CAST: Final = {
    "rita": _colleague(1, "Rita Reyes", "SALES_REP", "R-1001"),
    "omar": _colleague(2, "Omar Okafor", "SALES_REP", "R-1002"),
    "sam": _colleague(3, "Sam Sato", "SLYYFOXX_SUPPORT"),
    "ada": _colleague(4, "Ada Andersson", "SLYYFOXX_ADMIN"),
}

JOBS: Final = {
    "SALES_REP": "sales rep",
    "SLYYFOXX_SUPPORT": "customer support",
    "SLYYFOXX_ADMIN": "administrator",
}

# Each is also a customer of the demo company, so that a changed address shows up in the CRM.
CUSTOMERS: Final = (
    ("Ingrid Solberg", "fjordline.example"),
    ("Mateo Fuentes", "altavista-foods.example"),
    ("Priya Raman", "lotuslabs.example"),
    ("Jonas Brandt", "brandt-maschinen.example"),
    ("Amara Nwosu", "lagoslogistics.example"),
    ("Chloé Marchand", "atelier-marchand.example"),
    ("Kenji Watanabe", "kitafune.example"),
    ("Sofia Lindqvist", "norrsken-energi.example"),
    ("Daniel Byrne", "shannonworks.example"),
    ("Leila Haddad", "cedarcapital.example"),
    ("Tomasz Zielinski", "wislatech.example"),
    ("Beatriz Almeida", "portosol.example"),
)


def customer_accounts() -> list[User]:
    """Return the customers' accounts a fresh sandbox starts with."""
    return [_customer(name, domain) for name, domain in CUSTOMERS]


def _customer(name: str, domain: str) -> User:
    first = name.split(maxsplit=1)[0].lower().replace("é", "e")
    email = f"{first}@{domain}"
    return User(str(uuid5(ACCOUNTS, email)), email, name)
