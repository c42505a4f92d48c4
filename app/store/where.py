"""A WHERE in the making: the viewer's scope first, then whatever narrows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.domain.viewer import Viewer


@dataclass(slots=True)
class Where:
    """Clauses joined by AND, and the arguments they bind; $1 is always the viewer's id."""

    viewer: Viewer
    scope: str
    args: list[Any] = field(init=False)
    clauses: list[str] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with the scope."""
        self.args, self.clauses = [self.viewer.id], [self.scope]

    def bind(self, value: Any) -> str:
        """Add an argument and return its placeholder."""
        self.args.append(value)
        return f"${len(self.args)}"

    def add(self, clause: str) -> None:
        """Narrow by one more clause."""
        self.clauses.append(clause)

    def __str__(self) -> str:
        """Return the whole condition."""
        return " AND ".join(self.clauses)


def containing(text: str) -> str:
    """Return the ILIKE pattern for rows that contain `text` literally."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
