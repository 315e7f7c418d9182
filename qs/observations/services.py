"""Services a file speaks of that the directory does not know yet, and what each of them would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qs.directory import rules
from qs.observations.feeds import FeedMapping, Named
from qs.observations.templates import filled, template_columns
from qs.tabular.terms import ProblemList


@dataclass(frozen=True)
class KnownService:
    """A service events may be added for: its id and its area's."""

    service_id: int
    area_id: int


@dataclass(frozen=True)
class EntryDraft:
    """An entry of the directory as a file names it."""

    code: str
    name: str
    name_en: str | None


@dataclass(frozen=True)
class ServiceDraft:
    """A service to be begun, first named in spreadsheet row `row`."""

    row: int
    service: EntryDraft
    sector: str
    area: EntryDraft
    department: EntryDraft
    provider: EntryDraft


def service_drafts(
    columns: Mapping[str, Sequence[str]],
    mapping: FeedMapping,
    known: Mapping[str, KnownService],
    services: NDArray[np.object_],
    rows: NDArray[np.int64],
    problems: ProblemList,
) -> list[ServiceDraft]:
    """What the unknown services would be, from the first row of each; without leave to create they are faults.

    Two names that shorten to one code are a fault too, and so is a code or name the directory would not take.
    """
    codes, distinct = pd.factorize(services)
    unknown = np.array([code not in known for code in distinct], dtype=bool)
    column = next(iter(template_columns(mapping.service.names.code)), None)
    if not mapping.service.create:
        for position in np.flatnonzero(unknown[codes]):
            problems.add("service_code_unknown", row=int(rows[position]), column=column, value=str(services[position]))
        return []
    check_shared_codes(columns, mapping, codes, services, rows, problems)
    _, firsts = np.unique(codes, return_index=True)
    drafts = []
    for position in sorted(firsts[unknown].tolist()):
        draft = draft_of({name: [cells[position]] for name, cells in columns.items()}, mapping, int(rows[position]))
        if is_acceptable(draft, column, problems):
            drafts.append(draft)
    return drafts


def check_shared_codes(
    columns: Mapping[str, Sequence[str]],
    mapping: FeedMapping,
    codes: NDArray[np.int64],
    services: NDArray[np.object_],
    rows: NDArray[np.int64],
    problems: ProblemList,
) -> None:
    """Report rows whose service gets the code of one that is spelt differently."""
    sources = template_columns(mapping.service.names.code)
    if not sources or not len(codes):
        return
    spellings, _ = pd.factorize(pd.MultiIndex.from_arrays([list(columns[name]) for name in sources]))
    _, firsts = np.unique(codes, return_index=True)
    for position in np.flatnonzero(spellings != spellings[firsts[codes]]):
        first = str(rows[firsts[codes[position]]])
        value = str(services[position])
        problems.add("service_code_shared", row=int(rows[position]), column=sources[0], value=value, first_row=first)


def draft_of(cells: Mapping[str, Sequence[str]], mapping: FeedMapping, row: int) -> ServiceDraft:
    rule = mapping.service
    return ServiceDraft(
        row=row,
        service=entry(rule.names, cells),
        sector=filled(rule.sector, cells, 1)[0],
        area=entry(rule.area, cells),
        department=entry(rule.department, cells),
        provider=entry(rule.provider, cells),
    )


def entry(named: Named | None, cells: Mapping[str, Sequence[str]]) -> EntryDraft:
    if named is None:
        raise ValueError("a mapping that creates services names everything a service needs")
    code, name, name_en = (filled(template, cells, 1)[0] for template in named.templates())
    return EntryDraft(code, name, name_en or None)


def is_acceptable(draft: ServiceDraft, column: str | None, problems: ProblemList) -> bool:
    before = problems.count
    for one in (draft.service, draft.area, draft.department, draft.provider):
        for problem in (*rules.code_problems(one.code), *rules.name_problems(one.name, one.name_en or "")):
            problems.add(problem.code, row=draft.row, column=column, **problem.facts)
    return problems.count == before
