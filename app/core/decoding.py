"""From JSON bytes to a typed struct, with every problem found, not the first."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin
from uuid import UUID

import msgspec

from app.core.errors import Invalid, Malformed, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T", bound=msgspec.Struct)
# Decimal() reads more: 1_000, digits of all scripts, numbers with an exponent of millions.
PLAIN_DECIMAL: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
OUT_OF_RANGE: Final = "Number out of range"
NOTHING: Final[dict[Any, Any]] = {str: "", int: 1, Decimal: Decimal(0), bool: False, UUID: UUID(int=0)}


def _number(written: str) -> float | Decimal:
    """Return a number as it is written: a Decimal where a float would be another one."""
    number = float(written)
    try:
        exact = Decimal(written)
    except InvalidOperation as error:
        raise msgspec.ValidationError(OUT_OF_RANGE) from error
    if math.isinf(number):
        raise msgspec.ValidationError(OUT_OF_RANGE)
    return number if Decimal(repr(number)) == exact else exact


_FLOATS: Final = msgspec.json.Decoder[Any]()
_EXACT: Final = msgspec.json.Decoder[Any](float_hook=_number)


def decode_object(body: bytes, decoder: msgspec.json.Decoder[Any] = _FLOATS) -> dict[str, Any]:
    """Return the JSON object in `body`; raises Malformed for what is no JSON, and Invalid for another value."""
    try:
        raw: object = decoder.decode(body)
    except msgspec.DecodeError as error:
        raise Malformed(f"The body is not JSON: {error}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise Malformed("The body is not JSON") from error
    if not isinstance(raw, dict):
        raise Invalid([Problem("#", "must be a JSON object")])
    return cast("dict[str, Any]", raw)


def read_struct(kind: type[T], body: bytes, also: Callable[[T], object] | None = None) -> T:
    """Return `body` as a `kind`; raises Malformed when unreadable and Invalid with all problems when wrong.

    `also` raises Invalid for what the types cannot say. It is asked about the readable fields of a wrong body,
    so that its sender learns everything at once; a right body is checked by the service it goes to.
    """
    raw = decode_object(body, _EXACT)
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
        elif isinstance(value, dict) and _is_nested(field.type):
            values[field.name] = _salvage_nested(field.type, cast("dict[str, Any]", value))
        elif field.required:
            values[field.name] = (
                _salvage(field.type, {}) if _is_struct(field.type) else _nothing(_bare(field.type))
            )
    return kind(**values)


def _nothing(kind: Any) -> Any:
    """Return what stands for an unreadable value: rules may look at it, and what they say of it is not told."""
    return get_args(kind)[0] if get_origin(kind) is Literal else NOTHING.get(kind)


def _salvage_nested(wanted: Any, value: dict[str, Any]) -> Any:
    if nested := _struct_in(wanted):
        return _salvage(nested, value)
    kind = _kind_of_values(wanted)
    return {name: each for name, each in value.items() if not _check(kind, each, "")}


def find_problems(kind: type[msgspec.Struct], raw: dict[str, Any], at: str) -> list[Problem]:
    """Return what is wrong with `raw` as a `kind`, field by field, below the JSON pointer `at`."""
    fields = _fields(kind)
    unknown = [Problem(f"{at}/{escape(name)}", "is not a known field") for name in raw if name not in fields]
    missing = [
        Problem(f"{at}/{name}", "is required")
        for name, field in fields.items()
        if field.required and name not in raw
    ]
    wrong = [problem for name, value in raw.items() if name in fields
             for problem in _check(fields[name].type, value, f"{at}/{name}")]  # fmt: skip
    return unknown + missing + wrong


def _check(wanted: Any, value: Any, at: str) -> list[Problem]:
    if isinstance(value, dict) and _is_nested(wanted):
        inner = cast("dict[str, Any]", value)
        if nested := _struct_in(wanted):
            return find_problems(nested, inner, at)
        kind = _kind_of_values(wanted)
        return [
            problem for name, each in inner.items() for problem in _check(kind, each, f"{at}/{escape(name)}")
        ]
    if wanted is Decimal and isinstance(value, str) and not PLAIN_DECIMAL.fullmatch(value):
        return [Problem(at, "must be a plain decimal, such as 12000.50")]
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        return [Problem(at, str(error).partition(" - at ")[0])]
    return []


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """Return the fields by the name they have in JSON; msgspec compiles the annotations at each call."""
    return {
        field.encode_name: msgspec.structs.replace(field, type=_checked(field.type))
        for field in msgspec.structs.fields(kind)
    }


def _checked(wanted: Any) -> Any:
    """Return a type without what is only published of it."""
    origin, parts = get_origin(wanted), get_args(wanted)
    if origin is Annotated:
        only_said = all(meta == msgspec.Meta(extra_json_schema=meta.extra_json_schema) for meta in parts[1:])
        return _checked(parts[0]) if only_said else wanted
    if origin in {Union, UnionType}:
        return Union[tuple(_checked(part) for part in parts)]  # noqa: UP007
    return dict[parts[0], _checked(parts[1])] if origin is dict else wanted


def _bare(wanted: Any) -> Any:
    return get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _is_nested(wanted: Any) -> bool:
    return _struct_in(wanted) is not None or _kind_of_values(wanted) is not None


def _struct_in(wanted: Any) -> type[msgspec.Struct] | None:
    return next((part for part in (wanted, *get_args(wanted)) if _is_struct(part)), None)


def _kind_of_values(wanted: Any) -> Any:
    """Return what each value of a dict must be; None for what is no dict."""
    kinds = [get_args(part)[1] for part in (wanted, *get_args(wanted)) if get_origin(part) is dict]
    return kinds[0] if kinds else None


def escape(name: str) -> str:
    """Return a name as it stands in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
