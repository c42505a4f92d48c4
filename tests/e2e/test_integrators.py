"""docs/integrators.md keeps its word: its commands, as they stand there, end in a received sale."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.stack import Stack

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/integrators.md"
CRM = f'crm() {{ "{sys.executable}" -m app.cli "$@"; }}; python3() {{ "{sys.executable}" "$@"; }}'


async def test_five_minutes_from_nothing_to_a_received_sale(stack: Stack) -> None:
    commands = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(commands) == 5
    script = "\n".join(["set -euo pipefail", CRM, *commands])
    environment = stack.environment | {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = run(script, environment)
    assert done.returncode == 0, done.stderr + done.stdout
    assert '"outcome":"created"' in done.stdout
    assert '"stage":"closed_won"' in done.stdout
    assert "onboarding for Gold plan: 12000.00 EUR" in done.stdout
    assert '"type":"SaleClosedWonV1"' in done.stdout
    assert "CrmTestEventV1" in done.stdout


def run(script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-c", script]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
