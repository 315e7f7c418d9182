"""Suggestions, consultations and hearings: from the first word of the public to the published answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qs.actor import PUBLIC
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.participation import actions, details, figures, papers, public, published, queries
from qs.participation.models import Consultation, ConsultationOpinion, Hearing, HearingRegistration, Suggestion
from qs.participation.scope import ChangedMeanwhile
from qs.participation.terms import (
    HearingKind,
    HearingRecord,
    HearingStatus,
    Level,
    Paper,
    Side,
    SuggestionStatus,
    Verdict,
)
from tests.participation.office import (
    CONTACT,
    PDF,
    build_office,
    new_consultation,
    new_hearing,
    noticed_hearing,
    open_consultation,
    rate,
    register,
    suggest,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def office(store):
    return build_office(store)


def stored(office, model, number=1):
    with office.store.reading() as session:
        return session.get_one(model, number)


def act(office, model, action, *arguments, actor, now, number=1, **more):
    """One step at the present version."""
    version = stored(office, model, number).version
    with office.store.writing() as session:
        return action(session, number, *arguments, version=version, actor=actor, now=now, **more)


def assign(office, now, *, is_shown=True, service_id=None):
    chosen = service_id or office.world.surgery
    act(office, Suggestion, actions.assign_suggestion, chosen, is_shown=is_shown, actor=office.boss, now=now)


def test_a_suggestion_is_assigned_answered_and_reported_as_implemented(office, now):
    kept = suggest(office, now)
    assert kept.due_at.date() == (now + 14 * DAY).date()  # ten working days
    assign(office, now)
    adopted = {"answer": "采纳", "answer_en": "Adopted"}
    act(office, Suggestion, actions.answer_suggestion, Verdict.ADOPTED, **adopted, actor=office.leader, now=now)
    act(
        office,
        Suggestion,
        actions.implement_suggestion,
        proof="已开诊",
        files=[PDF],
        actor=office.leader,
        now=now + DAY,
    )
    with office.store.reading() as session:
        shown = public.answered_suggestions(session, actor=PUBLIC).iloc[0]
        status = papers.status_by_receipt(session, kept.receipt_code, actor=PUBLIC, now=now)
        detail = details.suggestion_detail(session, 1, actor=office.leader)
    assert (shown["verdict"], shown["answer"], shown["proof"]) == ("adopted", "采纳", "已开诊")
    assert (status.paper, status.status, status.verdict) == (
        Paper.SUGGESTION,
        SuggestionStatus.IMPLEMENTED,
        Verdict.ADOPTED,
    )
    assert [step.code for step in status.steps] == ["received", "assigned", "answered", "implemented"]
    assert len(detail.files) == 1


def test_what_is_not_adopted_cannot_be_implemented(office, now):
    suggest(office, now)
    assign(office, now)
    act(
        office,
        Suggestion,
        actions.answer_suggestion,
        Verdict.NOT_ADOPTED,
        answer="不采纳",
        actor=office.leader,
        now=now,
    )
    with pytest.raises(Conflict, match="implementation_needs_adoption"):
        act(office, Suggestion, actions.implement_suggestion, proof="做了", actor=office.leader, now=now)


def test_an_answer_needs_its_reason_and_an_assignment_first(office, now):
    suggest(office, now, service_id=office.world.surgery)
    with pytest.raises(Conflict, match="suggestion_step_refused"):
        act(office, Suggestion, actions.answer_suggestion, Verdict.ADOPTED, answer="好", actor=office.leader, now=now)
    assign(office, now)
    with pytest.raises(InvalidInput):
        act(office, Suggestion, actions.answer_suggestion, Verdict.ADOPTED, answer=" ", actor=office.leader, now=now)
    assert stored(office, Suggestion).status is SuggestionStatus.ASSIGNED


def test_a_leader_neither_assigns_nor_answers_for_others(office, now):
    suggest(office, now)
    with pytest.raises(NotAllowed), office.store.writing() as session:
        actions.assign_suggestion(
            session, 1, office.world.surgery, is_shown=True, version=1, actor=office.leader, now=now
        )
    assign(office, now, service_id=office.world.permits)
    with pytest.raises(NotFound):
        act(office, Suggestion, actions.answer_suggestion, Verdict.ADOPTED, answer="好", actor=office.leader, now=now)


def test_only_what_staff_have_looked_at_is_public_and_can_be_supported_once(office, now):
    suggest(office, now)
    with pytest.raises(NotFound), office.store.writing() as session:
        actions.support_suggestion(session, 1, device="phone", actor=PUBLIC, now=now)
    assign(office, now)
    with office.store.writing() as session:
        assert actions.support_suggestion(session, 1, device="phone", actor=PUBLIC, now=now) == 1
        assert actions.support_suggestion(session, 1, device="tablet", actor=PUBLIC, now=now) == 2
    with pytest.raises(Conflict, match="already_supported"), office.store.writing() as session:
        actions.support_suggestion(session, 1, device="phone", actor=PUBLIC, now=now)


def test_a_slower_hand_overwrites_no_suggestion(office, now):
    suggest(office, now)
    assign(office, now)
    with pytest.raises(ChangedMeanwhile), office.store.writing() as session:
        actions.answer_suggestion(session, 1, Verdict.ADOPTED, answer="好", version=1, actor=office.leader, now=now)


def comment(office, now, text="支持"):
    with office.store.writing() as session:
        return actions.comment_on_consultation(session, 1, text=text, contact=CONTACT, actor=PUBLIC, now=now)


def test_a_consultation_runs_from_the_draft_to_the_summary(office, now):
    open_consultation(office, now)
    kept = comment(office, now + DAY)
    over = now + 31 * DAY
    with pytest.raises(Conflict, match="opinions_unanswered"):
        act(office, Consultation, actions.summarise_consultation, summary="综述", actor=office.relations, now=over)
    answer = {"gist": "支持", "reason": "采纳，写入方案"}
    act(
        office, ConsultationOpinion, actions.answer_opinion, Verdict.ADOPTED, **answer, actor=office.relations, now=over
    )
    act(office, Consultation, actions.summarise_consultation, summary="综述", actor=office.relations, now=over)
    with office.store.reading() as session:
        shown = published.consultation(session, 1, actor=PUBLIC, now=over)
        status = papers.status_by_receipt(session, kept.receipt_code, actor=PUBLIC, now=over)
    assert [(one.gist, one.verdict) for one in shown.treated] == [("支持", Verdict.ADOPTED)]
    assert (status.verdict, status.answer) == (Verdict.ADOPTED, "采纳，写入方案")
    assert "王小明" not in repr(shown) + repr(status)


def test_nothing_of_an_opinion_is_public_before_the_summary(office, now):
    open_consultation(office, now)
    comment(office, now, text="我住在三号楼")
    with office.store.reading() as session:
        shown = published.consultation(session, 1, actor=PUBLIC, now=now)
    assert (shown.opinion_count, shown.treated, shown.is_open) == (1, (), True)


def test_opinions_are_taken_while_it_is_open_only(office, now):
    open_consultation(office, now)
    comment(office, now + 30 * DAY)
    with pytest.raises(Conflict, match="consultation_closed"):
        comment(office, now + 31 * DAY)
    with pytest.raises(Conflict, match="consultation_still_open"):
        act(office, Consultation, actions.summarise_consultation, summary="早", actor=office.relations, now=now + DAY)


def test_a_draft_needs_a_document_and_a_first_day_to_come_and_is_not_public(office, now):
    with office.store.writing() as session:
        actions.draft_consultation(session, new_consultation(now), actor=office.relations, now=now)
    with pytest.raises(InvalidInput, match="without_document"):
        act(office, Consultation, actions.publish_consultation, actor=office.relations, now=now)
    with pytest.raises(InvalidInput, match="opens_past"):
        act(office, Consultation, actions.publish_consultation, actor=office.relations, now=now + DAY)
    with pytest.raises(NotFound), office.store.reading() as session:
        published.consultation(session, 1, actor=PUBLIC, now=now)


def test_a_published_consultation_does_not_change(office, now):
    open_consultation(office, now)
    with pytest.raises(Conflict, match="consultation_step_refused"):
        act(office, Consultation, actions.change_consultation, new_consultation(now), actor=office.relations, now=now)


def test_a_short_consultation_shows_its_reason(office, now):
    with pytest.raises(InvalidInput, match="consultation_too_short"):
        open_consultation(office, now, closes_on=new_consultation(now, days=10).closes_on)
    open_consultation(office, now, closes_on=new_consultation(now, days=10).closes_on, short_reason="汛期将至")
    with office.store.reading() as session:
        assert published.consultation(session, 1, actor=PUBLIC, now=now).short_reason == "汛期将至"


def held_hearing(office, now):
    """A hearing in 30 days with two participants and one who was not chosen; returns the receipts and its moment."""
    noticed_hearing(office, now)
    kept = [register(office, 1, side, now + HOUR) for side in (Side.SUPPORTING, Side.OPPOSING, Side.SUPPORTING)]
    act(office, Hearing, actions.choose_participants, {1, 2}, actor=office.relations, now=now + 19 * DAY)
    after = stored(office, Hearing).holds_at + 3 * HOUR
    record = HearingRecord("钱主持", True, frozenset({1}), "会议记录")
    act(office, Hearing, actions.record_hearing, record, actor=office.relations, now=after)
    return kept, after


def test_a_hearing_runs_from_the_notice_to_the_report(office, now):
    kept, after = held_hearing(office, now)
    answer = {"gist": "要点", "reason": "采纳"}
    with pytest.raises(Conflict, match="registrations_unanswered"):
        act(office, Hearing, actions.publish_hearing, report="报告", actor=office.relations, now=after)
    for number in (1, 2, 3):
        act(
            office,
            HearingRegistration,
            actions.answer_registration,
            Verdict.PARTLY,
            **answer,
            number=number,
            actor=office.relations,
            now=after + DAY,
        )
    act(office, Hearing, actions.publish_hearing, report="报告", actor=office.relations, now=after + DAY)
    with office.store.reading() as session:
        shown = published.hearing(session, 1, actor=PUBLIC, now=after)
        left_out = papers.status_by_receipt(session, kept[2].receipt_code, actor=PUBLIC, now=after)
    assert [(one.number, one.is_present) for one in shown.participants] == [(1, True), (2, False)]
    assert (len(shown.treated), shown.status) == (3, HearingStatus.PUBLISHED)
    assert (left_out.is_chosen, left_out.verdict) == (False, Verdict.PARTLY)


def test_everybody_is_answered_within_fifteen_days_of_the_record(office, now):
    _kept, after = held_hearing(office, now)
    assert (stored(office, Hearing).answer_due_at - after).days in range(14, 18)  # a day off rolls forward


def test_participants_are_chosen_after_registration_and_recorded_after_the_hearing(office, now):
    noticed_hearing(office, now)
    register(office, 1, Side.SUPPORTING, now)
    with pytest.raises(Conflict, match="registration_still_open"):
        act(office, Hearing, actions.choose_participants, {1}, actor=office.relations, now=now + DAY)
    with pytest.raises(NotFound, match="registration_unknown"):
        act(office, Hearing, actions.choose_participants, {9}, actor=office.relations, now=now + 19 * DAY)
    with pytest.raises(Conflict, match="list_too_late"):
        act(office, Hearing, actions.choose_participants, {1}, actor=office.relations, now=now + 28 * DAY)
    act(office, Hearing, actions.choose_participants, {1}, actor=office.relations, now=now + 19 * DAY)
    record = HearingRecord("钱主持", True, frozenset(), "记录")
    with pytest.raises(Conflict, match="hearing_not_held_yet"):
        act(office, Hearing, actions.record_hearing, record, actor=office.relations, now=now + 20 * DAY)


def test_the_record_names_who_came_and_an_independent_presider(office, now):
    noticed_hearing(office, now)
    for side in (Side.SUPPORTING, Side.OPPOSING):
        register(office, 1, side, now)
    act(office, Hearing, actions.choose_participants, {1}, actor=office.relations, now=now + 19 * DAY)
    after = now + 31 * DAY
    for record, code in (
        (HearingRecord("钱主持", False, frozenset({1}), "记录"), "presider_not_independent"),
        (HearingRecord("钱主持", True, frozenset({2}), "记录"), "attendance_unknown_person"),
    ):
        with pytest.raises(InvalidInput, match=code):
            act(office, Hearing, actions.record_hearing, record, actor=office.relations, now=after)
    assert stored(office, Hearing).status is HearingStatus.LISTED


def test_notice_given_too_late_is_refused_and_the_draft_stays(office, now):
    with pytest.raises(InvalidInput, match="hearing_notice_too_late"):
        noticed_hearing(office, now, days=19, kind=HearingKind.RULE_MAKING)
    with office.store.writing() as session:
        drafted = actions.draft_hearing(session, new_hearing(now, days=6), actor=office.relations, now=now)
    with pytest.raises(InvalidInput, match="hearing_notice_too_late"):
        act(office, Hearing, actions.publish_notice, actor=office.relations, now=now, number=drafted)
    with pytest.raises(NotFound), office.store.reading() as session:
        published.hearing(session, drafted, actor=PUBLIC, now=now)


def test_registration_ends_in_time(office, now):
    noticed_hearing(office, now)
    register(office, 1, Side.OTHER, now + 18 * DAY)
    with pytest.raises(Conflict, match="registration_closed"):
        register(office, 1, Side.OTHER, now + 19 * DAY)


def test_what_is_open_now_is_listed_and_so_is_what_was_finished(office, now):
    open_consultation(office, now)
    noticed_hearing(office, now)
    with office.store.reading() as session:
        assert list(public.open_now(session, actor=PUBLIC, now=now)["kind"]) == ["hearing", "consultation"]
        assert public.open_now(session, actor=PUBLIC, now=now + 60 * DAY).empty
        assert public.finished_now(session, actor=PUBLIC).empty


def test_a_document_is_handed_out_with_what_is_published_only(office, now):
    open_consultation(office, now)
    with office.store.reading() as session:
        file = published.consultation(session, 1, actor=PUBLIC, now=now).documents[0]
        assert published.document(session, "consultation", 1, file.file_id, actor=PUBLIC, now=now) == PDF.content
        for kind, number in (("consultation", 2), ("hearing", 1), ("negative", 1)):
            with pytest.raises(NotFound):
                published.document(session, kind, number, file.file_id, actor=PUBLIC, now=now)


def test_an_unknown_receipt_says_so(office, now):
    with pytest.raises(NotFound, match="participation_receipt_unknown"), office.store.reading() as session:
        papers.status_by_receipt(session, "AAAAAAAAAAAAA", actor=PUBLIC, now=now)


PHONE = "13812345678"


def test_numbers_in_what_citizens_write_are_hidden_from_everybody_who_reads_it(office, now):
    rate(office, Level.VERY_DISSATISFIED, now, comment=f"没人接，请打{PHONE}")
    suggest(office, now, title=f"增设夜间门诊，电话{PHONE}")
    assign(office, now)
    open_consultation(office, now)
    comment(office, now + DAY, text=f"支持，可打{PHONE}")
    with office.store.reading() as session:
        read = [
            public.listed_suggestions(session, actor=PUBLIC).to_string(),
            queries.negatives(session, actor=office.boss, now=now).to_string(),
            details.negative_detail(session, 1, actor=office.boss).comment,
            details.consultation_detail(session, 1, actor=office.boss).opinions.to_string(),
        ]
    assert all("13*********" in one and PHONE not in one for one in read)


def test_a_suggestion_without_an_answer_past_its_limit_counts_against_answering_in_time(office, now):
    for number in range(3):
        suggest(office, now + number * HOUR)
    assign(office, now)
    adopted = {"answer": "采纳", "answer_en": "Adopted"}
    act(office, Suggestion, actions.answer_suggestion, Verdict.ADOPTED, **adopted, actor=office.leader, now=now + DAY)
    act(
        office,
        Suggestion,
        actions.assign_suggestion,
        office.world.surgery,
        is_shown=True,
        actor=office.boss,
        now=now,
        number=2,
    )
    act(
        office,
        Suggestion,
        actions.answer_suggestion,
        Verdict.ADOPTED,
        **adopted,
        actor=office.leader,
        now=now + 30 * DAY,
        number=2,
    )
    with office.store.reading() as session:
        found = figures.suggestions_answered(session, now, now + 60 * DAY, actor=office.boss)
        early = figures.suggestions_answered(session, now, now + DAY, actor=office.boss)
    assert (found.in_time, found.due, found.share) == (1, 3, pytest.approx(1 / 3))
    assert found.lower < found.share < found.upper
    assert (early.due, early.share != early.share) == (0, True), "no data, not zero"
