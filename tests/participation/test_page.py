"""The Participation screen: what each role finds there, one good click in each part, and refusals in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qs.actor import EVERYWHERE, Grant, Role, Scope, ScopeKind
from qs.participation import queries
from qs.participation.models import Consultation, NegativeRating, RatingPoint, Suggestion
from qs.participation.terms import Level, NegativeStatus, SuggestionStatus
from tests.participation.office import CONTACT, add_point, build_office, open_consultation, rate, suggest
from tests.world import enroll

HOUR = timedelta(hours=1)


@pytest.fixture
def office(store):
    return build_office(store)


def recently():
    return datetime.now(UTC) - HOUR


def texts(screen):
    return " ".join(str(one.value) for kind in (screen.markdown, screen.text) for one in kind)


def keys(screen):
    return {button.key for button in screen.button}


def test_somebody_without_a_role_is_not_offered_the_screen(store, office, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"participation\.py"):
        visit("participation", "nobody")


@pytest.mark.parametrize(
    "part", ["ratings", "figures", "exclusions", "suggestions", "consultations", "hearings", "points"]
)
def test_every_part_teaches_when_it_is_empty(office, visit, part):
    screen = visit("participation", "relations", view=part)
    assert not screen.exception
    assert not screen.error


def test_a_supervisor_notes_the_contact_of_a_named_negative_rating(store, office, visit):
    rate(office, Level.DISSATISFIED, recently(), contact=CONTACT)
    screen = visit("participation", "boss")
    assert "1 negative rating is being settled, in time" in texts(screen).replace("\\", "")
    assert "13800138000" not in texts(screen)
    screen.text_area(key="negative_1_received_text").set_value("已电话核实")
    screen.button(key="negative_1_received_save").click().run()
    assert not screen.error
    with store.reading() as session:
        assert session.get_one(NegativeRating, 1).status is NegativeStatus.CONTACTED


def test_sorting_without_a_finding_is_refused_in_words(office, visit):
    rate(office, Level.DISSATISFIED, recently())
    screen = visit("participation", "boss", negative="1")
    screen.button(key="negative_1_received_save").click().run()
    assert "Choose what the verification found." in screen.error[0].value


def test_a_leader_is_offered_no_step_that_belongs_to_the_office(office, visit):
    rate(office, Level.DISSATISFIED, recently(), contact=CONTACT)
    screen = visit("participation", "leader")
    assert "negative_1_received_save" not in keys(screen)


def test_a_reader_sees_figures_with_counts_and_changes_nothing(store, office, visit):
    rate(office, Level.VERY_SATISFIED, recently())
    enroll(store, "auditor", Role.AUDITOR)
    screen = visit("participation", "auditor", view="figures")
    assert not screen.exception
    assert screen.metric[0].value == "100.0%"
    assert "95%" in texts(screen)


def test_a_supervisor_assigns_a_suggestion(store, office, visit):
    suggest(office, recently(), service_id=office.world.surgery)
    screen = visit("participation", "boss", view="suggestions")
    screen.checkbox(key="assign_1_shown").check()
    screen.button(key="assign_1_save").click().run()
    assert not screen.error
    with store.reading() as session:
        assert session.get_one(Suggestion, 1).status is SuggestionStatus.ASSIGNED


def test_public_relations_draft_a_consultation_and_a_short_one_is_refused(store, office, visit):
    screen = visit("participation", "relations", view="consultations", do="consultation")
    screen.text_input(key="new_consultation_title").set_value("方案")
    screen.text_area(key="new_consultation_text").set_value("说明")
    closes = screen.date_input(key="new_consultation_closes")
    closes.set_value(closes.value - timedelta(days=9))
    screen.button(key="new_consultation_save").click().run()
    assert "at least 30 days" in screen.error[0].value
    screen.text_area(key="new_consultation_reason").set_value("汛期将至")
    screen.button(key="new_consultation_save").click().run()
    assert not screen.error
    with store.reading() as session:
        assert session.get_one(Consultation, 1).short_reason == "汛期将至"


def test_an_open_consultation_shows_its_days_left(office, visit):
    open_consultation(office, recently())
    screen = visit("participation", "relations", view="consultations")
    assert not screen.exception
    assert "Plan for evening clinics" in texts(screen)


def test_public_relations_add_a_point_and_make_receipts_shown_once(store, office, visit):
    screen = visit("participation", "relations", view="points", do="point")
    screen.selectbox(key="new_point_service").set_value("S1")
    screen.text_input(key="new_point_counter").set_value("1号窗口")
    screen.button(key="new_point_save").click().run()
    assert not screen.error
    screen.button(key="receipts_save").click().run()
    codes = screen.text[-1].value.split()
    assert len(codes) == 10
    with store.reading() as session:
        assert session.get_one(RatingPoint, 1).counter == "1号窗口"
    assert codes[0] not in texts(screen.run())


def test_somebody_who_only_reads_is_offered_no_new_point(store, office, visit):
    add_point(office, recently())
    enroll(
        store,
        "head",
        Grant(Role.DEPARTMENT_HEAD, Scope(ScopeKind.DEPARTMENT, frozenset({office.world.health_department}))),
    )
    screen = visit("participation", "head", view="points")
    assert not screen.exception
    assert not keys(screen) & {"head_point", "receipts_save", "close_point"}


def test_what_lies_outside_the_scope_is_unknown(store, office, visit):
    rate(office, Level.DISSATISFIED, recently(), service_id=office.world.permits)
    screen = visit("participation", "leader", negative="1")
    assert "outside your responsibility" in screen.error[0].value
    with store.reading() as session:
        assert queries.negatives(session, actor=office.leader, now=recently()).empty
    assert Grant(Role.SUPERVISOR, EVERYWHERE) in office.boss.grants
