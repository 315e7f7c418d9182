"""Texts with columns in them, such as `ae-{org_code|lower}`, filled for all rows at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat

PLACE = re.compile(r"\{([^{}|]+)(?:\|([a-z]+))?\}")
NOT_IN_SLUG = re.compile(r"[\W_]+")


def slug(text: str) -> str:
    """The text as a code: lower case, letters and digits of any script, hyphens for everything else."""
    return NOT_IN_SLUG.sub("-", unicodedata.normalize("NFKC", text).casefold()).strip("-")


FILTERS: dict[str, Callable[[str], str]] = {"lower": str.lower, "slug": lru_cache(maxsize=65_536)(slug)}


def template_columns(template: str) -> list[str]:
    """The columns a template speaks of, in order."""
    return [found.group(1) for found in PLACE.finditer(template)]


def template_fault(template: str) -> str | None:
    """The code of what is wrong with a template, if anything."""
    if any(found.group(2) not in (None, *FILTERS) for found in PLACE.finditer(template)):
        return "mapping_filter_unknown"
    return "mapping_braces" if "{" in PLACE.sub("", template) or "}" in PLACE.sub("", template) else None


def filled(template: str, columns: Mapping[str, Sequence[str]], count: int) -> list[str]:
    """The text for each of `count` rows; cells are trimmed first."""
    parts: list[Iterable[str]] = []
    end = 0
    for found in PLACE.finditer(template):
        parts.append(repeat(template[end : found.start()], count))
        change = FILTERS[found.group(2)] if found.group(2) else str
        parts.append([change(cell.strip()) for cell in columns[found.group(1)]])
        end = found.end()
    parts.append(repeat(template[end:], count))
    return ["".join(pieces) for pieces in zip(*parts, strict=True)]
