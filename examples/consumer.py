"""A consumer of won sales, written from /asyncapi.json alone: needs `redis` and a file to remember ids in.

    python examples/consumer.py redis://… [--once] [--file seen.json]

It acts once on each event id, whatever is delivered twice, and loses nothing when it is killed: an entry is
acknowledged after it was acted on, and what was left behind is read first.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from redis import Redis, ResponseError

STREAM, GROUP, CONSUMER = "crm.events", "example", "example-1"


def main() -> None:
    """Read for ever, or until nothing is left."""
    words = argparse.ArgumentParser(description="Print each won sale once.")
    words.add_argument("url")
    words.add_argument("--once", action="store_true", help="stop when nothing is left")
    words.add_argument("--file", type=Path, default=Path("seen.json"), help="where the ids are remembered")
    asked = words.parse_args()
    redis: Any = Redis.from_url(asked.url, decode_responses=True)
    seen = set(json.loads(asked.file.read_text()) if asked.file.exists() else [])
    while True:
        entries = read(redis, 200 if asked.once else 5000)
        for entry_id, fields in entries:
            event = json.loads(fields["data"]) if fields else {}  # no fields: deleted before it was read
            if event.get("type") == "SaleClosedWonV1" and event["id"] not in seen:
                start_onboarding(event)
                seen.add(event["id"])
                asked.file.write_text(json.dumps(sorted(seen)))
            redis.xack(STREAM, GROUP, entry_id)
        if asked.once and not entries:
            return


def start_onboarding(event: dict[str, Any]) -> None:
    """Do what your system does with a won sale; here it is printed."""
    sale = event["data"]["sale_details"]
    print(f"{event['id']} onboarding for {sale['product']}: {sale['amount']} {sale['currency']}", flush=True)


def read(redis: Any, wait: int) -> list[tuple[str, dict[str, str] | None]]:
    """Return what was left unfinished, else what is new; the group is made again where it is gone."""
    try:
        for start in ("0", ">"):
            said = redis.xreadgroup(GROUP, CONSUMER, {STREAM: start}, count=100, block=wait)
            if said and said[0][1]:
                return said[0][1]
    except ResponseError as error:
        if "NOGROUP" not in str(error):
            raise
        redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)  # from the very beginning
        return read(redis, wait)
    return []


if __name__ == "__main__":
    main()
