"""Rules, proposals, signatures, notice, appeals and publication: done, refused, and nothing left behind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.attachments.terms import Upload
from qs.audit.models import AuditEntry
from qs.directory.models import Service
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.incentives import actions, appeals, public, queries, rulebook, vetoes
from qs.incentives.cases import NotStarted, ProposalOvertaken, Recused, WrongStage
from qs.incentives.models import IncentiveDecision, IncentiveProposal
from qs.incentives.rulebook import RuleOvertaken
from qs.incentives.terms import (
    AppealOutcome,
    Comparison,
    Condition,
    Consequence,
    Outcome,
    RuleContent,
    Stage,
    Subject,
    VersionState,
    Veto,
    Vote,
)
from tests.incentives.office import CIRCULAR, DAY, PRAISE, built_office
from tests.rankings.city import QUARTER

LATER = DAY + timedelta(days=60)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def office(store):
    return built_office(store)


def count(office, model) -> int:
    with office.store.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def last_entry(office) -> AuditEntry:
    with office.store.reading() as session:
        return session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc())).first()


# Rules


def test_a_rule_begins_as_a_draft_and_somebody_else_adopts_it(office):
    rule_id = office.make(rulebook.write_rule, PRAISE, name="草稿", reason="试一试")
    with pytest.raises(NotAllowed, match="version_own"):
        office.make(rulebook.adopt_version, rule_id, version=1)
    office.make(rulebook.adopt_version, rule_id, version=1, actor=office.cora)
    with pytest.raises(Conflict, match="version_not_draft"):
        office.make(rulebook.adopt_version, rule_id, version=2, actor=office.cora)
    with office.store.reading() as session:
        rule = next(one for one in queries.rules(session, actor=office.auditor) if one.rule_id == rule_id)
    assert rule.newest.state is VersionState.ADOPTED
    assert (rule.newest.author.name, rule.newest.adopter.name) == ("张anna", "张cora")


def test_a_programme_adopts_nothing(office):
    rule_id = office.make(rulebook.write_rule, PRAISE, name="草稿", reason="试一试")
    with pytest.raises(NotAllowed, match="decider_not_a_person"):
        office.make(rulebook.adopt_version, rule_id, version=1, actor=SYSTEM)


def test_a_version_never_changes_and_the_old_one_stays_in_force_until_the_next_is_adopted(office):
    office.make(rulebook.write_version, 1, CIRCULAR, reason="改为通报", version=2)
    with office.store.reading() as session:
        rule = next(one for one in queries.rules(session, actor=office.auditor) if one.rule_id == 1)
    assert (rule.in_force.content, rule.draft.content) == (PRAISE, CIRCULAR)
    office.make(rulebook.adopt_version, 1, version=3, actor=office.ben)
    with office.store.reading() as session:
        rule = next(one for one in queries.rules(session, actor=office.auditor) if one.rule_id == 1)
    assert [one.state for one in rule.versions] == [VersionState.ADOPTED, VersionState.REPLACED]


def test_a_version_that_says_nothing_new_is_refused(office):
    with pytest.raises(Conflict, match="version_unchanged"):
        office.make(rulebook.write_version, 1, PRAISE, reason="没有改动", version=2)


def test_somebody_who_was_slower_writes_no_version(office):
    with pytest.raises(RuleOvertaken):
        office.make(rulebook.write_version, 1, CIRCULAR, reason="改为通报", version=1)


def test_a_name_is_taken_once_and_a_rule_without_a_reason_is_refused(office):
    with pytest.raises(InvalidInput, match="rule_name_taken"):
        office.make(rulebook.write_rule, PRAISE, name="准时表扬", reason="再来一条")
    with pytest.raises(InvalidInput):
        office.make(rulebook.write_rule, PRAISE, name="另一条", reason=" ")
    unknown = RuleContent(Consequence.PRAISE, (Condition(Subject.MEASURE, Comparison.ABOVE, 1.0, "unknown"),))
    with pytest.raises(InvalidInput):
        office.make(rulebook.write_rule, unknown, name="另一条", reason="没有这项指标")


def test_a_retired_rule_proposes_no_more(office):
    office.make(rulebook.retire_rule, 1, reason="口径已改", version=2)
    office.make(actions.propose, QUARTER)
    with office.store.reading() as session:
        shown = queries.proposals(session, actor=office.auditor, now=DAY)
    assert set(shown["rule"]) == {"超时通报"}
    with pytest.raises(Conflict, match="rule_retired"):
        office.make(rulebook.retire_rule, 1, reason="再停一次", version=3)


# Proposals


def test_the_rules_propose_who_meets_them_with_everything_they_saw(office):
    praise, circular = office.proposed()
    assert count(office, IncentiveProposal) == 2  # permits is neither, vaccination has too few cases for both
    seen = office.detail(praise).inputs[0]
    assert (seen.figure.value, seen.figure.n, seen.outcome) == (0.95, 400, Outcome.MET)
    assert 0.9 <= seen.figure.lower < 0.95
    assert office.detail(circular).inputs[0].figure.value == 0.75
    assert len(office.detail(praise).period_sha256) == 64


def test_proposing_twice_adds_nothing(office):
    office.proposed()
    assert office.make(actions.propose, QUARTER) == ()
    assert count(office, IncentiveProposal) == 2
    assert last_entry(office).facts["proposal_count"] == 0


def test_two_rules_propose_the_same_outcome_once(office):
    score = RuleContent(Consequence.PRAISE, (Condition(Subject.SCORE, Comparison.AT_LEAST, 1.0),))
    rule_id = office.make(rulebook.write_rule, score, name="得分表扬", reason="试一试")
    office.make(rulebook.adopt_version, rule_id, version=1, actor=office.ben)
    office.make(actions.propose, QUARTER)
    with office.store.reading() as session:
        shown = queries.proposals(session, actor=office.auditor, now=DAY)
    of_surgery = shown[shown["service_id"] == office.world.surgery]
    assert list(of_surgery["rule"]) == ["准时表扬"]


@pytest.mark.parametrize(
    ("period", "code"), [("2026Q2", "incentive_period_not_frozen"), ("now", "period_name_invalid")]
)
def test_only_a_frozen_quarter_gives_proposals(office, period, code):
    with pytest.raises((Conflict, InvalidInput), match=code):
        office.make(actions.propose, period)


def test_a_veto_item_bars_every_reward_but_no_penalty(office):
    for service_id in (office.world.surgery, office.world.emergency):
        office.make(vetoes.record_veto, service_id, Veto.FALSIFIED_DATA, period=QUARTER, grounds="数据改动")
    office.make(actions.propose, QUARTER)
    assert count(office, IncentiveProposal) == 1
    with pytest.raises(Conflict, match="veto_bars_reward"):
        office.make(actions.nominate, office.world.surgery, Consequence.ROLE_MODEL, period=QUARTER, grounds="经验可学")


def test_a_veto_item_that_comes_later_bars_the_signature_and_the_publication(office):
    praise, _ = office.proposed()
    facts = {"period": QUARTER, "grounds": "事故调查中"}
    veto = office.make(vetoes.record_veto, office.world.surgery, Veto.SAFETY_ACCIDENT, **facts)
    with pytest.raises(Conflict, match="veto_bars_reward"):
        office.sign(praise, office.ben)
    office.make(vetoes.lift_veto, veto, reason="查无此事", actor=office.ben)
    assert office.sign(praise, office.ben) is Stage.NOTICE
    office.make(vetoes.record_veto, office.world.surgery, Veto.SAFETY_ACCIDENT, **facts)
    with pytest.raises(Conflict, match="veto_bars_reward"):
        office.step(actions.conclude, praise, now=LATER)


def test_a_veto_item_stands_once_and_another_person_lifts_it(office):
    facts = {"period": QUARTER, "grounds": "打击投诉人"}
    veto = office.make(vetoes.record_veto, office.world.surgery, Veto.RETALIATION, **facts)
    with pytest.raises(Conflict, match="veto_recorded"):
        office.make(vetoes.record_veto, office.world.surgery, Veto.RETALIATION, **facts)
    with pytest.raises(NotAllowed, match="veto_own"):
        office.make(vetoes.lift_veto, veto, reason="查无此事")
    office.make(vetoes.lift_veto, veto, reason="查无此事", actor=office.ben)
    with pytest.raises(Conflict, match="veto_lifted"):
        office.make(vetoes.lift_veto, veto, reason="查无此事", actor=office.ben)


def test_a_nomination_needs_grounds_a_frozen_quarter_and_no_twin(office):
    facts = {"period": QUARTER, "grounds": "做法可复制"}
    office.make(actions.nominate, office.world.permits, Consequence.ROLE_MODEL, **facts)
    with pytest.raises(Conflict, match="nominated_already"):
        office.make(actions.nominate, office.world.permits, Consequence.ROLE_MODEL, **facts)
    with pytest.raises(InvalidInput):
        office.make(actions.nominate, office.world.permits, Consequence.PRAISE, period=QUARTER, grounds="")
    with pytest.raises(Conflict, match="incentive_period_not_frozen"):
        office.make(actions.nominate, office.world.permits, Consequence.PRAISE, period="2025Q1", grounds="做法可复制")
    with pytest.raises(NotFound):
        office.make(actions.nominate, 0, Consequence.PRAISE, **facts)


# Signatures


@pytest.mark.parametrize("starts_on", [None, date(2026, 10, 20)])
def test_nothing_is_decided_before_incentives_take_effect(store, starts_on):
    office = built_office(store, starts_on=starts_on)
    praise, _ = office.proposed()
    with pytest.raises(NotStarted):
        office.sign(praise, office.ben)
    assert count(office, IncentiveDecision) == 0


def test_on_the_day_of_effect_deciding_begins(store):
    office = built_office(store, starts_on=date(2026, 10, 20))
    praise, _ = office.proposed()
    assert office.sign(praise, office.ben, now=datetime(2026, 10, 19, 16, tzinfo=UTC)) is Stage.NOTICE  # midnight


def test_the_proposer_never_decides_and_a_programme_never_does(office):
    praise, _ = office.proposed()
    with pytest.raises(NotAllowed, match="decider_proposed"):
        office.sign(praise, office.anna)
    with pytest.raises(NotAllowed, match="decider_not_a_person"):
        office.sign(praise, SYSTEM)


def test_who_answers_for_the_service_keeps_out(office):
    _, circular = office.proposed()
    with office.store.writing() as session:
        session.get_one(Service, office.world.emergency).leader_id = office.ben.person_id
    with pytest.raises(Recused):
        office.sign(circular, office.ben)
    assert office.sign(circular, office.cora) is Stage.PROPOSED


def test_a_penalty_takes_two_different_people(office):
    _, circular = office.proposed()
    assert office.sign(circular, office.ben) is Stage.PROPOSED
    with pytest.raises(Conflict, match="decided_already"):
        office.sign(circular, office.ben)
    assert office.sign(circular, office.cora) is Stage.DECIDED
    with pytest.raises(WrongStage):
        office.sign(circular, office.dan)


def test_one_refusal_ends_a_proposal(office):
    _, circular = office.proposed()
    office.sign(circular, office.ben)
    assert office.sign(circular, office.cora, vote=Vote.DECLINE) is Stage.DECLINED


def test_of_two_who_sign_the_same_sight_the_slower_is_told(office):
    _, circular = office.proposed()
    seen = office.stored(circular).version
    facts = {"reason": "数据已核对", "version": seen}
    office.make(actions.decide, circular, Vote.APPROVE, actor=office.ben, **facts)
    with pytest.raises(ProposalOvertaken):
        office.make(actions.decide, circular, Vote.DECLINE, actor=office.cora, **facts)
    assert count(office, IncentiveDecision) == 1


def test_a_signature_without_a_reason_leaves_nothing_behind(office):
    praise, _ = office.proposed()
    before = count(office, AuditEntry)
    with pytest.raises(InvalidInput):
        office.step(actions.decide, praise, Vote.APPROVE, reason="  ", actor=office.ben)
    assert (count(office, IncentiveDecision), count(office, AuditEntry)) == (0, before)
    assert office.stored(praise).stage is Stage.PROPOSED


def test_the_store_keeps_one_signature_for_each_person(office):
    praise, _ = office.proposed()
    office.sign(praise, office.ben)
    twin = IncentiveDecision(
        proposal_id=praise, person_id=office.ben.person_id, vote=Vote.APPROVE, reason="再签", decided_at=DAY
    )
    with pytest.raises(sa.exc.IntegrityError), office.store.writing() as session:
        session.add(twin)


# Rewards


def test_a_reward_is_published_only_after_its_notice_and_gets_a_number(office):
    praise = office.noticed()
    due_at = office.due_at(office.stored(praise).notice_due_id)
    assert due_at.date() == date(2026, 10, 26)  # five working days after Monday the 19th
    with pytest.raises(Conflict, match="notice_running"):
        office.step(actions.conclude, praise, now=due_at)
    assert office.step(actions.conclude, praise, now=due_at + timedelta(seconds=1)) is Stage.PUBLISHED
    assert office.stored(praise).certificate == "2026-0001"


def test_an_open_objection_holds_a_reward_back_and_another_person_answers_it(office):
    praise = office.noticed()
    objection = office.step(appeals.record_objection, praise, text="数据只算了一半")
    with pytest.raises(Conflict, match="objection_open"):
        office.step(actions.conclude, praise, now=LATER)
    facts = {"is_upheld": False, "answer": "已核对全部数据"}
    with pytest.raises(NotAllowed, match="answerer_recorded"):
        office.step(appeals.answer_objection, praise, objection, **facts)
    office.step(appeals.answer_objection, praise, objection, actor=office.cora, **facts)
    with pytest.raises(Conflict, match="objection_answered"):
        office.step(appeals.answer_objection, praise, objection, actor=office.cora, **facts)
    assert office.step(actions.conclude, praise, now=LATER) is Stage.PUBLISHED


def test_an_objection_that_is_right_withdraws_the_reward(office):
    praise = office.noticed()
    objection = office.step(appeals.record_objection, praise, text="数据只算了一半")
    facts = {"is_upheld": True, "answer": "确有遗漏", "actor": office.cora}
    office.step(appeals.answer_objection, praise, objection, **facts)
    assert office.stored(praise).stage is Stage.WITHDRAWN
    with pytest.raises(NotFound, match="objection_unknown"):
        other = office.make(
            actions.nominate, office.world.surgery, Consequence.PRAISE, period=QUARTER, grounds="重新提名"
        )
        office.sign(other, office.ben)
        office.step(appeals.answer_objection, other, objection, **facts)


def test_a_statutory_award_is_forwarded_and_needs_a_number_when_granted(office):
    facts = {"period": QUARTER, "grounds": "全年居前"}
    wanted = office.make(actions.nominate, office.world.surgery, Consequence.RECOMMENDATION, **facts)
    office.sign(wanted, office.ben)
    office.sign(wanted, office.cora)
    assert office.step(actions.conclude, wanted, now=LATER) is Stage.FORWARDED
    assert office.stored(wanted).certificate is None
    with pytest.raises(InvalidInput):
        office.step(actions.record_answer, wanted, is_granted=True, now=LATER)
    office.step(actions.record_answer, wanted, is_granted=True, approval_number="〔2026〕1号", now=LATER)
    assert office.stored(wanted).stage is Stage.GRANTED


def test_what_the_authority_refuses_stays_refused(office):
    facts = {"period": QUARTER, "grounds": "全年居前"}
    wanted = office.make(actions.nominate, office.world.surgery, Consequence.RECOMMENDATION, **facts)
    office.sign(wanted, office.ben)
    office.sign(wanted, office.cora)
    office.step(actions.conclude, wanted, now=LATER)
    office.step(actions.record_answer, wanted, is_granted=False, note="名额已满", now=LATER)
    assert office.stored(wanted).stage is Stage.REFUSED


def test_a_published_reward_can_be_revoked_with_a_reason(office):
    praise = office.published()
    with pytest.raises(InvalidInput):
        office.step(actions.revoke, praise, reason="", now=LATER)
    office.step(actions.revoke, praise, reason="事后查明数据造假", now=LATER)
    assert office.stored(praise).stage is Stage.REVOKED
    with office.store.reading() as session:
        assert public.published(session, actor=office.auditor).empty


def test_a_penalty_is_not_revoked(office):
    circular = office.told()
    office.step(actions.conclude, circular, now=LATER)
    with pytest.raises(Conflict, match="not_revocable"):
        office.step(actions.revoke, circular, reason="想撤", now=LATER)


# Penalties and appeals


def test_a_penalty_waits_for_the_time_to_appeal(office):
    circular = office.told()
    due_at = office.due_at(office.stored(circular).appeal_due_id)
    with pytest.raises(Conflict, match="appeal_window_running"):
        office.step(actions.conclude, circular, now=due_at)
    assert office.step(actions.conclude, circular, now=due_at + timedelta(seconds=1)) is Stage.PUBLISHED


def test_the_service_knows_nothing_before_it_is_told(office):
    _, circular = office.proposed()
    with pytest.raises(NotFound, match="proposal_unknown"):
        office.step(appeals.appeal, circular, grounds="不服", actor=office.leader)
    with pytest.raises(NotFound):
        office.detail(circular, office.leader)


@pytest.mark.parametrize("name", ["leader", "head"])
def test_leader_and_department_head_appeal_in_time_and_once(office, name):
    circular, actor = office.told(), getattr(office, name)
    due_at = office.due_at(office.stored(circular).appeal_due_id)
    with pytest.raises(Conflict, match="appeal_too_late"):
        office.step(appeals.appeal, circular, grounds="道路施工", actor=actor, now=due_at + timedelta(seconds=1))
    facts = {"grounds": "道路施工", "uploads": [Upload("证明.pdf", PDF)]}
    office.step(appeals.appeal, circular, actor=actor, now=due_at, **facts)
    assert office.stored(circular).stage is Stage.APPEALED
    assert [file.file_name for file in office.detail(circular, actor).appeal.files] == ["证明.pdf"]


def test_there_is_one_appeal_only(office):
    circular = office.appealed()
    facts = {"reason": "理由不成立", "actor": office.dan, "now": DAY + timedelta(days=5)}
    office.step(appeals.decide_appeal, circular, AppealOutcome.REJECTED, **facts)
    with pytest.raises(Conflict, match="appealed_already"):
        office.step(appeals.appeal, circular, grounds="再来", actor=office.leader, now=DAY + timedelta(days=6))


@pytest.mark.parametrize("name", ["anna", "ben", "cora"])
def test_who_had_a_part_in_the_decision_does_not_decide_the_appeal(office, name):
    circular = office.appealed()
    with pytest.raises(NotAllowed, match="decider_was_involved"):
        office.step(appeals.decide_appeal, circular, AppealOutcome.UPHELD, reason="成立", actor=getattr(office, name))


def test_an_appeal_that_is_right_withdraws_the_decision(office):
    circular = office.appealed()
    office.step(appeals.decide_appeal, circular, AppealOutcome.UPHELD, reason="施工属实", actor=office.dan, now=LATER)
    assert office.stored(circular).stage is Stage.WITHDRAWN


def test_an_appeal_may_make_it_lighter_but_never_heavier(office):
    circular = office.appealed()
    facts = {"reason": "情节较轻", "actor": office.dan, "now": LATER}
    for heavier in (Consequence.LISTED, Consequence.CIRCULAR, Consequence.PRAISE, None):
        with pytest.raises(InvalidInput, match="appeal_not_lighter"):
            office.step(appeals.decide_appeal, circular, AppealOutcome.LIGHTER, lighter=heavier, **facts)
    with pytest.raises(InvalidInput, match="appeal_not_lighter"):
        office.step(appeals.decide_appeal, circular, AppealOutcome.REJECTED, lighter=Consequence.REMINDER, **facts)
    office.step(appeals.decide_appeal, circular, AppealOutcome.LIGHTER, lighter=Consequence.REMINDER, **facts)
    stored = office.stored(circular)
    assert (stored.stage, stored.proposed, stored.consequence) == (
        Stage.EFFECTIVE,
        Consequence.CIRCULAR,
        Consequence.REMINDER,
    )
    assert office.step(actions.conclude, circular, now=LATER) is Stage.CLOSED


def test_a_day_of_effect_must_be_plausible_and_earlier_ones_are_kept(office):
    with pytest.raises(InvalidInput):
        office.make(actions.set_effective_from, date(1900, 1, 1))
    office.make(actions.set_effective_from, date(2027, 1, 1))
    with office.store.reading() as session:
        assert queries.effective_from(session, actor=office.auditor) == date(2027, 1, 1)


def test_every_step_is_kept_with_who_and_when(office):
    praise = office.published()
    steps = office.detail(praise).steps
    assert [one.to_stage for one in steps] == [Stage.PROPOSED, Stage.NOTICE, Stage.PUBLISHED]
    assert [one.person for one in steps] == ["张anna", "张ben", "张anna"]
    assert last_entry(office).action == "incentives.concluded"
