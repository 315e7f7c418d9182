"""Numbers by the column: numpy arrays handed to PostgreSQL as they lie in memory, not one value after another."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

ELEMENTS = {"i": (20, ">i8"), "f": (701, ">f8"), "M": (1184, ">i8")}  # numpy's kind -> type's number, layout
EPOCH_2000 = np.datetime64("2000-01-01", "us").astype(np.int64)  # PostgreSQL counts microseconds from here
Array = NDArray[Any]  # Any: whole numbers, floats, or moments in microseconds (datetime64)


class ArrayDumper(Dumper):
    """An array of numbers or moments as a parameter: `%s::bigint[]`, `%s::float8[]` or `%s::timestamptz[]`."""

    format = Format.BINARY

    def dump(self, obj: Array) -> Buffer:
        element, layout = ELEMENTS[obj.dtype.kind]
        values = np.empty(len(obj), dtype=[("length", ">i4"), ("value", layout)])
        values["length"], values["value"] = 8, stored(obj)
        return struct.pack(">iiiii", 1, 0, element, len(obj), 1) + values.tobytes()


def stored(values: Array) -> Array:
    """The values as PostgreSQL counts them; NumPy's moments begin in 1970, PostgreSQL's in 2000."""
    if values.dtype.kind != "M":
        return values
    moments: NDArray[np.int64] = values.astype("datetime64[us]").astype(np.int64)
    return moments - EPOCH_2000


def accept_arrays(connection: psycopg.Connection[Any]) -> None:  # Any: rows of any kind
    """Let this connection take numpy arrays as parameters."""
    connection.adapters.register_dumper(np.ndarray, ArrayDumper)
