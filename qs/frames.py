"""Columns and rows of frames as the core wants them: enum members kept, rows that can be read by name."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import pandas as pd


def members(values: Iterable[StrEnum]) -> pd.Series[Any]:  # Any: a column of enum members
    """A column that keeps enum members what they are, instead of making texts of them."""
    return pd.Series(list(values), dtype=object)


def named_rows(frame: pd.DataFrame) -> list[Any]:  # Any: named tuples with the columns of the frame
    """The rows one by one, each value under its column's name."""
    return list(frame.itertuples(index=False, name="Row"))
