"""What can be asked of incentives, and by whom: scope, what is only considered, what waits, what is public."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from docx import Document

from qs.actor import PUBLIC
from qs.errors import NotAllowed
from qs.i18n import Language, use_language
from qs.incentives import actions, appeals, public, queries, rulebook, vetoes
from qs.incentives.certificates import certificate
from qs.incentives.simulation import simulation
from qs.incentives.terms import (
    Comparison,
    Condition,
    Consequence,
    Outcome,
    RuleContent,
    Subject,
    Veto,
    Vote,
)
from qs.incentives.waiting import waiting
from qs.sentences import waiting_sentences
from tests.incentives.office import DAY, PRAISE, built_office
from tests.rankings.city import QUARTER
from tests.world import STRANGER


@pytest.fixture
def office(store):
    return built_office(store)


def listed(office, actor, now=DAY):
    with office.store.reading() as session:
        return queries.proposals(session, actor=actor, now=now)


def waits(office, actor, now=DAY):
    with office.store.reading() as session:
        return [line.code for line in waiting(session, actor=actor, now=now)]


def simulated(office, content):
    with office.store.reading() as session:
        return simulation(session, content, actor=office.auditor, now=DAY)


def test_a_simulation_says_who_when_and_how_much_is_luck_and_stores_nothing(office):
    found = simulated(office, PRAISE)
    assert (found.proposed_count, found.service_count, found.periods) == (1, 1, (QUARTER,))
    rows = found.frame.set_index("service_id")
    assert rows.loc[office.world.surgery, "outcome"] is Outcome.MET
    assert rows.loc[office.world.emergency, "outcome"] is Outcome.NOT_MET
    assert rows.loc[office.world.vaccination, "outcome"] is Outcome.MISSING
    assert 0 < found.by_chance < 0.2
    assert listed(office, office.auditor).empty


def test_half_of_the_ranked_services_lie_in_the_upper_half_by_luck_alone(office):
    half = RuleContent(Consequence.PRAISE, (Condition(Subject.RANK_SHARE, Comparison.AT_MOST, 0.5),))
    assert simulated(office, half).by_chance == pytest.approx(1.5)  # three services are ranked


def test_a_quarter_before_the_first_frozen_one_is_missing(office):
    twice = RuleContent(Consequence.PRAISE, (Condition(Subject.SCORE, Comparison.AT_LEAST, 1.0, quarters=2),))
    assert set(simulated(office, twice).frame["outcome"]) == {Outcome.MISSING}


def test_what_is_only_considered_is_kept_from_the_service(office):
    praise, circular = office.proposed()
    assert set(listed(office, office.anna)["proposal_id"]) == {praise, circular}
    assert listed(office, office.leader).empty
    office.sign(circular, office.ben)
    office.sign(circular, office.cora)
    assert listed(office, office.leader).empty
    office.step(actions.tell_leader, circular)
    assert list(listed(office, office.leader)["proposal_id"]) == [circular]
    assert list(listed(office, office.head)["proposal_id"]) == [circular]


def test_a_department_head_sees_no_other_department(office):
    nominated = office.make(
        actions.nominate, office.world.permits, Consequence.PRAISE, period=QUARTER, grounds="做法可复制"
    )
    office.sign(nominated, office.ben)
    assert listed(office, office.head).empty
    with office.store.reading() as session, pytest.raises(NotAllowed):
        queries.proposals(session, actor=STRANGER, now=DAY)


def test_drafts_are_kept_from_the_services_and_adopted_rules_are_not(office):
    office.make(rulebook.write_rule, PRAISE, name="草稿", reason="试一试")
    with office.store.reading() as session:
        assert {one.name for one in queries.rules(session, actor=office.leader)} == {"准时表扬", "超时通报"}
        assert len(queries.rules(session, actor=office.auditor)) == 3


def test_each_waits_for_what_only_they_may_do(office):
    praise, circular = office.proposed()
    assert waits(office, office.anna) == []
    assert waits(office, office.ben) == ["incentive_to_decide"] * 2
    office.sign(circular, office.ben)
    assert waits(office, office.ben) == ["incentive_to_decide"]
    office.sign(circular, office.cora)
    assert "incentive_to_tell" in waits(office, office.anna)
    office.step(actions.tell_leader, circular)
    assert waits(office, office.leader) == ["incentive_may_appeal"]
    office.step(appeals.appeal, circular, grounds="道路施工影响", actor=office.leader)
    assert "incentive_appeal_to_decide" in waits(office, office.dan)
    assert "incentive_appeal_to_decide" not in waits(office, office.cora)
    office.sign(praise, office.ben)
    assert "incentive_to_conclude" not in waits(office, office.anna)
    assert "incentive_to_conclude" in waits(office, office.anna, now=DAY + timedelta(days=20))


def test_an_objection_and_a_draft_wait_for_somebody_else(office):
    praise = office.noticed()
    office.step(appeals.record_objection, praise, text="数据只算了一半")
    assert "incentive_objection" not in waits(office, office.anna)
    assert "incentive_objection" in waits(office, office.cora)
    office.make(rulebook.write_rule, PRAISE, name="草稿", reason="试一试")
    assert "incentive_to_adopt" in waits(office, office.ben)
    assert "incentive_to_adopt" not in waits(office, office.anna)


def test_what_waits_has_words(office):
    office.proposed()
    with office.store.reading() as session:
        what, why = waiting_sentences(waiting(session, actor=office.ben, now=DAY)[0])
    assert what == "Decide on a proposal: Surgery"
    assert why == "Circulated praise for 2026Q3; somebody other than the proposer must sign"


def test_the_public_sees_notices_and_published_rewards_and_no_penalty(office):
    praise = office.noticed()
    with office.store.reading() as session:
        assert list(public.public_notices(session, actor=PUBLIC)["service_en"]) == ["Surgery"]
        assert public.published(session, actor=PUBLIC).empty
    office.step(actions.conclude, praise, now=office.after_notice(praise))
    with office.store.reading() as session:
        shown = public.published(session, actor=PUBLIC)
        assert public.public_notices(session, actor=PUBLIC).empty
    assert list(shown["certificate"]) == ["2026-0001"]
    assert list(shown.columns) == list(public.PUBLISHED_COLUMNS)


def test_frames_have_their_columns_when_empty(office):
    assert list(listed(office, office.auditor).columns) == list(queries.PROPOSAL_COLUMNS)
    with office.store.reading() as session:
        assert list(queries.vetoes(session, actor=office.auditor).columns) == list(queries.VETO_COLUMNS)
        assert list(public.published(session, actor=PUBLIC).columns) == list(public.PUBLISHED_COLUMNS)


def test_vetoes_are_listed_within_the_scope(office):
    facts = {"period": QUARTER, "grounds": "事故调查中"}
    office.make(vetoes.record_veto, office.world.surgery, Veto.SAFETY_ACCIDENT, **facts)
    with office.store.reading() as session:
        assert list(queries.vetoes(session, actor=office.head)["kind"]) == [Veto.SAFETY_ACCIDENT]
        assert queries.vetoes(session, actor=office.leader).empty


def test_a_proposal_tells_its_whole_story(office):
    circular = office.appealed()
    shown = office.detail(circular, office.dan)
    assert [one.vote for one in shown.signatures] == [Vote.APPROVE] * 2
    assert shown.appeal.filed_by.name == "张leader"
    assert shown.appeal_due.due_at == datetime(2026, 11, 9, 9, 30, tzinfo=UTC)  # fifteen working days
    assert shown.is_party is False
    assert office.detail(circular, office.leader).is_party is True


@pytest.mark.parametrize(
    ("language", "words"), [(Language.ZH, "不是评比达标表彰"), (Language.EN, "it is not a statutory honour")]
)
def test_a_certificate_never_calls_itself_a_statutory_honour(office, language, words):
    praise = office.published()
    use_language(language)
    text = "\n".join(one.text for one in Document(BytesIO(certificate(office.detail(praise)))).paragraphs)
    assert words in text
    assert "2026-0001" in text


def test_there_is_no_certificate_before_publication(office):
    with pytest.raises(ValueError, match="only a published reward"):
        certificate(office.detail(office.noticed()))
