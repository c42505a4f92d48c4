"""The table, and the same as JSON."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any, Final

from bench.measure import ACTIONS, USERS

if TYPE_CHECKING:
    from bench.measure import Measured

# (p50 as a multiple of the floor, operations a second at 16 users as a multiple of the best CRM measured: its rate)
GOALS: Final = {"board": (6, 12 * 9), "move": (6, 8 * 79), "capture": (4, 15 * 45), "timeline": (10, 15 * 40),
                "log": (5, 10 * 79)}  # fmt: skip


def figures(result: Measured) -> dict[str, Any]:
    """Return what was measured of one action, as plain numbers."""
    ours, floor = result.ours, result.floor
    return {
        "action": result.name,
        "floor_p50_ms": round(floor.p50, 3),
        "p50_ms": round(ours.p50, 3),
        "p95_ms": round(ours.p95, 3),
        "ratio": round(ours.p50 / floor.p50, 2),
        "ratio_16": round(median(ours.crowd) / median(floor.crowd), 2),
        "floor_per_second_16": round(max(floor.per_second)),
        "per_second_16": round(max(ours.per_second)),
        "cpu_ms": round(result.cpu_ms, 2),
        "round_trips": round(result.trips, 1),
        "bytes": result.size,
        "goal": GOALS.get(result.name),
    }


def table(leads: int, rows: list[dict[str, Any]]) -> str:
    """Return the figures of one size as a table."""
    head = (
        f"\n{leads:,} leads".ljust(27) + "floor p50   p50 ms   p95 ms   x floor  (goal)"
        f"    ops/s at {USERS} (floor)   x floor   CPU ms   trips     bytes"
    )
    return "\n".join([head, *(_line(row) for row in rows)])


def growth(sizes: dict[int, list[dict[str, Any]]]) -> str:
    """Return how the medians grow from the smallest company to the largest."""
    few, many = min(sizes), max(sizes)
    pairs = zip(sizes[few], sizes[many], strict=True)
    lines = [
        f"  {ACTIONS[few_leads['action']]:24}{many_leads['p50_ms'] / few_leads['p50_ms']:6.2f}"
        f"   its floor {many_leads['floor_p50_ms'] / few_leads['floor_p50_ms']:6.2f}"
        for few_leads, many_leads in pairs
    ]
    return "\n".join([f"\np50 at {many:,} leads as a multiple of p50 at {few:,}", *lines])


def _line(row: dict[str, Any]) -> str:
    goal = f"({row['goal'][0]})" if row["goal"] else ""
    rate = f"{row['per_second_16']:,}" + (f" of {row['goal'][1]:,}" if row["goal"] else "")
    return (
        f"  {ACTIONS[row['action']]:24}{row['floor_p50_ms']:9.2f}{row['p50_ms']:9.2f}{row['p95_ms']:9.2f}"
        f"{row['ratio']:9.1f} {goal:>7}{rate:>16} ({row['floor_per_second_16']:,})".ljust(97)
        + f"{row['ratio_16']:8.1f}{row['cpu_ms']:9.2f}{row['round_trips']:8.1f}{row['bytes']:10,}"
    )
