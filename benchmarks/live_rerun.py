"""What one refresh of the Live screen takes, against a rerun of an empty page under the same launcher."""

from __future__ import annotations

from contextlib import ExitStack

from benchmarks.measuring import detail, headline, ratios, seconds, spread
from benchmarks.servers import city, serving, signed_in
from tests.streamlit_client import Browser

ROUNDS, REFRESHES = 12, 10  # of each in turn; a round is told by its middle refresh
WARM_UP = 10


def main() -> None:
    with city() as place, ExitStack() as opened:
        live = opened.enter_context(serving("app:app", place))
        empty = opened.enter_context(serving("benchmarks.empty_app:app", place))
        board = opened.enter_context(signed_in(live).tab("live"))
        nothing = opened.enter_context(Browser(empty.url).tab())
        board.run()
        nothing.run()
        fragment = next(iter(board.fragments))
        taken, least = [], []
        for _ in range(WARM_UP):
            board.run(fragment=fragment)
            nothing.run()
        for _ in range(ROUNDS):
            least.append(spread([seconds(nothing.run) for _ in range(REFRESHES)]).middle)
            taken.append(spread([seconds(lambda: board.run(fragment=fragment)) for _ in range(REFRESHES)]).middle)
    detail(f"refresh {spread(taken).middle * 1000:.0f} ms, empty page {spread(least).middle * 1000:.0f} ms")
    headline("live_rerun", f"{ratios(taken, least).told(' times')} the rerun of an empty page", "within 4 times")

