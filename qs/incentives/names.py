"""What people and rules are called, by id, wherever incentives name them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.incentives.models import IncentiveRule, IncentiveRuleVersion


@dataclass(frozen=True)
class Name:
    """Somebody by name; both empty for a programme."""

    person_id: int | None
    name: str
    name_en: str


def people_names(session: Session) -> dict[int | None, Name]:
    """Everybody by id; None stands for a programme."""
    rows = session.execute(sa.select(Person.id, Person.name, Person.name_en))
    found: dict[int | None, Name] = {row.id: Name(row.id, row.name, row.name_en or "") for row in rows}
    return found | {None: Name(None, "", "")}


@dataclass(frozen=True)
class RuleName:
    """A rule by name, and the number of one of its versions; both empty for a nomination, which rests on no rule."""

    name: str
    name_en: str | None
    number: int | None


def rule_names(session: Session) -> dict[int | None, RuleName]:
    """The rule behind a version, by the id of the version; None stands for a nomination."""
    statement = sa.select(
        IncentiveRuleVersion.id, IncentiveRule.name, IncentiveRule.name_en, IncentiveRuleVersion.number
    ).join(IncentiveRule, IncentiveRule.id == IncentiveRuleVersion.rule_id)
    found: dict[int | None, RuleName] = {
        row.id: RuleName(row.name, row.name_en, row.number) for row in session.execute(statement)
    }
    return found | {None: RuleName("", None, None)}
