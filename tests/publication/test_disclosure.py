"""No small count can be worked out from what is published: an attacker with all sums finds nothing, in any table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from qs.publication.counts import all_tables, hidden_of
from qs.publication.disclosure import (
    Cell,
    RateCounts,
    Relation,
    Tables,
    hidden_cells,
    is_rate_hidden,
    joined,
    rate_tables,
)
from qs.publication.rules import suppressed
from tests.publication.samples import sample_source

NEAR = 1e-6


def attack(tables, hidden):
    """What an attacker finds with all published sums: cells fixed by linear algebra, and small counts narrowed down.

    Independent of the code it tests: dense rank test, then two linear programmes for every small count.
    """
    unknown = [key for key, cell in tables.cells.items() if key in hidden or not cell.is_printed]
    matrix, right = published_sums(tables, unknown)
    guarded = [key for key in unknown if key in hidden or tables.cells[key].is_small]
    rank = np.linalg.matrix_rank(matrix) if matrix.size else 0
    disclosed = [
        key
        for key in guarded
        if matrix.size and np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(unknown))[unknown.index(key)]])) == rank
    ]
    # Where zeros are shown a hidden count is at least 1.
    least = [int(key in hidden and tables.cells[key].zero_with not in hidden) for key in unknown]
    narrow = []
    for key in guarded:
        cell = tables.cells[key]
        if cell.is_small:
            low, high = feasible(matrix, right, least, unknown.index(key))
            if high < cell.k - 1 - NEAR if cell.is_printed else high - low < 1 - NEAR:
                narrow.append(key)
    return disclosed, narrow


def published_sums(tables, unknown):
    """The sums over the unknown cells, with what is printed on the right."""
    place = {key: index for index, key in enumerate(unknown)}
    matrix, right = np.zeros((len(tables.relations), len(unknown))), np.zeros(len(tables.relations))
    for row, relation in enumerate(tables.relations):
        for key, sign in [(relation.total, 1), *((part, -1) for part in relation.parts)]:
            if key in place:
                matrix[row, place[key]] += sign
            else:
                right[row] -= sign * tables.cells[key].value
    return matrix, right


def feasible(matrix, right, least, index):
    """Between which values one cell can lie."""
    aim = np.zeros(len(least))
    aim[index] = 1
    bounds = [(low, 10_000 if place == index else None) for place, low in enumerate(least)]
    low = linprog(aim, A_eq=matrix, b_eq=right, bounds=bounds).fun
    return low, -linprog(-aim, A_eq=matrix, b_eq=right, bounds=bounds).fun


def crossed(counts):
    """A table of counts with its row sums, column sums and total."""
    rows, columns = counts.shape
    cells = {(r, c): Cell(int(counts[r, c])) for r in range(rows) for c in range(columns)}
    cells |= {(r, "sum"): Cell(int(counts[r].sum())) for r in range(rows)}
    cells |= {("sum", c): Cell(int(counts[:, c].sum())) for c in range(columns)}
    cells["sum", "sum"] = Cell(int(counts.sum()))
    relations = [Relation((r, "sum"), tuple((r, c) for c in range(columns))) for r in range(rows)]
    relations += [Relation(("sum", c), tuple((r, c) for r in range(rows))) for c in range(columns)]
    relations.append(Relation(("sum", "sum"), tuple((r, "sum") for r in range(rows))))
    relations.append(Relation(("sum", "sum"), tuple(("sum", c) for c in range(columns))))
    return Tables(cells, tuple(relations))


@pytest.mark.parametrize(("count", "is_hidden"), [(0, False), (1, True), (9, True), (10, False)])
def test_counts_of_one_to_nine_are_hidden_and_zero_is_shown(count, is_hidden):
    assert bool(hidden_cells(Tables({"a": Cell(count)}))) is is_hidden


def test_one_hidden_cell_beside_its_sum_takes_the_next_smallest_with_it():
    tables = Tables({"a": Cell(4), "b": Cell(30), "c": Cell(12), "sum": Cell(46)}, (Relation("sum", ("a", "b", "c")),))
    assert hidden_cells(tables) == {"a", "c"}


def test_two_hidden_cells_with_a_small_sum_need_a_third():
    """4 and 2 hidden: their sum of 6 follows, so neither could be 9; the rule itself would say up to 9."""
    tables = Tables(
        {"a": Cell(4), "b": Cell(2), "c": Cell(12), "d": Cell(40), "sum": Cell(58)},
        (Relation("sum", ("a", "b", "c", "d")),),
    )
    assert hidden_cells(tables) == {"a", "b", "c"}


def test_the_rate_of_a_single_unit_with_one_or_two_cases_on_its_other_side_is_hidden():
    hidden = hidden_cells(rate_tables("r", {"x": RateCounts(98, 100), "y": RateCounts(97, 100)}, ()))
    assert is_rate_hidden("r", "x", hidden)
    assert not is_rate_hidden("r", "y", hidden)


def test_all_satisfied_is_no_secret_but_a_rate_of_nine_is_hidden():
    hidden = hidden_cells(rate_tables("r", {"x": RateCounts(10, 10), "y": RateCounts(9, 9)}, ()))
    assert not is_rate_hidden("r", "x", hidden)
    assert is_rate_hidden("r", "y", hidden)


def test_a_later_edition_hides_what_the_earlier_one_hid():
    tables = Tables({"a": Cell(11), "b": Cell(30), "sum": Cell(41)}, (Relation("sum", ("a", "b")),))
    assert hidden_cells(tables) == frozenset()
    assert hidden_cells(tables, already_hidden=["a"]) == {"a", "b"}


def test_tables_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="sum of its parts"):
        hidden_cells(Tables({"a": Cell(4), "sum": Cell(5)}, (Relation("sum", ("a",)),)))
    with pytest.raises(ValueError, match="negative"):
        hidden_cells(Tables({"a": Cell(-1)}))


def test_linked_tables_are_protected_together():
    """Alone the second table is harmless; beside the first it gives a hidden cell away."""
    one = Tables({"a": Cell(4), "b": Cell(12), "s": Cell(16)}, (Relation("s", ("a", "b")),))
    two = Tables({"b": Cell(12), "c": Cell(50), "t": Cell(62)}, (Relation("t", ("b", "c")),))
    assert hidden_cells(two) == frozenset()
    both = joined(one, two)
    hidden = hidden_cells(both)
    assert {"a", "b"} <= hidden
    assert attack(both, hidden) == ([], [])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(2, 5).flatmap(
        lambda rows: st.integers(2, 5).flatmap(
            lambda columns: st.lists(
                st.lists(st.integers(0, 40), min_size=columns, max_size=columns), min_size=rows, max_size=rows
            )
        )
    )
)
def test_nothing_can_be_recovered_from_any_table(counts):
    tables = crossed(np.array(counts))
    assert attack(tables, hidden_cells(tables)) == ([], [])


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000), st.sampled_from([3.0, 8.0, 25.0]))
def test_nothing_can_be_recovered_from_a_release(seed, mean):
    """Services, sectors, districts, city, levels, outcomes and requests together, as they are published."""
    source = sample_source(seed, mean=mean, service_count=12)
    assert attack(all_tables(source), hidden_of(source)) == ([], [])


def test_the_attack_finds_something_when_only_small_counts_are_hidden():
    """The negative control: without the secondary cells small counts are there for the taking."""
    tables = all_tables(sample_source())
    disclosed, narrow = attack(tables, hidden_cells(tables, with_secondary=False))
    assert disclosed
    assert narrow


def test_a_frame_is_published_with_its_hidden_counts_named():
    frame = pd.DataFrame({"name": ["a", "b", "c", "sum"], "n": [4, 12, 50, 66]})
    shown = suppressed(frame, ["n"], has_total_row=True)
    assert shown["n"].isna().tolist() == [True, True, False, False]
    assert shown["hidden"].tolist() == ["n", "n", "", ""]
    assert frame["n"].tolist() == [4, 12, 50, 66]


def test_a_frame_with_a_sum_in_every_row_hides_two_parts():
    frame = pd.DataFrame({"yes": [40, 30], "no": [3, 20], "all": [43, 50]})
    shown = suppressed(frame, ["yes", "no", "all"], total_column="all")
    assert shown["hidden"].tolist() == ["yes no", ""]
