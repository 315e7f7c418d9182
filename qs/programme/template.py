"""The plan as reviewed text: data/programme/template.toml, read strictly, repeated tasks spelled out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from qs.definitions import Entry, read_entries, read_tables
from qs.errors import InvalidInput, Problem
from qs.programme.terms import Duty, Party, Phase, TaskContent, Template
from qs.settings import SHIPPED_DATA

TEMPLATE_FILE = SHIPPED_DATA / "programme" / "template.toml"


class TaskEntry(Entry):
    """A [[task]] of the template."""

    phase: Annotated[Phase, Field(strict=False)]
    party: Annotated[Party, Field(strict=False)]
    title: str
    title_en: str
    measure: str
    measure_en: str
    from_month: float
    months: float
    weight: int
    is_milestone: bool = False
    repeat_months: float = 0.0
    times: int = 1


class DutyEntry(BaseModel):
    """A [[duty]] of the template."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    party: Annotated[Party, Field(strict=False)]
    text: str
    text_en: str


@cache
def read_template(path: Path = TEMPLATE_FILE) -> Template:
    """The template. Raises InvalidInput naming what is wrong with the file."""
    problems: list[Problem] = []
    tables = read_tables(path, {"task", "duty"}, problems)
    entries = [placed.entry for placed in read_entries(path, tables, "task", TaskEntry, problems)]
    if problems:
        raise InvalidInput(problems=problems)
    duties = [DutyEntry.model_validate(table) for table in tables["duty"]]
    return Template(
        tasks=tuple(content for entry in entries for content in repeated(entry)),
        duties=tuple(Duty(duty.party, duty.text, duty.text_en) for duty in duties),
    )


def repeated(entry: TaskEntry) -> Iterator[TaskContent]:
    """The task once for each time it comes."""
    for number in range(entry.times):
        yield TaskContent(
            code=entry.code if entry.times == 1 else f"{entry.code}-{number + 1}",
            phase=entry.phase,
            party=entry.party,
            title=entry.title,
            title_en=entry.title_en,
            measure=entry.measure,
            measure_en=entry.measure_en,
            from_month=entry.from_month + number * entry.repeat_months,
            months=entry.months,
            weight=entry.weight,
            is_milestone=entry.is_milestone,
        )
