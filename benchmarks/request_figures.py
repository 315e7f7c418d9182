"""What the figures of requests cost as history grows: many times the cases should not take many times as long."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.measuring import detail, headline, ratios, rounds, spread
from qs import migrations
from qs.actor import SYSTEM
from qs.complaints.figures.history import history_figures, request_histories
from qs.complaints.terms import Ground
from qs.db import Database, make_engine
from qs.observations.imports import import_file

HEADER = "unique_key,office_district,open_date,close_date,complaint_type\n"
DISTRICTS, TYPES, DAYS = 51, 24, 1095
SMALL, LARGE = 15_000, 150_000  # as many as New York's council took in three years
AIM = 4.0  # ten times the cases
START = datetime(2015, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=4 * 365)


def main() -> None:
    with TemporaryDirectory() as folder:
        stores = {count: loaded(Path(folder), count) for count in (SMALL, LARGE)}
        taken = rounds(
            {str(count): lambda store=store: read(store) for count, store in stores.items()}, count=5, runs=3
        )
    told = ratios(taken[str(LARGE)], taken[str(SMALL)]).told()
    headline("request figures", f"{told} for {LARGE:,} cases against {SMALL:,}", f"at most {AIM:g}")
    detail(f"areas and months of {LARGE:,} cases: {spread(taken[str(LARGE)]).told(' s')}")


def loaded(folder: Path, count: int) -> Database:
    """A store with so many invented cases of a council, loaded through the shipped feed."""
    rng = np.random.default_rng(1)
    path = folder / f"{count}.csv"
    day, took = rng.integers(0, DAYS, count), rng.gamma(0.6, 40, count).astype(int)
    lines = (
        f"C{place},NYCC{district + 1:02d},{START + timedelta(days=int(opened)):%Y-%m-%d},"
        f"{START + timedelta(days=int(opened + long)):%Y-%m-%d},Type {kind}\n"
        for place, (district, kind, opened, long) in enumerate(
            zip(rng.integers(0, DISTRICTS, count), rng.integers(0, TYPES, count), day, took, strict=True)
        )
    )
    path.write_text(HEADER + "".join(lines), "utf-8")
    store = Database(make_engine(f"sqlite:///{folder}/{count}.db"), audit_key=os.urandom(32))
    migrations.upgrade(store)
    import_file(store, path, "nyc-council", actor=SYSTEM, now=NOW)
    return store


def read(store: Database) -> None:
    """What the screen asks for: the chosen ground, and every month."""
    with store.reading() as session:
        history = request_histories(session, actor=SYSTEM)[0]
        for by in (Ground.AREA, Ground.MONTH):
            history_figures(session, history, START - timedelta(days=1), NOW, by=by, actor=SYSTEM)
