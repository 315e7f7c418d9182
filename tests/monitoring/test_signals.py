"""What people do with signals: each step done, refused, and nothing left behind; new limits by two people."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.monitoring import actions, waiting
from qs.monitoring.models import Rebase, Signal, SignalStep
from qs.monitoring.rebasing import ApproverProposed, RebaseChanged
from qs.monitoring.signals import last_scan, signal, signals_of_series
from qs.monitoring.signals import signals as inbox
from qs.monitoring.terms import SignalKind, SignalStatus, SignalStepKind
from qs.notices.actions import set_wish
from qs.notices.models import OutboxNotice
from qs.notices.terms import Channel, NoticeState, Strength, Wish
from qs.rectifications import actions as rectifications
from qs.rectifications.models import Rectification
from qs.rectifications.terms import Source, Verdict
from tests.monitoring.office import MONDAY, NOW, WEEK, build_watched, fall, scanned, send, signals, weekly
from tests.rectifications.world import ordered, plan

DAY = timedelta(days=1)


@pytest.fixture
def office(store):
    return build_watched(store)


def the_signal(office, signal_id):
    with office.store.reading() as session:
        return session.get_one(Signal, signal_id)


def does(office, act, *arguments, actor=None, now=NOW, **facts):
    with office.store.writing() as session:
        return act(session, *arguments, **facts, actor=actor or office.loop.supervisor, now=now)


def test_a_leader_says_that_the_signal_is_known(office):
    one = fall(office)
    does(office, actions.acknowledge_signal, one.id, "已知悉", version=one.version, actor=office.loop.leader)
    assert the_signal(office, one.id).status is SignalStatus.ACKNOWLEDGED
    with office.store.reading() as session:
        detail = signal(session, one.id, actor=office.loop.leader, now=NOW)
    assert [step.kind for step in detail.steps][-1] is SignalStepKind.ACKNOWLEDGED
    assert detail.steps[-1].note == "已知悉"


def test_a_leader_decides_nothing_and_others_do_not_even_see_it(office):
    one = fall(office)
    with pytest.raises(NotAllowed):
        does(office, actions.dismiss_signal, one.id, "无", version=one.version, actor=office.loop.leader)
    with pytest.raises(NotFound):
        does(office, actions.acknowledge_signal, one.id, version=one.version, actor=office.loop.other_leader)
    with office.store.reading() as session:
        assert inbox(session, actor=office.loop.other_leader, now=NOW).empty
        with pytest.raises(NotFound):
            signal(session, one.id, actor=office.loop.other_leader, now=NOW)


def test_who_saw_an_older_state_is_told_and_changes_nothing(office):
    one = fall(office)
    does(office, actions.acknowledge_signal, one.id, version=one.version)
    with pytest.raises(actions.SignalChanged):
        does(office, actions.dismiss_signal, one.id, "无", version=one.version)
    assert the_signal(office, one.id).status is SignalStatus.ACKNOWLEDGED


def test_dismissing_needs_a_reason(office):
    one = fall(office)
    with pytest.raises(InvalidInput):
        does(office, actions.dismiss_signal, one.id, "  ", version=one.version)
    does(office, actions.dismiss_signal, one.id, "数据口径调整", version=one.version)
    assert the_signal(office, one.id).status is SignalStatus.DISMISSED
    with pytest.raises(Conflict, match="signal_step_impossible"):
        does(office, actions.dismiss_signal, one.id, "再次", version=one.version + 1)


def test_ordering_and_linking_are_one_act(office):
    one = fall(office)
    with pytest.raises(InvalidInput):
        does(office, actions.order_for_signal, one.id, title="", demand="整改", version=one.version)
    with office.store.reading() as session:
        assert session.scalars(sa.select(Rectification)).all() == []
    order = does(office, actions.order_for_signal, one.id, title="按时率下降", demand="整改", version=one.version)
    kept = the_signal(office, one.id)
    assert (kept.status, kept.rectification_id) == (SignalStatus.IN_RECTIFICATION, order)
    with office.store.reading() as session:
        made = session.get_one(Rectification, order)
    assert (made.source, made.source_ref) == (Source.SIGNAL, f"signal:{one.id}")


def test_an_order_that_runs_already_can_be_linked_if_it_is_of_the_same_service(office):
    one = fall(office)
    with office.store.writing() as session:
        own = ordered(session, office.loop, NOW)
        other = ordered(session, office.loop, NOW, ref="rating:2", service_id=office.world.permits)
    with pytest.raises(Conflict, match="signal_other_service"):
        does(office, actions.link_signal, one.id, other, version=one.version)
    does(office, actions.link_signal, one.id, own, version=one.version)
    assert the_signal(office, one.id).rectification_id == own


def test_a_signal_of_a_withdrawn_order_waits_for_a_decision_again(office):
    one = fall(office)
    order = does(office, actions.order_for_signal, one.id, title="按时率下降", demand="整改", version=one.version)
    does(office, rectifications.withdraw_rectification, order, "重复", version=1)
    scanned(office)
    assert the_signal(office, one.id).status is SignalStatus.ACKNOWLEDGED
    again = does(office, actions.order_for_signal, one.id, title="再次整改", demand="整改", version=one.version + 2)
    assert again != order


def test_a_closed_rectification_ends_the_signal_once_the_figures_recovered(office):
    one = fall(office)
    order = does(office, actions.order_for_signal, one.id, title="按时率下降", demand="整改", version=one.version)
    by = {"now": NOW + DAY}
    does(office, rectifications.file_plan, order, plan(NOW), version=1, actor=office.loop.leader, **by)
    does(office, rectifications.file_proof, order, "已整改", version=2, actor=office.loop.leader, **by)
    closing = {"version": 3, "actor": office.loop.colleague, **by}
    does(office, rectifications.verify_rectification, order, Verdict.CLOSED, "现场核实", **closing)
    scanned(office, now=NOW + DAY)
    assert the_signal(office, one.id).ended_at is None  # closed on paper, but the figures still show it
    later = NOW + 4 * WEEK
    send(office, weekly(office, [0.90, 0.91, 0.92, 0.91], last=MONDAY + 3 * WEEK, prefix="n"), now=later)
    scanned(office, now=later)
    kept = the_signal(office, one.id)
    assert (kept.status, kept.rectification_id) == (SignalStatus.OVER, order)
    with office.store.reading() as session:
        kinds = session.scalars(sa.select(SignalStep.kind).where(SignalStep.signal_id == one.id)).all()
    assert kinds[-1] in (SignalStepKind.RECOVERED, SignalStepKind.OVER)


def test_a_signal_that_is_still_there_cannot_be_ended_by_hand(office):
    one = fall(office)
    with pytest.raises(Conflict, match="signal_still_there"):
        does(office, actions.close_signal, one.id, version=one.version)


def test_new_limits_need_a_second_person_and_end_the_signal_of_the_change(office):
    one = fall(office)
    place = (office.world.surgery, office.world.on_time, one.onset_at)
    mark = does(office, actions.propose_rebase, *place, reason="改用新系统")
    with pytest.raises(ApproverProposed):
        does(office, actions.approve_rebase, mark, version=1)
    assert the_signal(office, one.id).ended_at is None
    with office.store.reading() as session:
        told = [line.code for line in waiting.waiting(session, actor=office.loop.colleague, now=NOW)]
        own = [line.code for line in waiting.waiting(session, actor=office.loop.supervisor, now=NOW)]
    assert "signal_rebase" in told
    assert "signal_rebase" not in own
    with pytest.raises(RebaseChanged):
        does(office, actions.approve_rebase, mark, version=7, actor=office.loop.colleague)
    does(office, actions.approve_rebase, mark, version=1, actor=office.loop.colleague)
    assert the_signal(office, one.id).status is SignalStatus.REBASED
    scanned(office)
    assert [found for found in signals(office) if found.kind.is_change and found.ended_at is None] == []
    with pytest.raises(Conflict, match="rebase_not_pending"):
        does(office, actions.approve_rebase, mark, version=2, actor=office.loop.colleague)


def test_a_mark_can_be_refused(office):
    one = fall(office)
    place = (office.world.surgery, office.world.on_time, one.onset_at)
    mark = does(office, actions.propose_rebase, *place, reason="改用新系统")
    does(office, actions.withdraw_rebase, mark, version=1, actor=office.loop.colleague)
    with office.store.reading() as session:
        assert session.get_one(Rebase, mark).withdrawn_at is not None
    with pytest.raises(NotFound):
        does(office, actions.approve_rebase, mark, version=2, actor=office.loop.colleague)


def test_the_people_responsible_are_told_once_for_each_strength(office):
    for who in (office.loop.supervisor, office.loop.leader, office.loop.other_leader):
        wish = Wish(Channel.EMAIL, "someone@example.org", least=Strength.WATCH)
        does(office, set_wish, wish, version=0, actor=who)
    one = fall(office)
    scanned(office, is_full=True)
    with office.store.reading() as session:
        notices = session.scalars(sa.select(OutboxNotice).where(OutboxNotice.topic == f"signal:{one.id}")).all()
    mailed = [notice.person_id for notice in notices if notice.state is not NoticeState.SHOWN]
    assert sorted(mailed) == sorted([office.loop.supervisor.person_id, office.loop.leader.person_id])
    assert notices[0].link == f"/signals?signal={one.id}"


def test_what_waits_is_shown_to_those_who_can_do_something(office):
    fall(office)
    with office.store.reading() as session:
        for who in (office.loop.supervisor, office.loop.leader):
            assert "signal_act" in [line.code for line in waiting.waiting(session, actor=who, now=NOW)]
        assert waiting.waiting(session, actor=office.loop.other_leader, now=NOW) == []
        assert waiting.waiting(session, actor=office.loop.inspector, now=NOW) == []


def test_the_inbox_puts_the_most_pressing_first_and_knows_ones_own(office):
    fall(office)
    send(office, weekly(office, [0.5] * 8 + [0.97] * 20, service_id=office.world.permits, prefix="p"))
    scanned(office)
    with office.store.reading() as session:
        found = inbox(session, actor=office.loop.supervisor, now=NOW)
        own = inbox(session, actor=office.loop.leader, now=NOW)
        seen = last_scan(session, actor=office.loop.leader)
        links = signals_of_series(session, office.world.surgery, office.world.on_time, actor=office.loop.leader)
    assert found["side"].tolist() == sorted(found["side"].tolist(), key=["concern", "neutral", "improvement"].index)
    assert own["is_own"].all()
    assert seen.series_count == 2
    assert SignalKind.SPECIAL_CAUSE in {one.kind for one in links}
