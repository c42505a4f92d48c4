"""Ids made in Python, so that SQL runs on PostgreSQL 15."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """Return a new time-ordered id: 48 bits of Unix milliseconds, then randomness (RFC 9562 §5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
