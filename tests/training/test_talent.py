"""A grant passes through three people and a public notice, and its outcome is followed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.training import queries, talent
from qs.training.terms import NewTalentProgramme, NominationState, Outcome, TalentState
from qs.training.waiting import waiting
from tests.training.conftest import ENTERED_AT
from tests.world import AUDITOR

OFFER = NewTalentProgramme("留任计划", "一线满三年", 1, 1_200_000, 36, (ENTERED_AT + timedelta(days=20)).date())
AFTER_NOTICE = ENTERED_AT + timedelta(days=9)


@pytest.fixture
def offered(store, school):
    with store.writing() as session:
        return talent.open_talent(session, OFFER, actor=school.keeper, now=ENTERED_AT)


@pytest.fixture
def nominated(store, school, offered):
    with store.writing() as session:
        return [
            talent.nominate(session, offered, who, grounds="符合", actor=school.keeper, now=ENTERED_AT)
            for who in (school.first, school.second)
        ]


def choose(store, offered, ids, actor, *, now=ENTERED_AT):
    with store.writing() as session:
        talent.choose(session, offered, ids, actor=actor, now=now)


def grant(store, offered, actor, *, now=AFTER_NOTICE):
    with store.writing() as session:
        talent.grant(session, offered, actor=actor, now=now)


def states(store, school, offered):
    with store.reading() as session:
        return queries.nominations(session, offered, actor=school.keeper)["state"].tolist()


def test_a_grant_is_chosen_by_one_noticed_and_given_by_another(store, school, offered, nominated, deciders):
    choose(store, offered, nominated[:1], deciders[0])
    with pytest.raises(Conflict, match="notice_running"):
        grant(store, offered, deciders[1], now=ENTERED_AT + timedelta(days=3))
    with pytest.raises(NotAllowed, match="own_choice"):
        grant(store, offered, deciders[0])
    grant(store, offered, deciders[1])
    assert states(store, school, offered) == [NominationState.GRANTED, NominationState.NOT_CHOSEN]
    with store.reading() as session:
        found = queries.talents(session, actor=AUDITOR).iloc[0]
    assert (found["state"], found["nominated_count"], found["granted_count"]) == (TalentState.GRANTED, 2, 1)


def test_no_more_than_the_quota_is_chosen(store, offered, nominated, deciders):
    with pytest.raises(InvalidInput, match="quota_exceeded"):
        choose(store, offered, nominated, deciders[0])


def test_a_grant_waits_for_its_notice(store, offered, nominated, deciders):
    with pytest.raises(Conflict, match="talent_not_in_notice"):
        grant(store, offered, deciders[1])


def test_nobody_is_nominated_twice_or_after_the_last_day(store, school, offered, nominated):
    with pytest.raises(Conflict, match="nominated_already"), store.writing() as session:
        talent.nominate(session, offered, school.first, grounds="符合", actor=school.keeper, now=ENTERED_AT)
    late = ENTERED_AT + timedelta(days=21)
    with pytest.raises(Conflict, match="talent_not_open"), store.writing() as session:
        talent.nominate(session, offered, school.second, grounds="符合", actor=school.keeper, now=late)


def test_a_nomination_needs_grounds(store, school, offered):
    with pytest.raises(InvalidInput), store.writing() as session:
        talent.nominate(session, offered, school.first, grounds=" ", actor=school.keeper, now=ENTERED_AT)


def test_who_nominates_does_not_choose_and_human_resources_never_do(store, school, offered, nominated, deciders):
    with pytest.raises(NotAllowed):
        choose(store, offered, nominated[:1], school.keeper)
    with pytest.raises(NotFound, match="nomination_unknown"):
        choose(store, offered, [999], deciders[0])


def test_the_outcome_of_a_grant_is_followed(store, school, offered, nominated, deciders):
    with pytest.raises(InvalidInput, match="not_granted"), store.writing() as session:
        talent.enter_outcome(session, nominated[0], Outcome.FULFILLED, actor=school.keeper, now=ENTERED_AT)
    choose(store, offered, nominated[:1], deciders[0])
    grant(store, offered, deciders[1])
    with store.writing() as session:
        talent.enter_outcome(session, nominated[0], Outcome.LEFT_EARLY, actor=school.keeper, now=AFTER_NOTICE)
    with store.reading() as session:
        found = queries.nominations(session, offered, actor=school.keeper)
    assert found.iloc[0]["outcome"] is Outcome.LEFT_EARLY


def test_what_waits_is_told_to_who_decides(store, offered, nominated, deciders):
    chooser, granter = deciders

    def codes(actor, days):
        with store.reading() as session:
            return [line.code for line in waiting(session, actor=actor, now=ENTERED_AT + timedelta(days=days))]

    assert codes(chooser, 10) == []
    assert codes(chooser, 22) == ["training.choose"]
    choose(store, offered, nominated[:1], chooser)
    assert codes(chooser, 22) == []
    assert codes(granter, 22) == ["training.grant"]
