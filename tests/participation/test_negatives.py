"""The loop of negative ratings and their exclusion: clocks, steps, rights, and two people."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.audit.models import AuditEntry
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.observations.models import Event
from qs.participation import actions, details, queries
from qs.participation.figures import rating_figures
from qs.participation.models import NegativeRating, ParticipationStep, Rating
from qs.participation.scope import ChangedMeanwhile
from qs.participation.terms import Ground, Level, NegativeClass, NegativeStatus
from qs.participation.waiting import waiting
from qs.rectifications.models import Rectification
from qs.rectifications.terms import Source, Status
from tests.participation.office import CONTACT, build_office, rate, receipts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
S = NegativeStatus


@pytest.fixture
def office(store):
    return build_office(store)


def negative(office, number=1):
    with office.store.reading() as session:
        return session.get_one(NegativeRating, number)


def orders(office):
    with office.store.reading() as session:
        return list(session.scalars(sa.select(Rectification).order_by(Rectification.id)))


def act(office, action, *arguments, actor, now, number=1, **more):
    """One step at the present version."""
    version = negative(office, number).version
    with office.store.writing() as session:
        action(session, number, *arguments, version=version, actor=actor, now=now, **more)


def sorted_rating(office, now, *, contact=None, kind=NegativeClass.AT_ONCE):
    rate(office, Level.DISSATISFIED, now, contact=contact)
    if contact is not None:
        act(office, actions.contact_rater, note="已联系", actor=office.boss, now=now)
    act(office, actions.classify_negative, kind, note="属实", actor=office.boss, now=now)


def test_a_named_negative_rating_goes_all_the_way(office, now):
    sorted_rating(office, now, contact=CONTACT)
    act(office, actions.answer_negative, answer="已增开窗口", actor=office.leader, now=now + HOUR)
    act(office, actions.call_back, is_satisfied=True, note="满意", actor=office.second, now=now + DAY)
    act(office, actions.close_negative, actor=office.boss, now=now + 2 * DAY)
    assert negative(office).status is S.CLOSED
    with office.store.reading() as session:
        steps = [step.to_status for step in details.negative_detail(session, 1, actor=office.boss).steps]
        figures = rating_figures(session, now - DAY, now + 20 * DAY, actor=office.boss).iloc[0]
    assert steps == ["received", "contacted", "classified", "rectified", "called_back", "closed"]
    assert (figures["due"], figures["settled"], figures["named_closed"], figures["named_called"]) == (1, 1, 1, 1)


def test_contact_is_due_in_one_working_day_and_the_answer_in_five(office, now):
    rated = rate(office, Level.VERY_DISSATISFIED, now, contact=CONTACT)
    assert rated.contact_due_at.date() == (now + DAY).date()  # a Monday
    assert rated.answer_due_at.date() == (now + 7 * DAY).date()
    assert rate(office, Level.DISSATISFIED, now).contact_due_at is None


def test_an_anonymous_rating_is_sorted_at_once_and_never_called_back(office, now):
    sorted_rating(office, now)
    act(office, actions.answer_negative, answer="已改正", actor=office.leader, now=now)
    with pytest.raises(Conflict, match="negative_is_anonymous"):
        act(office, actions.call_back, is_satisfied=True, note="满意", actor=office.boss, now=now)
    act(office, actions.close_negative, actor=office.boss, now=now)
    assert negative(office).status is S.CLOSED


def test_a_named_rating_is_not_sorted_before_the_contact(office, now):
    rate(office, Level.DISSATISFIED, now, contact=CONTACT)
    with pytest.raises(Conflict, match="negative_step_refused"):
        act(office, actions.classify_negative, NegativeClass.AT_ONCE, note="属实", actor=office.boss, now=now)
    assert negative(office).version == 1


def test_what_needs_a_plan_gets_fifteen_working_days_from_the_rating(office, now):
    sorted_rating(office, now, kind=NegativeClass.BY_PLAN)
    assert negative(office).answer_due_at.date() == (now + 21 * DAY).date()


def test_without_legal_basis_it_is_explained(office, now):
    sorted_rating(office, now, kind=NegativeClass.NO_BASIS)
    act(office, actions.answer_negative, answer="法规要求", actor=office.leader, now=now)
    assert negative(office).status is S.EXPLAINED


def test_still_dissatisfied_opens_again_once_and_then_a_supervisor_closes_with_a_reason(office, now):
    sorted_rating(office, now, contact=CONTACT)
    for _turn in range(2):
        act(office, actions.answer_negative, answer="已改正", actor=office.leader, now=now)
        act(office, actions.call_back, is_satisfied=False, note="没有解决", actor=office.boss, now=now + DAY)
    assert (negative(office).status, negative(office).reopen_count) == (S.CALLED_BACK, 1)
    with pytest.raises(InvalidInput):
        act(office, actions.close_negative, note=" ", actor=office.boss, now=now + DAY)
    act(office, actions.close_negative, note="已穷尽措施", actor=office.boss, now=now + DAY)
    assert negative(office).status is S.CLOSED


def test_whoever_answered_does_not_close(office, now):
    sorted_rating(office, now)
    act(office, actions.answer_negative, answer="已改正", actor=office.second, now=now)
    with pytest.raises(NotAllowed, match="negative_needs_another"):
        act(office, actions.close_negative, actor=office.second, now=now)
    act(office, actions.close_negative, actor=office.boss, now=now)


def test_somebody_who_was_slower_overwrites_nothing(office, now):
    rate(office, Level.DISSATISFIED, now)
    kind = NegativeClass.AT_ONCE
    with office.store.writing() as session:
        actions.classify_negative(session, 1, kind, note="属实", version=1, actor=office.boss, now=now)
    with pytest.raises(ChangedMeanwhile), office.store.writing() as session:
        actions.classify_negative(session, 1, kind, note="属实", version=1, actor=office.second, now=now)
    assert negative(office).version == 2


def test_a_leader_answers_for_own_services_only(office, now):
    rate(office, Level.DISSATISFIED, now, service_id=office.world.permits)
    act(office, actions.classify_negative, NegativeClass.AT_ONCE, note="属实", actor=office.boss, now=now)
    with pytest.raises(NotFound, match="negative_unknown"):
        act(office, actions.answer_negative, answer="已改正", actor=office.leader, now=now)


def test_a_negative_rating_orders_a_rectification(office, now):
    rate(office, Level.DISSATISFIED, now)
    order = orders(office)[0]
    assert (order.source, order.source_ref, order.service_id) == (Source.RATING, "rating:1", office.world.surgery)


def test_negative_ratings_of_a_service_join_its_open_order_for_fourteen_days(office, now):
    rate(office, Level.DISSATISFIED, now)
    rate(office, Level.VERY_DISSATISFIED, now + 14 * DAY)
    rate(office, Level.DISSATISFIED, now + DAY, service_id=office.world.emergency)
    assert len(orders(office)) == 2
    assert negative(office, 2).rectification_id == negative(office).rectification_id
    rate(office, Level.DISSATISFIED, now + 14 * DAY + HOUR)
    assert len(orders(office)) == 3


def propose(office, now, *, actor=None, ids=(1,), ground=Ground.MISTAKEN):
    with office.store.writing() as session:
        by = {"actor": actor or office.boss, "now": now}
        return actions.propose_exclusion(session, list(ids), ground, evidence="录音一份", **by)


def decide(office, now, *, actor, is_upheld=True, number=1):
    with office.store.writing() as session:
        actions.decide_exclusion(session, number, is_upheld=is_upheld, note="证据充分", actor=actor, now=now)


def test_two_people_exclude_a_rating_and_its_event_is_corrected(office, now):
    rate(office, Level.DISSATISFIED, now)
    propose(office, now)
    assert negative(office).status is S.APPEALED
    decide(office, now + DAY, actor=office.second)
    assert negative(office).status is S.EXCLUDED
    with office.store.reading() as session:
        figures = rating_figures(session, now - DAY, now + DAY, actor=office.boss).iloc[0]
        event = session.scalars(sa.select(Event).where(Event.corrects == "rating:1")).one()
    assert (figures["n2"], figures["excluded"]) == (0, 1)
    assert (event.numerator, event.denominator) == (0.0, 0.0)
    assert orders(office)[0].status is Status.WITHDRAWN


def test_an_order_that_others_joined_stays_when_one_is_excluded(office, now):
    rate(office, Level.DISSATISFIED, now)
    rate(office, Level.DISSATISFIED, now + HOUR)
    propose(office, now + HOUR)
    decide(office, now + DAY, actor=office.second)
    assert orders(office)[0].status.is_open


def test_whoever_proposed_or_handled_it_does_not_decide(office, now):
    sorted_rating(office, now)
    propose(office, now, actor=office.second)
    for person in (office.second, office.boss):
        with pytest.raises(NotAllowed, match="exclusion_same_person"):
            decide(office, now, actor=person)
    with office.store.reading() as session:
        assert not details.exclusion_detail(session, 1, actor=office.boss).may_decide
        assert details.exclusion_detail(session, 1, actor=office.third).may_decide
    decide(office, now, actor=office.third)


def test_a_rejected_proposal_lets_the_loop_go_on_and_may_be_made_again(office, now):
    sorted_rating(office, now)
    propose(office, now, actor=office.leader)
    decide(office, now, actor=office.second, is_upheld=False)
    assert negative(office).status is S.CLASSIFIED
    with pytest.raises(Conflict, match="exclusion_decided"):
        decide(office, now, actor=office.third)
    assert propose(office, now, actor=office.second) == 2


def test_one_proposal_at_a_time_and_of_one_service(office, now):
    rate(office, Level.DISSATISFIED, now)
    rate(office, Level.DISSATISFIED, now, service_id=office.world.permits)
    with pytest.raises(InvalidInput, match="exclusion_several_services"):
        propose(office, now, ids=(1, 2))
    with pytest.raises(InvalidInput, match="exclusion_empty"):
        propose(office, now, ids=())
    propose(office, now)
    with pytest.raises(Conflict, match="exclusion_pending"):
        propose(office, now)


def test_a_unit_appeals_within_three_working_days_and_for_its_own_negative_ratings(office, now):
    rate(office, Level.DISSATISFIED, now)
    rate(office, Level.SATISFIED, now)
    rate(office, Level.DISSATISFIED, now, service_id=office.world.permits)
    with pytest.raises(Conflict, match="exclusion_too_late"):
        propose(office, now + 4 * DAY, actor=office.leader)
    with pytest.raises(NotFound):
        propose(office, now, actor=office.leader, ids=(2,))
    with pytest.raises(NotFound):
        propose(office, now, actor=office.leader, ids=(3,))
    propose(office, now + 3 * DAY, actor=office.leader)


def test_made_ratings_are_excluded_together_and_the_figures_shown_with_and_without(office, now):
    for code in receipts(office, now, count=4):
        rate(office, Level.VERY_SATISFIED, now, code=code)
    rate(office, Level.DISSATISFIED, now)
    propose(office, now, ids=(1, 2, 3, 4), ground=Ground.MANIPULATED)
    with office.store.reading() as session:
        detail = details.exclusion_detail(session, 1, actor=office.second)
    assert (sum(detail.all_levels.values()), sum(detail.levels.values())) == (5, 4)
    decide(office, now, actor=office.second)
    with office.store.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Rating.is_excluded)) == 4
        row = queries.exclusions(session, actor=office.boss).iloc[0]
    assert (row["ratings"], row["is_upheld"]) == (4, True)


def test_no_free_text_and_no_contact_reaches_the_trail(office, now):
    sorted_rating(office, now, contact=CONTACT)
    with office.store.reading() as session:
        facts = " ".join(str(entry.facts) for entry in session.scalars(sa.select(AuditEntry)))
        notes = [step.note for step in session.scalars(sa.select(ParticipationStep))]
    for words in ("王小明", "13800138000", "属实", "已联系"):
        assert words not in facts
    assert "属实" in notes


def test_who_left_a_contact_is_known_to_those_who_may_reveal_and_not_to_the_unit(office, now):
    rate(office, Level.DISSATISFIED, now, contact=CONTACT)
    with office.store.reading() as session:
        assert details.negative_detail(session, 1, actor=office.boss).vault_id is not None
        assert details.negative_detail(session, 1, actor=office.leader).vault_id is None


def test_each_person_is_told_what_waits_for_them(office, now):
    def codes(actor):
        with office.store.reading() as session:
            return [one.code for one in waiting(session, actor=actor, now=now)]

    rate(office, Level.DISSATISFIED, now, contact=CONTACT)
    assert (codes(office.boss), codes(office.leader)) == (["negative_contact"], [])
    act(office, actions.contact_rater, note="已联系", actor=office.boss, now=now)
    assert codes(office.boss) == ["negative_classify"]
    act(office, actions.classify_negative, NegativeClass.AT_ONCE, note="属实", actor=office.boss, now=now)
    assert (codes(office.boss), codes(office.leader)) == ([], ["negative_answer"])
    act(office, actions.answer_negative, answer="已改正", actor=office.leader, now=now)
    assert codes(office.boss) == ["negative_call_back"]
    act(office, actions.call_back, is_satisfied=True, note="满意", actor=office.boss, now=now)
    assert (codes(office.boss), codes(office.relations)) == (["negative_close"], [])
