"""`python -m benchmarks [NAME...]`: run the named benchmarks, all of them by default."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = (
    "control_charts",
    "ingest",
    "live_queries",
    "live_rerun",
    "live_sessions",
    "ranking",
    "request_figures",
    "verify",
)


def main(names: list[str]) -> int:
    """Run them one after another; 2 when one of the names is none of theirs."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"There is no benchmark called {', '.join(unknown)}. Choose from: {', '.join(NAMES)}.")
        return 2
    for name in names or NAMES:
        import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
