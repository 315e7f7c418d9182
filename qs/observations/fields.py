"""Reading plain data field by field, collecting every fault with its place instead of stopping at the first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from qs.observations.templates import template_fault
from qs.tabular.cells import layout_pattern
from qs.tabular.terms import ProblemList

LONGEST_TEXT = 500
Kind = TypeVar("Kind", bound=StrEnum)


class Fields:
    """One table of a mapping. Each method takes one field; `close` reports those nobody asked for."""

    def __init__(self, raw: object, problems: ProblemList, place: str = "") -> None:
        self.raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}  # Any: what TOML or JSON holds
        self.problems = problems
        self.place = place
        self.asked: set[str] = set()
        if not isinstance(raw, Mapping):
            problems.add("mapping_needs_table", column=place)

    def fault(self, name: str, code: str) -> None:
        self.problems.add(code, column=f"{self.place}.{name}".lstrip("."))

    def has(self, name: str) -> bool:
        return name in self.raw

    def anything(self, name: str) -> Any:  # noqa: ANN401 - what TOML or JSON holds
        self.asked.add(name)
        return self.raw.get(name)

    def text(self, name: str) -> str:
        value = self.optional_text(name)
        if not value and not self.has(name):
            self.fault(name, "mapping_value_missing")
        return value or ""

    def optional_text(self, name: str) -> str | None:
        value = self.anything(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
            self.fault(name, "mapping_needs_text")
            return None
        if code := template_fault(value):
            self.fault(name, code)
            return None
        return value

    def layout(self, name: str) -> str | None:
        """A date format; only %Y, %m and %d are understood."""
        value = self.optional_text(name)
        if value is None:
            return None
        try:
            layout_pattern(value)
        except ValueError:
            self.fault(name, "mapping_date_format")
            return None
        return value

    def texts(self, name: str, *, needed: bool = True) -> tuple[str, ...]:
        value = self.anything(name)
        if value is None and not needed:
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
            self.fault(name, "mapping_needs_texts")
            return ()
        return tuple(value)

    def flag(self, name: str) -> bool:
        value = self.anything(name)
        if value is not None and not isinstance(value, bool):
            self.fault(name, "mapping_needs_flag")
        return value is True

    def optional_number(self, name: str) -> float | None:
        value = self.anything(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
            self.fault(name, "mapping_needs_number")
            return None
        return float(value)

    def whole_number(self, name: str) -> int:
        value = self.optional_number(name)
        if value is None or value != int(value):
            self.fault(name, "mapping_needs_number")
            return 0
        return int(value)

    def choice(self, name: str, kind: type[Kind], default: Kind) -> Kind:
        value = self.anything(name)
        if value is None:
            return default
        if value not in list(kind):
            self.fault(name, "mapping_not_a_choice")
            return default
        return kind(value)

    def text_map(self, name: str) -> dict[str, str]:
        value = self.anything(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
            self.fault(name, "mapping_needs_table")
            return {}
        return dict(value)

    def choices_map(self, name: str) -> dict[str, tuple[str, ...]] | None:
        """Column -> the values that count, given as one text or several."""
        value = self.anything(name)
        if value is None:
            return None
        wanted = {
            column: (texts,) if isinstance(texts, str) else texts
            for column, texts in (value.items() if isinstance(value, Mapping) else ())
        }
        if not wanted or not all(
            isinstance(texts, list | tuple) and all(isinstance(text, str) for text in texts)
            for texts in wanted.values()
        ):
            self.fault(name, "mapping_needs_table")
            return None
        return {column: tuple(texts) for column, texts in wanted.items()}

    def table(self, name: str, *, needed: bool = True) -> Fields | None:
        value = self.anything(name)
        if value is None:
            if needed:
                self.fault(name, "mapping_value_missing")
            return None
        return self.inside(name, value)

    def inside(self, name: str, value: object) -> Fields:
        return Fields(value, self.problems, f"{self.place}.{name}".lstrip("."))

    def tables(self, name: str) -> list[Fields]:
        value = self.anything(name)
        if not isinstance(value, list) or not value:
            self.fault(name, "mapping_value_missing")
            return []
        return [Fields(one, self.problems, f"{name} {position}") for position, one in enumerate(value, start=1)]

    def close(self) -> None:
        """Report every field nobody asked for."""
        for name in self.raw:
            if name not in self.asked:
                self.fault(str(name), "mapping_key_unknown")
