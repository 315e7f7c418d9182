"""A golden case: the facts of one file, and how what was found is compared with what was published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Facts = dict[str, Any]  # Any: the files have many shapes
SHOWN = 3  # so many places are named when figures differ


@dataclass(frozen=True)
class Case:
    """One file: `facts` is all that stands in it."""

    path: Path
    facts: Facts

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def method(self) -> str:
        return str(self.facts.get("method", ""))

    @property
    def tolerance(self) -> Facts:
        return dict(self.facts.get("tolerance", {}))

    def parts(self) -> Iterator[tuple[str, Facts]]:
        """What is to be reckoned, with a name each: the entries of `cases`, or the file itself if it has none.

        Every part has `expected` and usually `input`.
        """
        cases = self.facts.get("cases")
        if cases is None:
            yield self.name, self.facts
        elif isinstance(cases, dict):
            yield from cases.items()
        else:
            yield from ((f"case {number}", part) for number, part in enumerate(cases, 1))

    def data_file(self, named: str) -> Path:
        """The table a case points to, such as "data/x.csv.gz": looked for beside the folder and inside it."""
        for place in (self.path.parent, self.path.parent.parent):
            if (place / named).exists():
                return place / named
        raise FileNotFoundError(f"{named} is neither in {self.path.parent} nor beside it")


def read_case(path: Path) -> Case:
    return Case(path, json.loads(path.read_text(encoding="utf-8")))


def differences(what: str, found: Any, expected: Any, *, within: float = 0.0, rel: float = 0.0) -> list[str]:
    """At most one sentence: where `found` is not `expected` (within so much, absolute or relative); empty if equal.

    Numbers, words, truths, or lists of them; null and NaN mean missing and equal each other only.
    """
    ours, theirs = (np.asarray(plain(one)) for one in (found, expected))
    if ours.shape != theirs.shape:
        return [f"{what}: shape {ours.shape} instead of {theirs.shape}"]
    if is_number(ours) and is_number(theirs):
        ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
        reach = within + rel * np.abs(np.nan_to_num(theirs))
        with np.errstate(invalid="ignore"):
            same = (np.abs(ours - theirs) <= reach) | (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    else:
        same = np.equal(ours.astype(object), theirs.astype(object)).astype(bool)
    if np.all(same):
        return []
    ours, theirs = np.atleast_1d(ours), np.atleast_1d(theirs)
    places = [tuple(place.tolist()) for place in np.argwhere(~np.atleast_1d(same))]
    named = (f"{'/'.join(map(str, place))}: {ours[place]} instead of {theirs[place]}" for place in places[:SHOWN])
    return [f"{what}: {len(places)} of {ours.size} differ, at {'; '.join(named)}"]


def plain(values: Any) -> Any:
    """Numbers as numbers, null as NaN among them."""
    if isinstance(values, (list, tuple)) and not any(isinstance(one, (str, bool)) for one in values):
        return [np.nan if one is None else plain(one) for one in values]
    return np.nan if values is None else values


def is_number(values: np.ndarray) -> bool:
    return values.dtype.kind in "iufb"
