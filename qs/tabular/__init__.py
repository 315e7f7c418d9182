"""Files from anywhere become plain columns of text, or a list of what is wrong with them by row and column."""

from __future__ import annotations

from qs.tabular.reading import read_table, scan_table
from qs.tabular.terms import Candidate, EncodingUnknown, Reading, Table
from qs.tabular.text import encoding_candidates

__all__ = ["Candidate", "EncodingUnknown", "Reading", "Table", "encoding_candidates", "read_table", "scan_table"]
