"""Funnels, false discoveries and inequality agree with the published cases kept in tests/golden."""

from pathlib import Path

import pytest

from tests.golden.cases import Case, read_case
from tests.golden.compare import METHODS

FOLDER = Path(__file__).parents[1] / "golden"
CASES = [case for case in map(read_case, sorted(FOLDER.glob("*.json"))) if case.method in METHODS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_published_case_is_reproduced_within_its_tolerance(case):
    assert METHODS[case.method](case) == []


def test_every_method_has_a_case():
    assert {case.method for case in CASES} == set(METHODS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wrong_figure_would_be_seen(case):
    assert METHODS[case.method](Case(case.path, spoiled(case.facts))) != []


def spoiled(facts):
    """The same case with every number that is expected a tenth larger and every answer turned round."""
    if isinstance(facts, dict):
        return {name: worse(part) if name == "expected" else spoiled(part) for name, part in facts.items()}
    return facts


def worse(part):
    match part:
        case dict():
            return {name: worse(one) for name, one in part.items()}
        case list():
            return [worse(one) for one in part]
        case bool():
            return not part
        case int() | float():
            return part * 1.1 + 0.1
        case _:
            return part
