"""`make bench`: what each action costs beside a bare-asyncpg floor, measured in turns in one run."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg

from bench import load, report, scoring, streams
from bench.actions import Actions
from bench.floor import Floor
from bench.ground import prepare
from bench.measure import USERS, Bench
from bench.people import bearer, browser
from bench.stack import crm, is_seeded, serving, stores

if TYPE_CHECKING:
    from collections.abc import Generator

    from bench.stack import Stack

LEADS_A_REP = 5_000
MOST_REPS = 500
ENTRIES_A_LEAD = 10


def main() -> int:
    """Measure every size asked for, each in a company of its own."""
    wanted = _arguments()
    sizes: dict[int, list[dict[str, Any]]] = {}
    for leads in wanted.leads:
        sizes[leads] = _company(leads, wanted)
        if not wanted.json:
            print(report.table(leads, sizes[leads]), flush=True)
    if wanted.json:
        print(json.dumps({str(leads): rows for leads, rows in sizes.items()}, indent=2))
    elif len(sizes) > 1:
        print(report.growth(sizes))
    if file := os.environ.get("CRM_BENCH_LEADS"):
        print(scoring.show(scoring.run(Path(file))))
    return 0


def _company(leads: int, wanted: argparse.Namespace) -> list[dict[str, Any]]:
    with _home(leads, wanted.home) as home, stores(home) as servers:
        crm(servers, home, "migrate")
        if not asyncio.run(is_seeded(servers)):
            reps = min(max(2, leads // LEADS_A_REP), MOST_REPS)
            size = {"--leads": leads, "--reps": reps, "--entries": leads * ENTRIES_A_LEAD}
            crm(servers, home, "seed", *(str(word) for option in size.items() for word in option))
        with serving(home, servers) as stack:
            return asyncio.run(_measure(stack, wanted))


@contextmanager
def _home(leads: int, kept: str | None) -> Generator[Path]:
    """Return where a company of this size lies: kept below a folder that was named, else gone afterwards."""
    if kept:
        home = Path(kept).absolute() / str(leads)
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o755)
        yield home
        return
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


async def _measure(stack: Stack, wanted: argparse.Namespace) -> list[dict[str, Any]]:
    users = {who: browser(stack, who) for who in ("rita", "ada")} | {"cms": bearer(stack, "cms")}
    async with AsyncExitStack() as held:
        databases = [await asyncpg.connect(stack.servers.owner_url) for _ in range(USERS)]
        root = await asyncpg.connect(stack.servers.superuser_url)
        for each in (*databases, root):
            held.push_async_callback(each.close)
        ground = await prepare(databases[0])
        actions = Actions(ground, users, stack.settings.public_url)
        held.push_async_callback(actions.close)
        bench = Bench(stack, actions, Floor(ground), databases)
        await bench.round(0.3)
        bench = Bench(stack, actions, Floor(ground), databases)
        for number in range(wanted.rounds):
            _progress(number, wanted.rounds)
            await bench.round(wanted.seconds)
        await bench.count(root)
        _progress(wanted.rounds, wanted.rounds)
        if wanted.load:
            print(await load.run(stack, actions, root, wanted.load), file=sys.stderr)
        if wanted.streams:
            print(await streams.compare(stack, actions, databases[0], wanted.streams), file=sys.stderr)
    return [report.figures(result) for result in bench.results.values()]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument(
        "--leads", type=_sizes, default=(10_000, 100_000), help="sizes, such as 10000,1000000"
    )
    parser.add_argument("--rounds", type=int, default=5, help="turns of floor and action")
    parser.add_argument("--seconds", type=float, default=0.4, help="how long each is measured a turn")
    parser.add_argument(
        "--load", type=int, default=0, metavar="SECONDS", help="then 64 mixed clients, so long"
    )
    parser.add_argument(
        "--streams", type=int, default=0, metavar="SECONDS", help="then the board beside 500 idle streams"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--home", help="a folder that keeps the companies for the next run")
    return parser.parse_args()


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part.replace("_", "")) for part in text.split(","))


def _progress(done: int, of: int) -> None:
    bar = "#" * done + "-" * (of - done)
    print(f"\rMeasuring [{bar}]", end="\n" if done == of else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
