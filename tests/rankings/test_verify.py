"""Verification finds what was changed past the program, and tells it from what merely arrived later."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import Role
from qs.db import is_postgresql
from qs.errors import NotAllowed, NotFound
from qs.rankings import actions
from qs.rankings.terms import FaultKind
from qs.rankings.verify import verify_periods
from tests.rankings.city import QUARTER, SUPERVISOR, add_events, event, full_quarter
from tests.world import in_department


@pytest.fixture
def world(store, now):
    built = full_quarter(store)
    with store.writing() as session:
        actions.freeze_period(session, QUARTER, actor=SUPERVISOR, now=now)
    return built


def verdict(store, name=None):
    with store.reading() as session:
        return verify_periods(session, actor=SUPERVISOR, name=name)


def past_the_program(store, statement):
    """What somebody does at the store's own prompt who first takes the triggers away."""
    with store.writing() as session:
        connection = session.connection()
        if is_postgresql(connection.dialect):
            connection.exec_driver_sql("SET session_replication_role = replica")
        else:
            triggers = (
                connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            )
            for trigger in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        connection.exec_driver_sql(statement)


def kinds(found):
    return {fault.kind for fault in found.faults}


def test_an_untouched_quarter_is_sound(store, world):
    found = verdict(store, QUARTER)
    assert found.is_sound
    assert (found.revision_count, found.fault_count, found.moved_count) == (1, 0, 0)
    assert found.cell_count == 5 + 4 + 2 + 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE frozen_measure SET numerator = numerator + 1 WHERE service_id = 1",
        "UPDATE frozen_score SET score = score + 0.0001",
        'UPDATE frozen_score SET "rank" = 4 - "rank" WHERE level = \'service\'',
        "DELETE FROM frozen_measure WHERE service_id = 2",
        "UPDATE frozen_period SET reason = 'x', revision = 2",
        "UPDATE score_scheme SET n_min = 1",
    ],
)
def test_a_changed_row_no_longer_gives_the_fingerprint(store, world, statement):
    past_the_program(store, statement)
    assert FaultKind.HASH in kinds(verdict(store))


def test_a_fingerprint_made_to_fit_is_betrayed_by_the_trail(store, world):
    past_the_program(store, "UPDATE frozen_period SET sha256 = 'f'")
    assert kinds(verdict(store)) == {FaultKind.HASH, FaultKind.TRAIL}


def test_events_changed_without_an_arrival_are_a_fault(store, world):
    with store.writing() as session:
        session.connection().exec_driver_sql(f"UPDATE event SET numerator = 1 WHERE event_id = '{world.surgery}-0'")
    found = verdict(store)
    assert kinds(found) == {FaultKind.FIGURES}
    assert not found.is_sound
    assert found.faults[0].place == f"service:{world.surgery} on-time"


def test_a_correction_after_freezing_has_moved_a_figure_and_is_no_fault(store, world, now):
    correction = event(
        world.surgery, world, world.on_time, "later", top=100.0, bottom=200.0, corrects=f"{world.surgery}-0"
    )
    with store.reading() as session:
        feed_id = session.scalar(sa.text("SELECT id FROM feed WHERE code = 'feed'"))
    add_events(store, feed_id, correction, now=now + timedelta(days=1))
    found = verdict(store)
    assert found.is_sound
    assert [(one.service_id, one.measure, one.frozen, one.counted) for one in found.moved] == [
        (world.surgery, "on-time", 0.95, 0.725)
    ]
    with store.writing() as session:
        later = now + timedelta(days=2)
        actions.revise_period(session, QUARTER, reason="更正七月数据", actor=SUPERVISOR, now=later)
    again = verdict(store)
    assert (again.revision_count, again.fault_count, again.moved_count) == (2, 0, 0)


def test_a_score_that_its_counts_do_not_give_is_a_fault(store, world):
    past_the_program(store, f"UPDATE frozen_score SET lower = 1 WHERE subject_id = {world.surgery}")
    assert kinds(verdict(store)) == {FaultKind.HASH, FaultKind.FIGURES}


def test_a_quarter_that_is_not_frozen_cannot_be_verified(store, world):
    with pytest.raises(NotFound):
        verdict(store, "2026Q2")


def test_only_those_who_see_everything_verify(store, world):
    with store.reading() as session, pytest.raises(NotAllowed):
        verify_periods(session, actor=in_department(Role.DEPARTMENT_HEAD, world.health_department))
