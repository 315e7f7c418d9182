"""The app or a command as of another moment: `python -m tests.browser.later MOMENT streamlit run app.py …`.

The clock of the process is moved and ticks on from there; the program under test is the one people run.
"""

from __future__ import annotations

import runpy
import sys
from datetime import datetime

import time_machine


def main(moment: str, module: str, *arguments: str) -> None:
    with time_machine.travel(datetime.fromisoformat(moment), tick=True):
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
