"""The retention matrix as reviewed text: read strictly, every problem named."""

from __future__ import annotations

from functools import lru_cache

from qs.definitions import Entry, read_entries, read_tables
from qs.errors import InvalidInput, Problem
from qs.settings import SHIPPED_DATA
from qs.vault.terms import Act, RetentionRule, Span

MATRIX = SHIPPED_DATA / "vault" / "retention.toml"
RULE = "rule"


class RuleEntry(Entry):
    """A [[rule]] of the matrix."""

    amount: int
    span: str
    least: int
    act: str
    name: str
    name_en: str
    after: str
    after_en: str
    source: str
    source_en: str


@lru_cache(maxsize=1)
def shipped_matrix() -> tuple[RetentionRule, ...]:
    """The times of keeping that come with the program, in the order of their file. Raises InvalidInput."""
    problems: list[Problem] = []
    tables = read_tables(MATRIX, {RULE}, problems)
    placed = list(read_entries(MATRIX, tables, RULE, RuleEntry, problems))
    codes = [one.entry.code for one in placed]
    for one in placed:
        problems.extend(Problem(code, where=one.where) for code in faults(one.entry, codes))
    if problems:
        raise InvalidInput(problems=problems)
    return tuple(rule_of(one.entry) for one in placed)


def faults(entry: RuleEntry, codes: list[str]) -> list[str]:
    """What is wrong with a line beyond the kinds of its values."""
    found = []
    if codes.count(entry.code) > 1:
        found.append("defined_twice")
    if entry.span not in list(Span) or entry.act not in list(Act) or not 0 < entry.least <= entry.amount:
        found.append("retention_rule_faulty")
    return found


def rule_of(entry: RuleEntry) -> RetentionRule:
    values = entry.model_dump() | {"span": Span(entry.span), "act": Act(entry.act)}
    return RetentionRule(**values)
