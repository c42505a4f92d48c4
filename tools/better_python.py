"""Prints the Python to use: this one, or another of the same version on the PATH that does the same work much faster.

Version managers often compile Python without its own optimisations: a request then takes a third longer
(docs/adr/0097).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

MUCH_FASTER = 0.85
TURNS = 3  # in turns, so that whatever else the machine does troubles all alike
HERE = Path(sys.executable)
WORK = """
import ensurepip, sys, time
def work():
    begun, seen = time.perf_counter(), {}
    for number in range(20_000):
        seen[number % 97] = str(number) + "x", [each for each in range(5)]
    return time.perf_counter() - begun
if list(map(str, sys.version_info[:2])) == sys.argv[1:]:
    print(min(work() for _ in range(5)))
"""


def main() -> None:
    """Print its path."""
    turns = [
        (time, python) for _ in range(TURNS) for python in [HERE, *on_the_path()] if (time := time_of(python))
    ]
    time, fastest = min(turns, default=(0.0, HERE))
    here = min((time for time, python in turns if python == HERE), default=0.0)
    print(fastest if time < here * MUCH_FASTER else HERE)


def on_the_path() -> set[Path]:
    """Return every Python that may be of this version."""
    names = ("python3", f"python3.{sys.version_info[1]}")
    found = [Path(folder, name) for folder in os.get_exec_path() for name in names]
    return {python.resolve() for python in found if os.access(python, os.X_OK)}


def time_of(python: Path) -> float | None:
    """Return the seconds of a little work; None where it is another version or cannot make an environment."""
    asked = [python, "-I", "-c", WORK, *map(str, sys.version_info[:2])]
    answered = subprocess.run(asked, check=False, capture_output=True, text=True).stdout
    return float(answered) if answered else None


if __name__ == "__main__":
    main()
