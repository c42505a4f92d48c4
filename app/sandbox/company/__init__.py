"""A believable company to fill an empty database with: the same one for the same seed."""

from app.sandbox.company.batches import Wanted
from app.sandbox.company.founding import Summary, demo, seed

__all__ = ["Summary", "Wanted", "demo", "seed"]
