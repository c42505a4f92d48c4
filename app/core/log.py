"""Structured logs: one JSON line an event, with the request or job id, and no personal data."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure(level: int = logging.INFO) -> None:
    """Send structlog and the standard library's loggers to stderr as JSON lines; a traceback is a field of its line."""
    common: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*common, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    others = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter
    others.setFormatter(
        formatter(
            processors=[formatter.remove_processors_meta, structlog.processors.JSONRenderer()],
            foreign_pre_chain=[*common, structlog.stdlib.add_logger_name],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[others])


def logger(name: str) -> Any:
    """Return a logger whose lines carry `name`."""
    return structlog.get_logger(name=name)
