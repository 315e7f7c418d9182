"""What one refresh of the Live screen takes, against a rerun of an empty page under the same launcher."""

from __future__ import annotations

from contextlib import ExitStack

from benchmarks.measuring import detail, headline, ratios, rounds, spread
from benchmarks.servers import city, serving, signed_in
from tests.streamlit_client import Browser

ROUNDS, RUNS = 12, 10  # a round is so many runs of each in turn, told by their middle one


def main() -> None:
    with city() as place, ExitStack() as opened:
        live = opened.enter_context(serving("app:app", place))
        empty = opened.enter_context(serving("benchmarks.empty_app:app", place))
        board = opened.enter_context(signed_in(live).tab("live"))
        nothing = opened.enter_context(Browser(empty.url).tab())
        board.run()
        fragment = next(iter(board.fragments))
        ways = {"nothing": nothing.run, "tick": lambda: board.run(fragment=fragment), "page": board.run}
        taken = rounds(ways, count=ROUNDS, runs=RUNS)
    middle = {name: spread(values).middle * 1000 for name, values in taken.items()}
    detail(
        f"empty page {middle['nothing']:.1f} ms, refresh {middle['tick']:.1f} ms, "
        f"everything drawn again {middle['page']:.1f} ms"
    )
    detail(f"everything drawn again: {ratios(taken['page'], taken['nothing']).told(' times')} the empty page")
    figure = ratios(taken["tick"], taken["nothing"]).told(" times")
    headline("live_rerun", f"a refresh takes {figure} the rerun of an empty page", "within 4 times")
