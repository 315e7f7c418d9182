"""Which requests say nearly the same words: many people with one text, found without comparing each with each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SHINGLE = 3  # signs in a row
ALIKE = 0.6  # shared shingles of all shingles of both texts, from which two texts are one; local rule
BANDS, ROWS = 24, 3  # two texts of that likeness meet in some band with 99.7 %: 1 - (1 - 0.6**3)**24
MODULUS = (1 << 31) - 1  # a prime above every hash, so that multiplying keeps them apart
SEED = 20240101
MEANINGLESS = re.compile(r"[\W_\d]+")


def shingles(text: str) -> frozenset[str]:
    """The runs of SHINGLE signs in a text, without digits, blanks and marks, in small letters."""
    plain = MEANINGLESS.sub("", text).lower()
    return frozenset(plain[at : at + SHINGLE] for at in range(max(len(plain) - SHINGLE + 1, 0)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared shingles of all shingles of both, 0 to 1 (Jaccard); 0 where either has none."""
    return len(one & other) / len(one | other) if one and other else 0.0


def echo_groups(texts: Sequence[str]) -> list[int]:
    """For each text the place of the first one that says nearly the same, its own place when it is the first.

    Texts count as one when a chain of pairs at least ALIKE joins them. The pairs to compare are found by minhash in
    bands: Broder (1997), On the resemblance and containment of documents; Leskovec, Rajaraman & Ullman, Mining of
    Massive Datasets, 3.4. Seeded, so that the same texts always give the same groups.
    """
    sets = [shingles(text) for text in texts]
    roots = list(range(len(texts)))

    def root(place: int) -> int:
        while roots[place] != place:
            roots[place] = roots[roots[place]]
            place = roots[place]
        return place

    for one, other in candidates(sets):
        first, second = sorted((root(one), root(other)))
        if first != second and likeness(sets[one], sets[other]) >= ALIKE:
            roots[second] = first
    return [root(place) for place in range(len(texts))]


def candidates(sets: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """Pairs of neighbours among texts that agree in a band of their signatures."""
    found: set[tuple[int, int]] = set()
    signatures = [signature(one) for one in sets]
    for band in range(BANDS):
        buckets: dict[bytes, list[int]] = defaultdict(list)
        for place, one in enumerate(signatures):
            if one is not None:
                buckets[one[band * ROWS : (band + 1) * ROWS].tobytes()].append(place)
        for places in buckets.values():
            found.update(pairwise(places))
            found.update((places[0], place) for place in places[1:])
    return sorted(found)


def signature(one: frozenset[str]) -> NDArray[np.int64] | None:
    """The least hash of the shingles under each of BANDS x ROWS functions; None without shingles."""
    if not one:
        return None
    hashes = np.array([crc32(part.encode()) % MODULUS for part in sorted(one)], dtype=np.int64)
    multipliers, additions = FUNCTIONS
    mixed: NDArray[np.int64] = (hashes[:, None] * multipliers[None, :] + additions[None, :]) % MODULUS
    return np.asarray(mixed.min(axis=0))


def functions() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng(SEED)
    return rng.integers(1, MODULUS, BANDS * ROWS), rng.integers(0, MODULUS, BANDS * ROWS)


FUNCTIONS = functions()
