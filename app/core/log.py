"""Structured logs: one JSON line an event, with the request or job id, and no personal data."""

from __future__ import annotations

import logging
import sys
import traceback
from contextlib import suppress
from typing import Any, Final, TextIO, cast

import structlog

MOST_PLACES: Final = 8

EventDict = structlog.types.EventDict


class _Unfailing:
    """Writes what it can: on a full disk or a closed pipe a line is lost, and not what it tells of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def configure(level: int = logging.INFO) -> None:
    """Send structlog and the standard library's loggers to stderr as JSON lines; an exception is fields of its line."""
    stream = cast("TextIO", _Unfailing(sys.stderr))
    common: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _say_where,
    ]
    structlog.configure(
        processors=[*common, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    others = logging.StreamHandler(stream)
    formatter = structlog.stdlib.ProcessorFormatter
    others.setFormatter(
        formatter(
            processors=[formatter.remove_processors_meta, structlog.processors.JSONRenderer()],
            foreign_pre_chain=[_without_its_words, *common, structlog.stdlib.add_logger_name],
            pass_foreign_args=True,
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[others])


def logger(name: str) -> Any:
    """Return a logger whose lines carry `name`."""
    return structlog.get_logger(name=name)


def told(error: BaseException) -> dict[str, Any]:
    """Return what a line says of an error: type and places, never the words, into which drivers put people's data."""
    cause = error.__cause__ or error
    places = [f"{p.filename}:{p.lineno} {p.name}" for p in traceback.extract_tb(cause.__traceback__)]
    return {"error": type(cause).__name__, "places": places[-MOST_PLACES:]}


def _say_where(_: object, __: str, event: EventDict) -> EventDict:
    raised: Any = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error: Any = cast("tuple[Any, ...]", raised)[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event.update(told(error))
    return event


def _without_its_words(_: object, __: str, event: EventDict) -> EventDict:
    """Put the type in the place of an exception that a library writes into its line, as arq and asyncio do."""
    record: logging.LogRecord = event["_record"]
    given: Any = event.pop("positional_args", ())
    if isinstance(given, tuple):
        values = tuple(_masked(each) for each in cast("tuple[Any, ...]", given))
        words = str(_masked(record.msg))
        event["event"] = words % values if values else words
    if event.get("exc_info"):
        event["event"] = event["event"].partition("\n")[0]
    return event


def _masked(value: Any) -> Any:
    return type(value).__name__ if isinstance(value, BaseException) else value
