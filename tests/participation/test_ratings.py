"""Rating with receipts: once, by the public alone, changeable for a while, verified apart from unverified."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from qs.actor import PUBLIC, SYSTEM, Role
from qs.audit.models import AuditEntry
from qs.complaints.actions import answer_on_the_spot
from qs.complaints.aftermath import spam
from qs.complaints.intake import file_request
from qs.complaints.terms import NewRequest, Outcome, RequestKind
from qs.directory.models import Service
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.observations.models import Event
from qs.participation import actions, public, queries
from qs.participation.figures import rating_figures, with_and_without, with_rates
from qs.participation.models import NegativeRating, Rating, RatingFormer, RatingPoint, RatingReceipt
from qs.participation.ratings import moments_between
from qs.participation.suspected import ratings_under_suspicion
from qs.participation.terms import Answer, Ground, Level, NegativeStatus, Reason
from qs.rectifications.models import Rectification
from qs.rectifications.terms import Status
from tests.participation.office import CONTACT, add_point, build_office, day_of, enrolled, rate, receipts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def office(store):
    return build_office(store)


def count(office, model, *where):
    with office.store.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model).where(*where))


def figures(office, now):
    with office.store.reading() as session:
        return rating_figures(session, now - DAY, now + 40 * DAY, actor=office.boss)


def events(office):
    """The satisfaction that counts: events that no other one corrects."""
    with office.store.reading() as session:
        found = session.execute(sa.select(Event.event_id, Event.numerator, Event.denominator, Event.corrects)).all()
    corrected = {one.corrects for one in found}
    return {
        one.event_id: (one.numerator, one.denominator)
        for one in found
        if one.event_id not in corrected and one.event_id.startswith("rating:")
    }


@pytest.mark.parametrize("level", list(Level))
def test_each_level_is_given_in_the_same_one_step_without_any_comment(office, now, level):
    rated = rate(office, level, now)
    assert (rated.level, rated.is_verified, rated.is_change) == (level, True, False)
    assert (rated.answer_due_at is not None) is level.is_negative
    assert events(office) == {"rating:1": (0.0 if level.is_negative else 1.0, 1.0)}


def test_days_counted_into_a_year_without_a_calendar_are_provisional(office, now):
    in_time, late = rate(office, Level.VERY_DISSATISFIED, now), rate(office, Level.VERY_DISSATISFIED, now + 37 * DAY)
    assert (in_time.is_answer_provisional, late.is_answer_provisional) == (False, True)  # 30 December


def test_only_the_hash_of_a_receipt_is_kept(office, now):
    code = receipts(office, now)[0]
    assert len(code) == 13
    with office.store.reading() as session:
        receipt = session.scalars(sa.select(RatingReceipt)).one()
        trail = " ".join(str(entry.facts) for entry in session.scalars(sa.select(AuditEntry)))
    assert code not in receipt.code_hash
    assert code not in trail


def test_a_receipt_rates_once_and_a_second_time_changes_the_rating(office, now):
    code = receipts(office, now)[0]
    rate(office, Level.SATISFIED, now, code=code)
    again = rate(office, Level.VERY_DISSATISFIED, now + HOUR, code=code)
    assert again.is_change
    assert (count(office, Rating), count(office, RatingFormer)) == (1, 1)
    assert events(office) == {"rating:1.1": (0.0, 1.0)}
    assert count(office, NegativeRating) == 1


def test_a_negative_rating_changed_for_the_better_leaves_nothing_to_settle(office, now):
    code = receipts(office, now)[0]
    rate(office, Level.DISSATISFIED, now, code=code)
    rate(office, Level.SATISFIED, now + HOUR, code=code)
    assert count(office, NegativeRating, NegativeRating.status == NegativeStatus.CLOSED) == 1
    assert count(office, Rectification, Rectification.status == Status.WITHDRAWN) == 1
    row = figures(office, now).iloc[0]
    assert (row["n4"], row["n2"], row["due"]) == (1, 0, 0)


def test_a_rating_under_verification_can_no_longer_be_changed(office, now):
    code = receipts(office, now)[0]
    rate(office, Level.DISSATISFIED, now, code=code, contact=CONTACT)
    with office.store.writing() as session:
        actions.contact_rater(session, 1, note="已联系", version=1, actor=office.boss, now=now)
    with pytest.raises(Conflict, match="rating_settled"):
        rate(office, Level.SATISFIED, now + HOUR, code=code)
    assert count(office, RatingFormer) == 0


def test_a_receipt_expires_after_thirty_days(office, now):
    code, other = receipts(office, now, count=2)
    rate(office, Level.SATISFIED, now + 30 * DAY, code=code)
    with pytest.raises(Conflict, match="rating_code_expired"):
        rate(office, Level.SATISFIED, now + 31 * DAY, code=other)
    with pytest.raises(Conflict, match="rating_window_over"):
        rate(office, Level.DISSATISFIED, now + 31 * DAY, code=code)


def test_an_unknown_code_says_so(office, now):
    with pytest.raises(NotFound, match="rating_code_unknown"):
        rate(office, Level.SATISFIED, now, code="AAAAAAAAAAAAA")


def test_staff_cannot_rate_not_even_with_a_receipt(office, now):
    code = receipts(office, now)[0]
    for person in (office.boss, office.leader, office.relations):
        with pytest.raises(NotAllowed), office.store.writing() as session:
            actions.rate(session, code, Answer(Level.VERY_SATISFIED), actor=person, now=now)
    assert count(office, Rating) == 0


def test_a_reason_of_another_level_is_refused_and_nothing_is_left(office, now):
    code = receipts(office, now)[0]
    answer = Answer(Level.VERY_SATISFIED, (Reason.WAITED_LONG,))
    with pytest.raises(InvalidInput), office.store.writing() as session:
        actions.rate(session, code, answer, actor=PUBLIC, now=now)
    assert (count(office, Rating), count(office, Event)) == (0, 0)


def test_a_public_code_alone_is_kept_apart_and_enters_no_figure(office, now):
    add_point(office, now)
    with office.store.reading() as session:
        code = session.scalars(sa.select(RatingPoint.code)).one()
        info = public.rating_point(session, code.lower(), actor=PUBLIC)
    assert (info.service_en, info.counter_en) == ("Surgery", "Counter 3")
    rated = rate(office, Level.VERY_DISSATISFIED, now, code=code)
    rate(office, Level.VERY_SATISFIED, now, code=code)
    assert not rated.is_verified
    assert count(office, NegativeRating) == 0
    assert events(office) == {}
    row = figures(office, now).iloc[0]
    assert (row["unverified"], row["unverified_satisfied"], row["n5"]) == (2, 1, 0)


def test_a_closed_point_takes_no_ratings(office, now):
    point_id = add_point(office, now)
    with office.store.writing() as session:
        actions.close_point(session, point_id, version=1, actor=office.relations, now=now)
        code = session.get_one(RatingPoint, point_id).code
    with pytest.raises(Conflict, match="point_closed"):
        rate(office, Level.SATISFIED, now, code=code)


def test_what_can_be_rated_is_told_without_preselection(office, now):
    code = receipts(office, now)[0]
    with office.store.reading() as session:
        found = public.ratable(session, code, actor=PUBLIC, now=now)
    assert (found.service_en, found.provider_en, found.before) == ("Surgery", "Hospital", None)
    assert found.finished_on == day_of(now)
    assert set(found.reasons) == set(Level)


def test_receipts_are_for_days_that_have_come_and_in_reasonable_numbers(office, now):
    for number, finished_on in ((0, day_of(now)), (1001, day_of(now)), (1, day_of(now + DAY))):
        with pytest.raises(InvalidInput), office.store.writing() as session:
            actions.issue_receipts(
                session,
                office.world.surgery,
                count=number,
                finished_on=finished_on,
                actor=office.relations,
                now=now,
            )


def test_figures_show_counts_rates_and_intervals(office, now):
    codes = receipts(office, now, count=10)
    for code, level in zip(codes, [Level.VERY_SATISFIED] * 5 + [Level.BASICALLY_SATISFIED], strict=False):
        rate(office, level, now, code=code)
    rate(office, Level.DISSATISFIED, now, code=codes[6])
    row = with_rates(figures(office, now)).iloc[0]
    assert (row["n"], row["issued"], row["used"]) == (7, 10, 7)
    assert row["satisfaction"] == pytest.approx(6 / 7)
    assert row["strict"] == pytest.approx(5 / 7)
    assert row["points"] == pytest.approx((5 * 100 + 60 + 40) / 7)
    assert row["participation"] == pytest.approx(0.7)
    assert 0.48 < row["lower"] < row["satisfaction"] < row["upper"] < 0.98


def test_nothing_to_divide_by_is_no_figure_rather_than_zero(office, now):
    receipts(office, now, count=3)
    row = with_rates(figures(office, now)).iloc[0]
    assert row[["satisfaction", "lower", "rectification", "call_back"]].isna().all()
    assert row["participation"] == 0.0


def test_the_figures_have_the_same_columns_when_empty(office, now):
    empty = figures(office, now)
    rate(office, Level.SATISFIED, now)
    assert list(empty.columns) == list(figures(office, now).columns)
    assert with_rates(empty).empty


def test_a_leader_sees_the_figures_of_own_services_only(office, now):
    rate(office, Level.SATISFIED, now)
    rate(office, Level.SATISFIED, now, service_id=office.world.permits)
    with office.store.reading() as session:
        seen = rating_figures(session, now - DAY, now + DAY, actor=office.leader)
        own = set(session.scalars(sa.select(Service.id).where(Service.provider_id == office.world.hospital)))
    assert set(seen["service_id"]) <= own
    assert len(figures(office, now)) == 2


def check(office, now):
    with office.store.writing() as session:
        rng = np.random.default_rng(1)
        return actions.mark_suspicious(session, since=now - DAY, rng=rng, actor=SYSTEM, now=now + DAY)


def some_weeks(office, now):
    """Five weeks in which a receipt is given out now and then, and rated by whoever got it."""
    for back in range(35, 0, -5):
        rate(office, Level.SATISFIED, now - back * DAY, device=f"home-{back}")


def test_a_burst_is_marked_for_people_and_stays_in_the_figures(office, now):
    some_weeks(office, now)
    for place, code in enumerate(receipts(office, now, count=15)):
        at = now + timedelta(minutes=place, seconds=7 * place**2 % 53)
        rate(office, Level.VERY_SATISFIED, at, code=code, device=f"desk-{place % 2}")
    assert (check(office, now), check(office, now)) == (15, 0)
    assert figures(office, now).iloc[0]["n5"] == 15
    with office.store.reading() as session:
        group = queries.flagged(session, actor=office.boss).iloc[0]
        seen = with_and_without(session, now - DAY, now + DAY, actor=office.boss).iloc[0]
    assert (group["ratings"], group["signals"]) == (15, "burst levels devices")
    assert (seen["n"], seen["satisfied"], seen["marked"], seen["marked_satisfied"]) == (15, 15, 15, 15)
    assert seen["share"] == 1
    assert np.isnan(seen["share_without"])


def test_the_rating_of_a_request_that_turns_out_to_be_spam_is_shown_with_and_without_and_two_people_decide(office, now):
    desk = enrolled(office.store, "hotline", Role.HOTLINE_OPERATOR)
    told = {"actor": desk, "now": now}
    with office.store.writing() as session:
        wanted = NewRequest(RequestKind.COMPLAINT, "骂人", "骂人的话", service_id=office.world.surgery)
        filed = file_request(session, wanted, **told)
        answer_on_the_spot(session, filed.request_id, "已说明", outcome=Outcome.EXPLAINED, version=1, **told)
    rate(office, Level.VERY_DISSATISFIED, now + HOUR, code=filed.receipt_code)
    rate(office, Level.SATISFIED, now + HOUR)
    assert check(office, now) == 0
    with office.store.writing() as session:
        spam.mark_spam(session, filed.request_id, "纯属谩骂", version=2, **told)
    assert (check(office, now), check(office, now)) == (1, 0)
    with office.store.reading() as session:
        group = queries.flagged(session, actor=office.boss).iloc[0]
        seen = with_and_without(session, now - DAY, now + DAY, actor=office.boss).iloc[0]
        assert ratings_under_suspicion(session, actor=office.boss, now=now + DAY).empty
    assert (group["ratings"], group["signals"]) == (1, "spam")
    assert (seen["n"], seen["share"], seen["share_without"]) == (2, 0.5, 1.0)
    assert figures(office, now).iloc[0][["n1", "excluded"]].tolist() == [1, 0]
    with office.store.writing() as session:
        spam.clear_spam(session, filed.request_id, "并非谩骂", version=3, **told)
    assert check(office, now) == 0
    with office.store.reading() as session:
        assert queries.flagged(session, actor=office.boss).empty


def test_a_terminal_on_site_is_no_device(office, now):
    some_weeks(office, now)
    add_point(office, now)
    with office.store.reading() as session:
        code = session.scalars(sa.select(RatingPoint.code)).one()
    for place in range(15):
        at = now + timedelta(minutes=place, seconds=7 * place**2 % 53)
        rate(office, [Level.SATISFIED, Level.BASICALLY_SATISFIED][place % 2], at, code=code, device="terminal")
    assert check(office, now) == 0


@pytest.mark.parametrize(("is_upheld", "looked_at"), [(True, 7), (False, 22)])
def test_ratings_two_people_decided_on_are_no_longer_under_suspicion(office, now, is_upheld, looked_at):
    some_weeks(office, now)
    for place, code in enumerate(receipts(office, now, count=15)):
        rate(office, Level.VERY_SATISFIED, now + timedelta(minutes=place), code=code, device="desk")
    assert check(office, now) == 15
    with office.store.writing() as session:
        ids = list(session.scalars(sa.select(Rating.id).where(Rating.signals != "")))
        proposal = actions.propose_exclusion(
            session, ids, Ground.MANIPULATED, evidence="同一设备。", actor=office.boss, now=now + DAY
        )
        actions.decide_exclusion(
            session, proposal, is_upheld=is_upheld, note="已核实。", actor=office.second, now=now + DAY
        )
    with office.store.reading() as session:
        services = sa.select(Service.id)
        left = moments_between(session, services, now - 40 * DAY, now + DAY)
        assert with_and_without(session, now - DAY, now + DAY, actor=office.boss).empty
    assert len(left) == looked_at
