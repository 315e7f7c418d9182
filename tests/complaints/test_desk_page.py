"""The desk on screen: catalogue and filters, what each role does with one click, and what is refused in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qs.complaints import details
from qs.complaints.catalogue import entries, files
from qs.complaints.catalogue.entries import NewLine
from qs.complaints.handling import co_units, pauses
from qs.complaints.terms import PauseReason, Refusal, RequestState, StepKind, Supervision, Urgency
from tests.complaints.desk import at_stage, build_desk

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(store):
    return build_desk(store)


@pytest.fixture
def lately():
    """A little before the real moment: screens read the real clock."""
    return datetime.now(UTC) - timedelta(hours=7)


def made(store, desk, stage, at, **others):
    with store.writing() as session:
        return at_stage(session, desk, stage, at, **others)


def words(screen):
    return " ".join([*(one.value for one in screen.text), *(one.value for one in screen.markdown)])


def keys(screen):
    return {button.key for button in screen.button}


def found(store, desk, request_id):
    with store.reading() as session:
        return details.request_detail(session, request_id, actor=desk.supervisor)


def lines(store, desk):
    with store.reading() as session:
        return entries.catalogue(session, actor=desk.supervisor, with_retired=True)


def kept(store, desk, now):
    said = NewLine("急诊等候", "急诊 分诊", service_id=desk.world.emergency, co_service_id=desk.world.permits)
    with store.writing() as session:
        return entries.add_line(session, said, actor=desk.supervisor, now=now)


def test_a_supervisor_adds_a_line_and_is_told_what_is_missing(store, desk, visit):
    screen = visit("complaints", "boss", view="catalogue", line="new")
    screen.text_input(key="line_new_form_matter").set_value("疫苗预约")
    screen.button(key="line_new_form_save").click().run()
    assert "Choose a service, or the sector" in words(screen)
    screen.text_area(key="line_new_form_words").set_value("疫苗 接种")
    screen.selectbox(key="line_new_form_sector").set_value(desk.world.health)
    screen.button(key="line_new_form_save").click().run()
    assert not screen.error
    assert list(lines(store, desk)["matter"]) == ["疫苗预约"]


def test_a_line_is_taken_out_of_use(store, desk, visit, now):
    entry_id = kept(store, desk, now)
    screen = visit("complaints", "boss", view="catalogue", line=str(entry_id))
    screen.button(key=f"line_{entry_id}_1_retire").click().run()
    assert list(lines(store, desk)["is_retired"]) == [True]


def test_who_may_not_keep_the_catalogue_reads_it(store, desk, visit, now):
    entry_id = kept(store, desk, now)
    screen = visit("complaints", "hotline", view="catalogue", line=str(entry_id))
    assert not screen.exception
    assert "Known by: 急诊, 分诊" in words(screen)
    assert f"line_{entry_id}_1_save" not in keys(screen)


def test_a_file_is_looked_at_before_it_is_read_in(store, desk, visit):
    data = files.catalogue_toml(lines(store, desk)[[]].assign())
    assert data == b"\n"
    screen = visit("complaints", "boss", view="catalogue")
    text = "[[entry]]\nmatter = '疫苗预约'\nwords = '疫苗'\nsector = 'health'\n".encode()
    screen.file_uploader(key="catalogue_file").set_value(("c.toml", text, "application/toml")).run()
    assert "1 to add, 0 to change, 0 as they are" in words(screen)
    assert lines(store, desk).empty
    screen.button(key="catalogue_load").click().run()
    assert list(lines(store, desk)["matter"]) == ["疫苗预约"]


def test_dispatch_follows_the_suggestion_and_asks_the_helper_of_the_catalogue(store, desk, visit, lately):
    kept(store, desk, lately - HOUR)
    request_id = made(store, desk, RequestState.REGISTERED, lately, service_id=desk.world.surgery)
    screen = visit("complaints", "hotline", request=str(request_id))
    assert "Dispatch catalogue: found 急诊, 分诊" in words(screen)
    screen.button_group(key=f"decision_{request_id}").set_value(desk.world.emergency).run()
    screen.checkbox(key="decision_help").check()
    screen.button(key="decision_save").click().run()
    assert not screen.error
    detail = found(store, desk, request_id)
    assert (detail.state, detail.service_id) == (RequestState.DISPATCHED, desk.world.emergency)
    assert [one.service_id for one in detail.co_units] == [desk.world.permits]


def test_a_refusal_brings_its_prepared_sentence_and_needs_its_reason(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.REGISTERED, lately)
    screen = visit("complaints", "boss", request=str(request_id), do="refuse")
    screen.button(key="refuse_save").click().run()
    assert "Choose the reason first" in screen.error[0].value
    screen.selectbox(key="refuse_reason").set_value(Refusal.BEYOND_REMIT).run()
    assert "12315" in screen.text_area(key="refuse_text").value
    screen.button(key="refuse_save").click().run()
    assert found(store, desk, request_id).refusal is Refusal.BEYOND_REMIT


def test_another_urgency_shows_its_limits_before_it_is_saved(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.REGISTERED, lately)
    screen = visit("complaints", "hotline", request=str(request_id), do="classify")
    screen.selectbox(key="classify_urgency").set_value(Urgency.DANGER).run()
    assert "Limits: dispatch by" in words(screen)
    assert "110, 119 or 120" in screen.warning[0].value
    screen.text_input(key="classify_reason").set_value("有人受伤")
    screen.button(key="classify_save").click().run()
    assert found(store, desk, request_id).urgency is Urgency.DANGER


def test_a_handler_asks_for_a_pause_and_a_head_lets_the_clock_stand(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.IN_PROGRESS, lately)
    screen = visit("complaints", "leader", request=str(request_id), do="pause")
    screen.button(key="pause_save").click().run()
    assert "Choose why the clock should stand" in screen.error[0].value
    screen.selectbox(key="pause_reason").set_value(PauseReason.EXPERT)
    screen.text_area(key="pause_text").set_value("等鉴定报告")
    screen.button(key="pause_save").click().run()
    screen = visit("complaints", "head", request=str(request_id))
    screen.button(key="step_decide_pause").click().run()
    screen.button(key="decide_pause_approve").click().run()
    assert "Paused since" in words(screen)
    assert "The clock stands with" in words(screen).replace("\\", "")
    assert found(store, desk, request_id).state is RequestState.PAUSED


def test_a_handler_lets_the_clock_run_on_with_one_click(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.IN_PROGRESS, lately)
    with store.writing() as session:
        asked = {"reason": PauseReason.EXPERT, "version": 3, "actor": desk.leader, "now": lately + 3 * HOUR}
        pauses.ask_pause(session, request_id, "等", **asked)
        agreed = {"is_approved": True, "version": 4, "actor": desk.head, "now": lately + 4 * HOUR}
        pauses.decide_pause(session, request_id, **agreed)
    screen = visit("complaints", "leader", request=str(request_id), view="paused")
    screen.button(key="step_resume").click().run()
    assert found(store, desk, request_id).state is RequestState.IN_PROGRESS


def test_a_unit_that_helps_reports_to_the_lead(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.IN_PROGRESS, lately)
    with store.writing() as session:
        asked = {"service_id": desk.world.permits, "task": "查许可", "version": 3, "actor": desk.hotline}
        co_units.ask_co_unit(session, request_id, **asked, now=lately + 3 * HOUR)
    screen = visit("complaints", "foreign", request=str(request_id), do="report", view="help")
    screen.text_area(key="report_text").set_value("许可齐全")
    screen.button(key="report_save").click().run()
    assert not screen.error
    assert found(store, desk, request_id).co_units[0].report == "许可齐全"


def test_the_centre_verifies_a_reply_or_sends_it_back_with_its_reason(store, desk, visit, lately):
    holds, fails = (made(store, desk, RequestState.REPLIED, lately) for _ in range(2))
    screen = visit("complaints", "hotline", request=str(holds), do="verify")
    assert "已增加分诊" in words(screen)
    screen.button(key="verify_save").click().run()
    assert found(store, desk, holds).state is RequestState.VERIFIED
    screen = visit("complaints", "hotline", request=str(fails), do="verify")
    screen.button(key="verify_rework").click().run()
    assert found(store, desk, fails).state is RequestState.REPLIED  # not without a reason
    screen.text_area(key="verify_reason").set_value("没有说明措施")
    screen.button(key="verify_rework").click().run()
    assert found(store, desk, fails).rework_count == 1


def test_a_supervisor_puts_a_request_under_supervision(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.IN_PROGRESS, lately)
    screen = visit("complaints", "boss", request=str(request_id), do="supervise")
    screen.selectbox(key="supervise_level").set_value(Supervision.LISTED)
    screen.text_area(key="supervise_demand").set_value("三日内报告")
    screen.button(key="supervise_save").click().run()
    detail = found(store, desk, request_id)
    assert detail.supervision is Supervision.LISTED
    assert detail.steps[-1].kind is StepKind.SUPERVISED


def test_search_and_filter_stand_in_the_address(store, desk, visit, lately):
    made(store, desk, RequestState.REGISTERED, lately)
    screen = visit("complaints", "hotline", q="没有这样的字")
    assert "Nothing stands here" in words(screen)
    screen = visit("complaints", "hotline", kind="praise")
    assert "Nothing stands here" in words(screen)
    assert screen.selectbox(key="kind_choice").value == "praise"


def test_an_old_link_with_a_queue_opens_its_list(store, desk, visit, lately):
    made(store, desk, RequestState.REGISTERED, lately)
    screen = visit("complaints", "hotline", queue="dispatch")
    assert any(str(one.key).startswith("list_dispatch") for one in screen.dataframe)
