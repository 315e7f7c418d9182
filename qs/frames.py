"""Columns of frames that pandas would otherwise make into something else."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import pandas as pd


def members(values: Iterable[StrEnum]) -> pd.Series[Any]:  # Any: a column of enum members
    """A column that keeps enum members what they are, instead of making texts of them."""
    return pd.Series(list(values), dtype=object)
