"""How many people one process serves with the Live screen open, refreshing every five seconds while events arrive."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measuring import detail, headline, percentile_95, spread
from benchmarks.servers import city, serving, signed_in
from benchmarks.visitors import Crowd
from qs.settings import ROOT
from tests.streamlit_client import Browser

STEPS = (50, 100, 200, 300, 400)
HOLD_SECONDS = 25.0
BOUND_SECONDS = 1.0
EVENTS_PER_SECOND = 0.1  # three million a year, four times what the invented city sends
LASTING_SECONDS = 1200


def main() -> None:
    with city() as place, serving("app:app", place) as server, arriving(place):
        held = asyncio.run(stepped(signed_in(server)))
    headline("live_sessions", f"{held} held with 95 % of refreshes within {BOUND_SECONDS:.0f} s", "200")


async def stepped(browser: Browser) -> int:
    """More and more people until it gets slow; the last number that was not."""
    crowd, held = Crowd(browser, "live"), 0
    for count in STEPS:
        await crowd.grow(count)
        waits = await crowd.waits(HOLD_SECONDS)
        slow = percentile_95(waits)
        told = f"middle {spread(waits).middle:.3f} s, 95 % within {slow:.3f} s"
        detail(f"{count} sessions: {len(waits)} refreshes, {told}")
        if slow > BOUND_SECONDS:
            break
        held = count
    await crowd.leave()
    return held


@contextmanager
def arriving(place: Path) -> Iterator[None]:
    """New events of the invented city come in meanwhile, through another process."""
    pace = ["--rate", str(EVENTS_PER_SECOND), "--seconds", str(LASTING_SECONDS)]
    environment = {**os.environ, "QS_DATA_DIR": str(place), "QS_DEMO": "true"}
    process = subprocess.Popen(
        [sys.executable, "-m", "qs", "simulate", *pace], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)
