"""A process of its own that starts the servers of a home, says where they are, and waits to be killed."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from app.sandbox.servers import start_servers


@dataclass(frozen=True)
class Place:
    """What the tests need to know about servers that another process started."""

    owner_url: str
    redis_url: str


def main() -> None:
    with start_servers(Path(sys.argv[1])) as servers:
        sys.stdout.write(json.dumps(asdict(Place(servers.owner_url, servers.redis_url))) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
