"""The people of every test: two reps, support, an admin, and the CMS. The sandbox SSO knows the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.viewer import Role, Viewer

if TYPE_CHECKING:
    import asyncpg

ADD_STAFF = """
    INSERT INTO staff (id, rep_id, name, email, roles, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, now(), now())
"""
JOB_TITLES = {
    Role.REP: "SALES_REP",
    Role.SUPPORT: "SLYYFOXX_SUPPORT",
    Role.ADMIN: "SLYYFOXX_ADMIN",
}


def _person(number: int, name: str, role: Role, rep_id: str | None = None) -> Viewer:
    email = f"{name.partition(' ')[0].lower()}@slyyfoxx.example"
    return Viewer(f"01900000-0000-7000-8000-{number:012}", role, name, email, rep_id)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who signs in."""

    rita: Viewer
    omar: Viewer
    sam: Viewer
    ada: Viewer

    def everybody(self) -> tuple[Viewer, ...]:
        return (self.rita, self.omar, self.sam, self.ada)

    def named(self, who: str) -> Viewer:
        return getattr(self, who)


CAST = Cast(
    rita=_person(1, "Rita Reyes", Role.REP, "R-1001"),
    omar=_person(2, "Omar Okafor", Role.REP, "R-1002"),
    sam=_person(3, "Sam Sato", Role.SUPPORT),
    ada=_person(4, "Ada Andersson", Role.ADMIN),
)
CMS = "slyyfoxx-cms"


def claims(who: str) -> dict[str, Any]:
    """Return what an access token says about `who`, without the times."""
    if who == "cms":
        return {"sub": CMS, "azp": CMS, "client_id": CMS, "scope": "leads:capture"}
    person = CAST.named(who)
    said = {"sub": person.id, "name": person.name, "email": person.email, "roles": [JOB_TITLES[person.role]]}
    return said if person.rep_id is None else {**said, "sales_rep_id": person.rep_id}


async def hire(owner: asyncpg.Connection) -> Cast:
    """Put the four into `staff`, as a first login would."""
    await owner.executemany(
        ADD_STAFF,
        [(p.id, p.rep_id, p.name, p.email, [JOB_TITLES[p.role]]) for p in CAST.everybody()],
    )
    return CAST
