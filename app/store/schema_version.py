"""Which schema this code needs: the name of its newest migration, which `crm migrate` writes as a comment."""

from __future__ import annotations

from functools import cache
from pathlib import Path

MIGRATIONS = Path(__file__).parents[2] / "tables" / "piccolo_migrations"


@cache
def newest() -> str:
    """Return the name of the newest migration; names sort by age."""
    return max(file.stem for file in MIGRATIONS.glob("crm_*.py"))
