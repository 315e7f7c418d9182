"""Reading tables of a TOML file field by field, with messages that say where a mistake stands."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

Kind = TypeVar("Kind", bound=StrEnum)
Entry = TypeVar("Entry")
Value = TypeVar("Value")


class ContentError(ValueError):
    """The text of the invented city contradicts itself: a mistake of whoever edited it, not of its users."""


@dataclass(frozen=True)
class Table:
    """One table of a file. Reading a field that is missing or of another kind raises ContentError with its place."""

    place: str
    fields: Mapping[str, object]

    def fail(self, problem: str) -> ContentError:
        return ContentError(f"{self.place}: {problem}")

    def has(self, key: str) -> bool:
        return key in self.fields

    def text(self, key: str) -> str:
        value = self._value(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(f"{key} must be a text, not {value!r}")
        return value

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if self.has(key) else None

    def number(self, key: str, default: float | None = None) -> float:
        value = self._value(key) if default is None else self.fields.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fail(f"{key} must be a number, not {value!r}")
        return float(value)

    def optional_number(self, key: str) -> float | None:
        return self.number(key) if self.has(key) else None

    def optional_whole(self, key: str) -> int | None:
        value = self.optional_number(key)
        if value is not None and not value.is_integer():
            raise self.fail(f"{key} must be a whole number, not {value}")
        return None if value is None else int(value)

    def optional_day(self, key: str) -> date | None:
        value = self.fields.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise self.fail(f"{key} must be a day such as 2025-01-31, not {value!r}")
        return value

    def one_of(self, key: str, kind: type[Kind]) -> Kind:
        value = self.text(key)
        try:
            return kind(value)
        except ValueError:
            raise self.fail(f"{key} must be one of {', '.join(kind)}, not {value!r}") from None

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(self._list(key, str))

    def numbers(self, key: str) -> tuple[float, ...]:
        return tuple(float(value) for value in self._list(key, int, float))

    def table(self, key: str) -> Table:
        value = self._value(key)
        if not isinstance(value, dict):
            raise self.fail(f"{key} must be a table, not {value!r}")
        return Table(f"{self.place}, {key}", value)

    def tables(self, key: str) -> list[Table]:
        """The tables of an array, each with a place that shows its number and its code."""
        rows: list[dict[str, object]] = self._list(key, dict) if self.has(key) else []
        return [Table(f"{self.place}, [[{key}]] {number}{_label(row)}", row) for number, row in enumerate(rows, 1)]

    def check_fields(self, *allowed: str) -> None:
        """Raise ContentError for a field nobody reads: most often a misspelt one."""
        unknown = sorted(set(self.fields) - set(allowed))
        if unknown:
            raise self.fail(f"unknown field {', '.join(unknown)}; there are {', '.join(allowed)}")

    def _value(self, key: str) -> object:
        if key not in self.fields:
            raise self.fail(f"{key} is missing")
        return self.fields[key]

    def _list(self, key: str, *kinds: type[Value]) -> list[Value]:
        value = self._value(key)
        if not isinstance(value, list) or not all(isinstance(entry, kinds) for entry in value):
            raise self.fail(f"{key} must be a list of {' or '.join(kind.__name__ for kind in kinds)}, not {value!r}")
        return value


def _label(row: Mapping[str, object]) -> str:
    label = row.get("code") or row.get("username") or row.get("indicator")
    return f" ({label})" if label else ""


def read_table(path: Path) -> Table:
    """A whole file as one table; raises ContentError when it is no TOML."""
    try:
        return Table(path.name, tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{path.name}: {error}") from None


def by_code(entries: Iterable[Entry], code: Callable[[Entry], str], what: str) -> dict[str, Entry]:
    """Entries by their code, in order; raises ContentError when a code comes twice."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if code(entry) in found:
            raise ContentError(f"{what} {code(entry)} comes twice")
        found[code(entry)] = entry
    return found


def check_known(wanted: Iterable[str], known: Iterable[str], what: str, place: str) -> None:
    """Raise ContentError naming the first code that does not exist."""
    existing = set(known)
    for code in wanted:
        if code not in existing:
            raise ContentError(f"{place}: there is no {what} {code!r}")
