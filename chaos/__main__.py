"""`make chaos`: everybody works while things break; then every promise is checked against what callers were told."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from random import Random, randrange
from typing import TYPE_CHECKING, Final

from chaos.callers import Callers
from chaos.faults import FAULTS
from chaos.ledger import Ledger
from chaos.promises import LONGEST_CALM, check
from chaos.system import System

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LONGEST_QUIET: Final = 15.0  # seconds between two faults; often the next comes before the last is healed


def main() -> int:
    """Run the attack; 1 when a promise was broken, whose traces stay then."""
    wanted = _arguments()
    print(f"seed {wanted.seed}, {wanted.minutes:g} minutes", flush=True)
    home = Path(tempfile.mkdtemp(prefix="crm-chaos-"))
    home.chmod(0o755)
    system, ledger = System(home), Ledger()
    system.start()
    try:
        broken = asyncio.run(_attack(system, ledger, Random(wanted.seed), wanted.minutes * 60))
    finally:
        system.stop()
    print(ledger)
    for promise, problems in broken.items():
        print("ok  " if not problems else "FAIL", promise, *problems[:10], sep="\n     " if problems else " ")
    if any(broken.values()):
        print(f"Logs and data: {home}")
    return int(any(broken.values()))


async def _attack(system: System, ledger: Ledger, chance: Random, seconds: float) -> dict[str, list[str]]:
    callers = Callers(system, ledger, Random(chance.random()))
    working = asyncio.create_task(callers.run())
    await _break_things(system, chance, time.monotonic() + seconds, working.done)
    callers.over.set()
    await asyncio.wait_for(working, LONGEST_CALM)
    return await check(system, ledger)


async def _break_things(system: System, chance: Random, end: float, over: Callable[[], bool]) -> None:
    started, striking = time.monotonic(), set[asyncio.Future[None]]()
    while time.monotonic() < end and not over():
        await asyncio.sleep(chance.uniform(0, LONGEST_QUIET))
        name = chance.choice(list(FAULTS))
        print(f"{time.monotonic() - started:7.1f} s  {name}", flush=True)
        strike: Awaitable[None] = FAULTS[name](system, chance)
        striking.add(asyncio.ensure_future(strike))
    await asyncio.gather(*striking)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos ARGS=…", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument(
        "--seed", type=int, default=randrange(10**6), help="the same faults in the same order"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
