"""`python -m tests.golden.check DIR`: reckon every golden case of a directory with `qs.stats` and compare.

Adapters live beside this file, one per `method` of the cases: charts.py, compare.py and ranking.py each offer
METHODS, a function per method that takes a Case and gives back the sentences of what differs, none when it agrees.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from tests.golden.cases import Case, read_case

Adapter = Callable[[Case], list[str]]
AREAS = ("charts", "compare", "ranking")
SHOWN = 5  # so many sentences are printed of a case that failed


@dataclass(frozen=True)
class Verdict:
    """What became of one file: `differences` is None when no adapter knows its method."""

    name: str
    method: str
    differences: list[str] | None

    @property
    def word(self) -> str:
        return "unknown" if self.differences is None else "failed" if self.differences else "passed"


def adapters() -> dict[str, Adapter]:
    """The adapter of every method."""
    found: dict[str, Adapter] = {}
    for area in AREAS:
        if find_spec(f"tests.golden.{area}"):
            found |= import_module(f"tests.golden.{area}").METHODS
    return found


def verdict(path: Path, known: dict[str, Adapter]) -> Verdict:
    """Reckon one file. A case that cannot be reckoned has failed, and the reason is the difference."""
    try:
        case = read_case(path)
    except (ValueError, OSError) as reason:
        return Verdict(path.stem, "", [f"not readable: {reason}"])
    if case.method not in known:
        return Verdict(case.name, case.method, None)
    try:
        return Verdict(case.name, case.method, known[case.method](case))
    except (ArithmeticError, LookupError, OSError, TypeError, ValueError) as reason:  # other files have other fields
        return Verdict(case.name, case.method, [f"{type(reason).__name__}: {reason}"])


def verdicts(folder: Path) -> list[Verdict]:
    """One per *.json of the folder, in the order of their names."""
    known = adapters()
    return [verdict(path, known) for path in sorted(folder.glob("*.json"))]


def main(arguments: list[str]) -> int:
    """Print what became of every case; 0 when all passed, 1 when not, 2 when there is nothing to check."""
    folder = Path(arguments[0]) if len(arguments) == 1 else None
    if folder is None or not folder.is_dir():
        print("usage: python -m tests.golden.check DIR, a directory of golden cases (*.json)")
        return 2
    found = verdicts(folder)
    for one in found:
        print(f"{one.word:8}{one.name} ({one.method})")
        for sentence in (one.differences or [])[:SHOWN]:
            print(f"          {sentence}")
    counts = {word: sum(one.word == word for one in found) for word in ("passed", "failed", "unknown")}
    print(f"{len(found)} cases: {', '.join(f'{count} {word}' for word, count in counts.items())}")
    if not found:
        return 2
    return 0 if counts["passed"] == len(found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
