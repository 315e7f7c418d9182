"""Starts writers quickly: imports everything once, then forks one writer for each task it reads, and tells its end."""

from __future__ import annotations

import json
import os
import sys

from tests.faults.writer import Task, live, say, warm_up


def watch(child: int) -> None:
    """Tell when the child was stopped, went on, or ended, until it has ended."""
    while True:
        _, status = os.waitpid(child, os.WUNTRACED | os.WCONTINUED)
        if os.WIFSTOPPED(status):
            say("halted")
        elif os.WIFSIGNALED(status) or os.WIFEXITED(status):
            say(f"ended {os.waitstatus_to_exitcode(status)}")
            return


def main() -> None:
    warm_for = ""
    for line in sys.stdin:
        task = Task(**json.loads(line))
        if warm_for != task.url:
            warm_up(task)
            warm_for = task.url
        child = os.fork()
        if child == 0:
            live(task)
            os._exit(0)
        say(f"child {child}")
        watch(child)


if __name__ == "__main__":
    main()
