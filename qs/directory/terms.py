"""The words of the directory: what is wrong with an entry, and how to mend it."""

from __future__ import annotations

from enum import StrEnum

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {}

ERRORS: dict[str, str] = {}
