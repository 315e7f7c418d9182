"""Reviewed text as data: TOML files read strictly into typed entries, every problem named by file, entry and key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from qs.errors import Problem

SHOWN_CHARACTERS = 100
CODES = {"missing": "key_missing", "extra_forbidden": "key_unknown"}
Tables = dict[str, Any]  # Any: what TOML holds


class Entry(BaseModel):
    """One [[table]] of a file. Nothing is guessed: no unknown keys, no numbers in quotes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    code: str


EntryKind = TypeVar("EntryKind", bound=Entry)


@dataclass(frozen=True)
class Placed(Generic[EntryKind]):
    """An entry, and the words that say where it stands: file, table and code."""

    where: str
    entry: EntryKind


def read_tables(path: Path, kinds: set[str], problems: list[Problem]) -> Tables:
    """The tables of a file; what is wrong with it is added to the problems."""
    return tables_of(path.name, path.read_bytes(), kinds, problems)


def tables_of(file_name: str, content: bytes, kinds: set[str], problems: list[Problem]) -> Tables:
    """The tables of a file's content; what is wrong with it is added to the problems."""
    try:
        tables = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(Problem("file_not_toml", where=file_name, facts={"detail": str(error)}))
        return {}
    for key in sorted(tables.keys() - kinds):
        problems.append(Problem("key_unknown", where=file_name, facts={"key": key}))
    return tables


def read_entries(
    path: Path, tables: Tables, name: str, kind: type[EntryKind], problems: list[Problem]
) -> Iterator[Placed[EntryKind]]:
    """The entries under [[name]]; those that do not fit are left out and their problems added."""
    listed = tables.get(name, [])
    if not (isinstance(listed, list) and all(isinstance(table, dict) for table in listed)):
        problems.append(Problem("value_of_wrong_kind", where=path.name, facts={"key": name, "value": shown(listed)}))
        return
    for count, table in enumerate(listed, start=1):
        where = f"{path.name} [[{name}]] {table.get('code', count)}"
        try:
            yield Placed(where, kind.model_validate(table))
        except ValidationError as error:
            problems.extend(entry_problems(where, error))


def entry_problems(where: str, error: ValidationError) -> Iterator[Problem]:
    """What the strict reading found, each with its key."""
    for fault in error.errors():
        code = CODES.get(fault["type"], "value_of_wrong_kind")
        key = ".".join(str(part) for part in fault["loc"])
        yield Problem(code, where=where, facts={"key": key, "value": shown(fault["input"])})


def shown(value: object) -> str:
    return str(value)[:SHOWN_CHARACTERS]
