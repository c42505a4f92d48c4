"""What people type into forms: read whole, checked whole, shown again with every problem beside its field."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.core.errors import Invalid, Malformed, NotFound
from app.core.ids import uuid7
from app.core.settings import settings
from app.domain.amounts import read_amount
from app.domain.idempotency import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from litestar import Request

    from app.domain.viewer import Viewer

LONGEST_VERSION: Final = 10
HIDDEN: Final = frozenset({"key", "lead_id", "version", "view", "from", "_csrf_token"})
SEEN: Final = "seen_"  # before a field's name, hidden: what it was when the form was made


@dataclass(frozen=True, slots=True)
class Form:
    """The values of a form as text, what is wrong with each, and the address that it was sent to."""

    values: dict[str, str] = field(default_factory=dict[str, str])
    errors: dict[str, str] = field(default_factory=dict[str, str])
    path: str = ""

    @property
    def looks(self) -> Hashable:
        """What a reader sees of it: two forms that differ in hidden fields alone look the same."""
        seen = ((name, value) for name, value in self.values.items() if name not in HIDDEN)
        return tuple(sorted(seen)), tuple(sorted(self.errors.items()))

    def text(self, name: str) -> str:
        """Return what was typed, trimmed; empty when the field is not there."""
        return self.values.get(name, "").strip()

    def amount(self, name: str) -> Decimal:
        """Return the amount typed, as `read_amount` reads it; notes what is no amount or may be two."""
        try:
            return read_amount(self.text(name), settings().currency)
        except ValueError as error:
            self.note(name, str(error))
            return Decimal(0)

    def day(self, name: str) -> date | None:
        """Return the day typed, None when left empty; notes what is no date."""
        try:
            return date.fromisoformat(self.text(name)) if self.text(name) else None
        except ValueError:
            self.note(name, "Please enter a date such as 2027-01-31")
            return None

    def version(self) -> int:
        """Return the version of the lead this form was made from; raises Malformed without one."""
        typed = self.text("version")
        if not (typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_VERSION):
            raise Malformed("This form does not say which version of the lead it is about")
        return int(typed)

    def uuid(self, name: str) -> UUID | None:
        """Return the id in a hidden field, None when empty; raises NotFound for what is no id."""
        try:
            return UUID(self.text(name)) if self.text(name) else None
        except ValueError as error:
            raise NotFound from error

    def key(self, viewer: Viewer) -> Key | None:
        """Return the idempotency key the form was rendered with; it binds the address too."""
        bound = "\n".join([self.path, *(f"{name}={value}" for name, value in sorted(self.values.items()))])
        return Key.of(viewer.id, self.text("key") or None, bound.encode())

    def with_new_key(self) -> Form:
        """Return the form with a fresh idempotency key: sent twice, it acts once."""
        return replace(self, values=self.values | {"key": str(uuid7())})

    def anew(self, now: dict[str, str], words: dict[str, str] | None = None) -> Form:
        """Return the form about what it is `now`: what its writer left alone follows, what they typed stays.

        Beside what both changed stands what it is by now, in `words` where there are some.
        """
        fresh, found = with_seen(now), dict[str, str]()
        for name in now:
            typed, seen, by_now = self.text(name), self.values.get(SEEN + name), fresh[name]
            if name not in self.values or typed == seen:
                continue
            if by_now not in {seen, typed}:
                shown = (words or {}).get(name) or by_now or "–"
                found[name] = f"By now it is “{shown}”: saving replaces that"
            fresh[name] = typed
        return Form(self.values | fresh, found).with_new_key()

    def note(self, name: str, detail: str) -> None:
        """Note what is wrong with a field."""
        self.errors.setdefault(name, detail)

    def check(self) -> None:
        """Raise Invalid when something was noted; the caller shows the form again."""
        if self.errors:
            raise Invalid([])

    def with_problems(self, error: Invalid) -> Form:
        """Return the form with the problems of a service, each beside the field its pointer ends in."""
        return replace(self, errors=_beside_fields(error) | self.errors)

    def note_also(self, check: Callable[[], object]) -> None:
        """Where something is noted, note what a service's `check` would refuse too: all of it is told at once."""
        try:
            if self.errors:
                check()
        except Invalid as error:
            for name, detail in _beside_fields(error).items():
                self.note(name, detail)


def _beside_fields(error: Invalid) -> dict[str, str]:
    return {p.pointer.rpartition("/")[2]: f"This {p.detail}" for p in error.problems}


def with_seen(values: dict[str, str]) -> dict[str, str]:
    """Return the values for fields of one line, and once more as they were seen."""
    lines = {name: " ".join(value.splitlines()).strip() for name, value in values.items()}
    return lines | {SEEN + name: value for name, value in lines.items()}


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """Return the text fields of the request's form; the guard's own token is left out."""
    sent = await request.form()
    values = {name: value for name, value in sent.items() if isinstance(value, str) and name[:1] != "_"}
    return Form(values, path=request.scope["path"])
