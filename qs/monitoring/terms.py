"""The words of watching: what a chart says about a process."""

from __future__ import annotations

from enum import StrEnum

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {}

ERRORS: dict[str, str] = {}
