"""Disclosure control: which cells of linked tables are hidden, so that nobody learns a small count from the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import qr
from scipy.sparse import csr_matrix

from qs.publication.feasible import TOLERANCE, Numbers, Sums
from qs.publication.terms import SMALLEST_COMPLEMENT, SMALLEST_COUNT

Key = Hashable
Side = tuple[Key, float]  # a small count and an end of its range: up to k-1 (-1), down to its floor (1)


@dataclass(frozen=True)
class Cell:
    """One count. `k`: hidden when it is 1 to k-1. An unprinted cell stands in no table but can be worked out.

    A zero is shown, except beside a hidden cell that it would give away: `zero_with` names that cell.
    """

    value: int
    k: int = SMALLEST_COUNT
    is_printed: bool = True
    zero_with: Key | None = None

    @property
    def is_small(self) -> bool:
        return 0 < self.value < self.k


@dataclass(frozen=True)
class Relation:
    """A sum every reader knows: `total` is the sum of `parts`."""

    total: Key
    parts: tuple[Key, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        return (self.total, *self.parts)


@dataclass(frozen=True)
class Tables:
    """The cells of all tables of one release that share sums, and these sums."""

    cells: Mapping[Key, Cell]
    relations: tuple[Relation, ...] = ()

    def checked(self) -> Tables:
        """Itself. Raises ValueError when a sum does not hold or a count is negative: the tables would be untrue."""
        for key, cell in self.cells.items():
            if cell.value < 0:
                raise ValueError(f"{key} is negative")
        for relation in self.relations:
            if self.cells[relation.total].value != sum(self.cells[part].value for part in relation.parts):
                raise ValueError(f"{relation.total} is not the sum of its parts")
        return self


def joined(*tables: Tables) -> Tables:
    """Several tables as one system: equal keys are the same cell. A cell is printed when one of them prints it."""
    cells: dict[Key, Cell] = {}
    for table in tables:
        for key, cell in table.cells.items():
            known = cells.get(key)
            is_printed = cell.is_printed or (known is not None and known.is_printed)
            zero_with = cell.zero_with or (known.zero_with if known else None)
            cells[key] = replace(
                cell, is_printed=is_printed, k=max(cell.k, known.k if known else 0), zero_with=zero_with
            )
    return Tables(cells, tuple(dict.fromkeys(relation for table in tables for relation in table.relations)))


def hidden_cells(tables: Tables, *, already_hidden: Iterable[Key] = (), with_secondary: bool = True) -> frozenset[Key]:
    """The printed cells that must not be shown.

    Primary: counts of 1 to k-1, and what an earlier edition of the same tables hid (`already_hidden`). Secondary: more
    cells, the smallest that suffice, until for every small count the readers' best deduction is no narrower than the
    rule itself, 1 to k-1, and no hidden cell follows from the others by subtraction. Zeros are shown, so readers know
    that a hidden count is at least 1. The protection is that of linear sums: what else a reader may know of
    single cases is not covered. Source: Willenborg & de Waal, Elements of Statistical Disclosure Control (2001),
    chapter 8 (secondary suppression, feasibility intervals).
    """
    cells = tables.checked().cells
    earlier = set(already_hidden)
    hidden = {
        key for key, cell in cells.items() if cell.is_printed and (cell.is_small or (key in earlier and cell.value))
    }
    if not with_secondary:
        return frozenset(hidden)
    sums_of = relations_by_key(tables.relations)
    safe: frozenset[Side] = frozenset()  # found so far: looked at again, all together, once nothing else is unsafe
    while True:
        hidden |= zeros_beside(tables, hidden)
        exposed = partner_of_exposed(tables, sums_of, hidden)
        more = {exposed} if exposed is not None else set()
        if not more:
            narrow, found_safe = narrow_cells(tables, hidden, safe)
            more = partners_of_narrow(tables, sums_of, hidden, narrow)
            if not more and safe:
                safe = frozenset()
                continue
            safe |= found_safe
        if not more:
            useless = determined_cells(tables, hidden)
            more = partners_of_earlier(tables, sums_of, hidden, useless & earlier)
        if not more:
            return frozenset(hidden - useless)
        hidden |= more


def zeros_beside(tables: Tables, hidden: set[Key]) -> set[Key]:
    """The zeros that would give a hidden cell away."""
    return {key for key, cell in tables.cells.items() if cell.value == 0 and cell.zero_with in hidden}


def least(tables: Tables, key: Key, hidden: set[Key]) -> float:
    """What readers know a cell to be at least: a hidden one is 1 or more, unless a zero would be hidden as well."""
    return float(key in hidden and tables.cells[key].zero_with not in hidden)


def determined_cells(tables: Tables, hidden: set[Key]) -> set[Key]:
    """Hidden cells that all sums together give away (never small ones, these are safe by now): hiding them is useless.

    A cell is determined when its unit vector lies in the row space of the sums.
    """
    known, _ = known_cells(tables, hidden)
    unknown = [key for key in tables.cells if key not in known]
    matrix, _ = equations(tables, known, {key: index for index, key in enumerate(unknown)})
    if not matrix.shape[0]:
        return set()
    basis, triangle, _ = qr(matrix.toarray().T, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(triangle)) > TOLERANCE).sum())
    within = (basis[:, :rank] ** 2).sum(axis=1) > 1 - TOLERANCE
    return {key for key, is_fixed in zip(unknown, within, strict=True) if is_fixed and key in hidden}


def partners_of_earlier(
    tables: Tables, sums_of: Mapping[Key, list[Relation]], hidden: set[Key], exposed: set[Key]
) -> set[Key]:
    """One more cell to hide beside a cell that an earlier edition hid and the sums now give away."""
    for key in sorted(exposed, key=repr):
        keys = [other for relation in sums_of[key] for other in relation.keys]
        partner = smallest(tables, sums_of, hidden, keys)
        if partner is not None:
            return {partner}
    return set()


def relations_by_key(relations: Sequence[Relation]) -> dict[Key, list[Relation]]:
    found: dict[Key, list[Relation]] = defaultdict(list)
    for relation in relations:
        for key in relation.keys:
            found[key].append(relation)
    return found


def known_cells(tables: Tables, hidden: set[Key]) -> tuple[set[Key], Relation | None]:
    """What readers know: the shown cells and what follows by simple subtraction, and the first sum that gives away
    a hidden or a small cell."""
    known = {key for key, cell in tables.cells.items() if cell.is_printed and key not in hidden}
    open_relations = list(tables.relations)
    found_one = True
    while found_one:
        found_one, still_open = False, []
        for relation in open_relations:
            unknown = [key for key in relation.keys if key not in known]
            if len(unknown) > 1:
                still_open.append(relation)
            elif len(unknown) == 1:
                if unknown[0] in hidden or tables.cells[unknown[0]].is_small:
                    return known, relation
                known.add(unknown[0])
                found_one = True
        open_relations = still_open
    return known, None


def partner_of_exposed(tables: Tables, sums_of: Mapping[Key, list[Relation]], hidden: set[Key]) -> Key | None:
    """One more cell to hide in the first sum that gives a hidden cell away; None when none does."""
    known, giving_away = known_cells(tables, hidden)
    if giving_away is None:
        return None
    shown = candidates(tables, giving_away.keys, hidden)
    if shown:
        return min(shown, key=lambda key: cost(tables, sums_of, hidden, key))
    # Every printed cell of the sum is hidden or zero: the unprinted ones follow from other sums, which have to give.
    near = [key for key in giving_away.keys if key in known and not tables.cells[key].is_printed]
    keys = [key for cell in near for relation in sums_of[cell] for key in relation.keys]
    return smallest(tables, sums_of, hidden, keys or list(tables.cells))


def candidates(tables: Tables, keys: Iterable[Key], hidden: set[Key]) -> list[Key]:
    """The cells among these that can still be hidden: printed, shown and not zero."""
    cells = tables.cells
    return [key for key in dict.fromkeys(keys) if cells[key].is_printed and key not in hidden and cells[key].value > 0]


def smallest(
    tables: Tables, sums_of: Mapping[Key, list[Relation]], hidden: set[Key], keys: Iterable[Key]
) -> Key | None:
    found = candidates(tables, keys, hidden) or candidates(tables, tables.cells, hidden)
    return min(found, key=lambda key: cost(tables, sums_of, hidden, key)) if found else None


def cost(tables: Tables, sums_of: Mapping[Key, list[Relation]], hidden: set[Key], key: Key) -> tuple[int, int, str]:
    """What hiding a cell costs the reader: its size, times the sums that then need one more; totals last."""
    is_total = any(
        relation.total == key and sum(tables.cells[part].is_printed for part in relation.parts) > 1
        for relation in sums_of[key]
    )
    exposed = sum(not any(other in hidden for other in relation.keys) for relation in sums_of[key])
    return (int(is_total), tables.cells[key].value * (1 + exposed), repr(key))


def partners_of_narrow(
    tables: Tables, sums_of: Mapping[Key, list[Relation]], hidden: set[Key], narrow: Sequence[Key]
) -> set[Key]:
    """Cells to hide beside the small counts that readers could narrow down, at most one in each sum."""
    partners: set[Key] = set()
    touched: set[Relation] = set()
    for key in narrow:
        if touched.isdisjoint(sums_of[key]):
            partner = partner_of_narrow(tables, sums_of, hidden | partners, key)
            if partner is not None:
                partners.add(partner)
                touched.update(sums_of[key])
    return partners


def partner_of_narrow(tables: Tables, sums_of: Mapping[Key, list[Relation]], hidden: set[Key], key: Key) -> Key | None:
    """The cell to hide beside one small count: the cheapest that leaves enough room, else the largest in its sums."""
    keys = [other for relation in sums_of[key] for other in relation.keys]
    found = candidates(tables, keys, hidden)
    needed = tables.cells[key].k - tables.cells[key].value + 1
    enough = [other for other in found if tables.cells[other].value >= needed]
    if enough:
        return min(enough, key=lambda other: cost(tables, sums_of, hidden, other))
    if found:
        return max(found, key=lambda other: (tables.cells[other].value, repr(other)))
    wider = [other for near in keys for relation in sums_of[near] for other in relation.keys]
    return smallest(tables, sums_of, hidden, wider)


def narrow_cells(tables: Tables, hidden: set[Key], safe: frozenset[Side]) -> tuple[list[Key], frozenset[Side]]:
    """Small counts whose feasible values do not reach from their floor to k-1, some of them or none; and safe sides.

    An unprinted one, the other side of a rate, must only not be certain: one less has to be possible. What is in `safe`
    is not looked at.
    """
    known, _ = known_cells(tables, hidden)
    unknown = [key for key in tables.cells if key not in known]
    small = [index for index, key in enumerate(unknown) if tables.cells[key].is_small]
    if not small:
        return [], frozenset()
    matrix, right = equations(tables, known, {key: index for index, key in enumerate(unknown)})
    lowest = np.array([least(tables, key, hidden) for key in unknown])
    cells = [tables.cells[key] for key in unknown]
    enough = np.array([float(cell.k - 1 if cell.is_printed else cell.value) for cell in cells])
    parts_of: dict[Key, list[tuple[Key, ...]]] = defaultdict(list)
    for relation in tables.relations:
        parts_of[relation.total].append(relation.parts)
    floor = np.array(
        [
            lowest_by_zeros(tables, parts_of[key], hidden) if cell.is_printed else cell.value - 1.0
            for key, cell in zip(unknown, cells, strict=True)
        ]
    )
    sums = Sums(matrix, right, lowest, enough, floor)
    narrow: set[int] = set()
    found_safe: set[Side] = set()
    for sign in (-1.0, 1.0):
        short, able = sums.judged([index for index in small if (unknown[index], sign) not in safe], sign)
        narrow |= short
        found_safe |= {(unknown[index], sign) for index in able}
    return [unknown[index] for index in small if index in narrow], frozenset(found_safe)


def lowest_by_zeros(tables: Tables, sums: Sequence[tuple[Key, ...]], hidden: set[Key]) -> float:
    """What the zeros alone say: 1, or for a sum as many as it has parts that are not shown as zero."""
    return max([1.0, *(sum(least(tables, part, hidden) for part in parts) for parts in sums)])


def equations(tables: Tables, known: set[Key], place: Mapping[Key, int]) -> tuple[csr_matrix, Numbers]:
    """The sums over the unknown cells, total minus parts, with the known ones on the right."""
    rows: list[int] = []
    columns: list[int] = []
    signs: list[float] = []
    right: list[float] = []
    for relation in tables.relations:
        open_keys = [key for key in relation.keys if key not in known]
        if not open_keys:
            continue
        constant = 0
        for key in relation.keys:
            sign = 1 if key == relation.total else -1
            if key in known:
                constant -= sign * tables.cells[key].value
            else:
                rows.append(len(right))
                columns.append(place[key])
                signs.append(float(sign))
        right.append(float(constant))
    return csr_matrix((signs, (rows, columns)), shape=(len(right), len(place))), np.array(right)


@dataclass(frozen=True)
class RateCounts:
    """A rate before disclosure control: how many of how many."""

    numerator: int
    denominator: int


def rate_tables(
    name: str,
    rates: Mapping[str, RateCounts],
    groups: Iterable[tuple[str, Sequence[str]]],
    *,
    k: int = SMALLEST_COUNT,
    complement_k: int = SMALLEST_COMPLEMENT,
) -> Tables:
    """The cells of a rate for many units, and for groups of them: the numerator and the denominator are printed.

    `groups`: unit of the sum, and the units it is the sum of. The other side of a rate can be worked out; for single
    units it is protected below `complement_k`, for groups of units it says nothing of anybody.
    """
    groups = list(groups)
    sums = {total for total, _ in groups}
    cells: dict[Key, Cell] = {}
    relations: list[Relation] = []
    for unit, rate in rates.items():
        cells[name, "n", unit] = Cell(rate.denominator, k)
        cells[name, "yes", unit] = Cell(rate.numerator, k, zero_with=(name, "n", unit))
        cells[name, "no", unit] = Cell(
            rate.denominator - rate.numerator, 0 if unit in sums else complement_k, is_printed=False
        )
        relations.append(Relation((name, "n", unit), ((name, "yes", unit), (name, "no", unit))))
    for total, parts in groups:
        for side in ("n", "yes", "no"):
            relations.append(Relation((name, side, total), tuple((name, side, part) for part in parts)))
    return Tables(cells, tuple(relations))


def is_rate_hidden(name: str, unit: Key, hidden: frozenset[Key]) -> bool:
    """Derived figures go with their counts: the rate is hidden when its numerator or denominator is."""
    return (name, "n", unit) in hidden or (name, "yes", unit) in hidden
