"""A plan written by one supervisor and adopted by another."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from qs.actor import Grant, Role
from qs.programme import actions
from qs.programme.models import PlanTask
from tests.world import enroll, person

FIRST_DAY = date(2026, 11, 2)
WRITTEN_AT = datetime(2026, 11, 2, 2, tzinfo=UTC)


@pytest.fixture
def author(store):
    return person(Role.SUPERVISOR, username="author", person_id=enroll(store, "author", Grant(Role.SUPERVISOR)))


@pytest.fixture
def second(store):
    return person(Role.SUPERVISOR, username="second", person_id=enroll(store, "second", Grant(Role.SUPERVISOR)))


@pytest.fixture
def owner(store):
    return person(Role.HUMAN_RESOURCES, username="owner", person_id=enroll(store, "owner", Role.HUMAN_RESOURCES))


@pytest.fixture
def written(store, author):
    with store.writing() as session:
        return actions.begin_plan(session, name="实施方案", starts_on=FIRST_DAY, actor=author, now=WRITTEN_AT)


@pytest.fixture
def adopted(store, written, second):
    with store.writing() as session:
        actions.adopt_plan(session, written, actor=second, now=WRITTEN_AT)
    return written


@pytest.fixture
def task_id(store, adopted):
    with store.reading() as session:
        return session.scalars(sa.select(PlanTask.id).where(PlanTask.code == "plan-measures")).one()
