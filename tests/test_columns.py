"""Arrays reach PostgreSQL as it lays them out itself."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from qs.columns import ArrayDumper
from qs.db import is_postgresql


def test_an_array_has_a_head_and_a_length_before_every_value():
    dumped = ArrayDumper(np.ndarray).dump(np.array([1, -2]))
    assert dumped == struct.pack(">iiiii", 1, 0, 20, 2, 1) + struct.pack(">iqiq", 8, 1, 8, -2)


def test_moments_are_counted_from_the_year_2000():
    dumped = ArrayDumper(np.ndarray).dump(np.array(["2000-01-01T00:00:01"], dtype="datetime64[us]"))
    assert dumped == struct.pack(">iiiiiiq", 1, 0, 1184, 1, 1, 8, 1_000_000)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.array([], dtype=np.int64), "bigint"),
        (np.array([1, -(2**40)]), "bigint"),
        (np.array([0.1, -1e300, 0.0]), "float8"),
    ],
)
def test_postgresql_reads_an_array_as_it_was(store, values, kind):
    if not is_postgresql(store.engine.dialect):
        return  # SQLite takes no arrays
    with store.reading() as session:
        read = session.connection().exec_driver_sql(f"SELECT %s::{kind}[]", (values,)).scalar_one()
    assert read == values.tolist()


def test_postgresql_reads_moments_to_the_microsecond(store):
    moments = np.array([1_760_000_000_123_456, -1], dtype=np.int64)
    if not is_postgresql(store.engine.dialect):
        return
    asked = "SELECT (extract(epoch from unnest(%s::timestamptz[])) * 1000000)::bigint"
    with store.reading() as session:
        read = session.connection().exec_driver_sql(asked, (moments.astype("datetime64[us]"),)).scalars().all()
    assert list(read) == moments.tolist()
