"""From JSON bytes to a typed struct, with every problem found, not the first."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, get_args

import msgspec

from app.core.errors import Invalid, Malformed, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T", bound=msgspec.Struct)
NOTHING: Final[dict[Any, Any]] = {str: "", int: 1, Decimal: Decimal(0), bool: False}


def decode_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`; raises Malformed for anything else."""
    try:
        raw: object = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise Malformed(f"The body is not JSON: {error}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise Malformed("The body is not JSON") from error
    if not isinstance(raw, dict):
        raise Malformed("The body must be a JSON object")
    return cast("dict[str, Any]", raw)


def read_struct(kind: type[T], body: bytes, also: Callable[[T], object] | None = None) -> T:
    """Return `body` as a `kind`; raises Malformed when unreadable and Invalid with all problems when wrong.

    `also` raises Invalid for what the types cannot say. It is asked about the readable fields of a wrong body,
    so that its sender learns everything at once; a right body is checked by the service it goes to.
    """
    raw = decode_object(body)
    problems = find_problems(kind, raw, "#")
    if problems:
        told = {problem.pointer for problem in problems}
        more = _ask(also, _salvage(kind, raw)) if also else []
        raise Invalid(problems + [problem for problem in more if problem.pointer not in told])
    return msgspec.convert(raw, kind)


def _ask(also: Callable[[T], object], salvaged: T) -> list[Problem]:
    try:
        also(salvaged)
    except Invalid as error:
        return error.problems
    return []


def _salvage(kind: type[T], raw: dict[str, Any]) -> T:
    """Return what of `raw` is readable; what is not is its default, or nothing."""
    values: dict[str, Any] = {}
    for field in _fields(kind).values():
        value = raw.get(field.encode_name)
        if field.encode_name in raw and not _check(field.type, value, ""):
            values[field.name] = msgspec.convert(value, field.type)
        elif _is_struct(field.type):
            values[field.name] = _salvage(
                field.type, cast("dict[str, Any]", value) if isinstance(value, dict) else {}
            )
        elif field.required:
            values[field.name] = NOTHING.get(field.type)
    return kind(**values)


def find_problems(kind: type[msgspec.Struct], raw: dict[str, Any], at: str) -> list[Problem]:
    """Return what is wrong with `raw` as a `kind`, field by field, below the JSON pointer `at`."""
    fields = _fields(kind)
    unknown = [Problem(f"{at}/{_escape(name)}", "is not a known field") for name in raw if name not in fields]
    missing = [
        Problem(f"{at}/{name}", "is required")
        for name, field in fields.items()
        if field.required and name not in raw
    ]
    wrong = [problem for name, value in raw.items() if name in fields
             for problem in _check(fields[name].type, value, f"{at}/{name}")]  # fmt: skip
    return unknown + missing + wrong


def _check(wanted: Any, value: Any, at: str) -> list[Problem]:
    nested = next((part for part in (wanted, *get_args(wanted)) if _is_struct(part)), None)
    if nested is not None and isinstance(value, dict):
        return find_problems(nested, cast("dict[str, Any]", value), at)
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        return [Problem(at, str(error).partition(" - at ")[0])]
    return []


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """Return the fields by the name they have in JSON; msgspec compiles the annotations at each call."""
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
