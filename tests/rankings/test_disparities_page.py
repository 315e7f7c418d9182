"""The Disparities view of the Rankings screen: its finding, its tables, its files, and what a leader sees of it."""

from __future__ import annotations

import pytest

from qs.actor import Grant, Role, Scope, ScopeKind
from qs.rankings import actions
from tests.rankings.city import QUARTER, SUPERVISOR, full_quarter
from tests.world import build_world, enroll


@pytest.fixture
def world(store, now):
    built = full_quarter(store)
    with store.writing() as session:
        actions.freeze_period(session, QUARTER, actor=SUPERVISOR, now=now)
    enroll(store, "boss", Role.SUPERVISOR)
    enroll(store, "staff", Role.HUMAN_RESOURCES)
    enroll(store, "leader", Grant(Role.SERVICE_LEADER, Scope(ScopeKind.SERVICES, frozenset({built.permits}))))
    return built


def words(screen):
    return " ".join(text.value for text in screen.markdown).replace("\\", "")


def test_the_title_says_who_differs_and_whether_the_gap_moves(world, visit):
    screen = visit("rankings", "boss", view="disparities")
    assert not screen.exception
    assert "# 2 of 2 areas differ beyond chance" in words(screen)
    assert "it is too early to tell whether the gap changes" in words(screen)
    assert "outside the 95 % limits: 2, by chance alone 0.1 would be" in words(screen)
    assert "Q3 2026 · frozen figures · On time" in words(screen)


def test_units_of_too_few_cases_are_not_named(world, visit):
    screen = visit("rankings", "boss", view="disparities", unit="provider")
    assert "# None of 2 providers differs beyond chance" in words(screen)
    assert "too few cases to tell 1" in words(screen)


def test_every_chart_has_its_table_and_file(world, visit):
    screen = visit("rankings", "boss", view="disparities")
    assert {expander.label for expander in screen.expander} == {"The same figures as a table"}
    assert {"download_funnel", "download_quarters", "download_gap", "download_inequality"} <= {
        button.key for button in screen.button
    }
    screen.button(key="download_funnel").click().run()
    assert not screen.exception


def test_there_is_nothing_to_compare_with_before_the_first_quarter(world, visit):
    screen = visit("rankings", "boss", view="disparities", against="year")
    assert "There are no figures of 2025Q3 to compare with." in words(screen)


def test_several_sectors_together_are_warned_of_and_one_alone_is_not(world, visit):
    assert "2 sectors together" in words(visit("rankings", "boss", view="disparities"))
    assert "sectors together" not in words(visit("rankings", "boss", view="disparities", sector="health"))


def test_an_indicator_that_one_service_alone_sends_is_not_offered(world, visit):
    screen = visit("rankings", "boss", view="disparities", indicator="waiting")
    assert list(screen.selectbox(key="indicator_choice").options) == ["On time"]
    assert "frozen figures · On time" in words(screen)


def test_a_leader_is_told_that_only_the_own_services_are_compared(world, visit):
    screen = visit("rankings", "leader", view="disparities")
    assert not screen.exception
    assert "only the 1 service in your responsibility" in words(screen)


def test_staff_who_may_not_see_live_figures_see_the_comparison(world, visit):
    screen = visit("rankings", "staff", view="disparities")
    assert not screen.exception
    assert "2 of 2 areas" in words(screen)


def test_an_empty_office_is_told_what_will_be_here(store, visit):
    build_world(store)
    enroll(store, "boss", Role.SUPERVISOR)
    screen = visit("rankings", "boss", view="disparities")
    assert not screen.exception
    assert "Nothing to compare yet" in words(screen)
