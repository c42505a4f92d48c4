"""SLYYFOXX CRM: it owns the customer relationship and hands finished sales on."""

import sys

# Litestar's command line brings rich; structlog and httpx load it where they find it: 4 MB of every process.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
