"""The Rankings screen: the finding, the official ranking for everybody, the parts of a score for those in charge."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM, Grant, Role, Scope, ScopeKind
from qs.rankings import actions
from qs.rankings.models import FrozenPeriod
from qs.rankings.schemes import prepare_scheme
from tests.rankings.city import QUARTER, SUPERVISOR, full_quarter
from tests.world import MADE_AT, enroll


@pytest.fixture
def world(store):
    built = full_quarter(store)
    enroll(store, "boss", Role.SUPERVISOR)
    enroll(store, "staff", Role.HUMAN_RESOURCES)
    enroll(store, "leader", Grant(Role.SERVICE_LEADER, Scope(ScopeKind.SERVICES, frozenset({built.permits}))))
    return built


@pytest.fixture
def frozen(store, world, now):
    with store.writing() as session:
        actions.freeze_period(session, QUARTER, actor=SUPERVISOR, now=now)
    return world


def words(screen):
    return " ".join(text.value for text in screen.markdown)


def keys(screen):
    return {button.key for button in screen.button}


def revision_count(store):
    with store.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(FrozenPeriod))


def test_somebody_without_a_role_is_not_offered_the_screen(store, world, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"rankings\.py"):
        visit("rankings", "nobody")


def test_the_title_is_the_finding_and_the_unranked_have_their_reason(frozen, visit):
    screen = visit("rankings", "boss")
    assert not screen.exception
    assert "# 1 clearly trails, 0 clearly lead; 2 cannot be told apart" in words(screen)
    assert "Q3 2026 · frozen 23 Nov 2026 10:00 · 3 ranked · 1 not ranked" in words(screen).replace("\\", "")
    assert "Vaccination" in words(screen)
    assert "n = 3, too few" in words(screen)


def test_why_opens_the_lowest_service_in_sight_and_its_parts(frozen, visit):
    assert "### Why Emergency has" in words(visit("rankings", "boss"))
    screen = visit("rankings", "boss", service="S4")
    assert "### Why Permits has" in words(screen)
    assert "**Waiting**" in words(screen)
    assert {"events_on-time", "events_waiting"} <= keys(screen)


def test_a_leader_sees_the_ranking_and_opens_only_the_own_service(frozen, visit):
    screen = visit("rankings", "leader", service="S1")
    assert "3 ranked" in words(screen)
    assert "### Why Permits has" in words(screen)
    assert list(screen.selectbox(key="service_choice").options) == ["Permits"]
    assert {"head_freeze", "head_revise", "scheme_save"}.isdisjoint(keys(screen))


@pytest.mark.parametrize(("level", "name"), [("department", "Health Commission"), ("area", "South")])
def test_departments_and_areas_show_the_gap(frozen, visit, level, name):
    screen = visit("rankings", "staff", level=level)
    assert not screen.exception
    assert "Gap between first and last" in words(screen)
    assert name in words(screen)


def test_an_empty_office_is_told_what_will_be_here(store, visit):
    enroll(store, "boss", Role.SUPERVISOR)

    with store.writing() as session:
        prepare_scheme(session, actor=SYSTEM, now=MADE_AT)
    screen = visit("rankings", "boss")
    assert not screen.exception
    assert "Nothing to compare here yet" in words(screen)


def test_a_supervisor_freezes_a_complete_quarter_after_one_question(store, world, visit):
    screen = visit("rankings", "boss", period=QUARTER)
    screen.button(key="head_freeze").click().run()
    assert revision_count(store) == 0
    screen.button(key="freeze_now").click().run()
    assert not screen.error
    assert revision_count(store) == 1


def test_freezing_again_needs_a_reason(store, frozen, visit):
    screen = visit("rankings", "boss")
    screen.button(key="head_revise").click().run()
    screen.button(key="revise_now").click().run()
    assert "Say why the quarter is frozen again" in screen.error[0].value
    assert revision_count(store) == 1


def test_a_scheme_whose_weights_do_not_add_up_is_refused_in_words(frozen, visit):
    screen = visit("rankings", "boss")
    screen.number_input(key="scheme_ratings").set_value(0.5)
    screen.button(key="scheme_save").click().run()
    assert any("The weights add up to 1.4, not to 1" in text.value for text in screen.text)


def test_before_freezing_a_leader_sees_the_own_service_with_its_rank_among_all(world, visit):
    screen = visit("rankings", "leader", period=QUARTER)
    assert not screen.exception
    assert "provisional, not official · 1 ranked" in words(screen)
    assert "rank 2" in words(screen)
