"""The Incentives screen: rules and their trial, signatures, appeals, and what a service is not shown."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from qs.deadlines.models import DueDate
from qs.incentives import actions, queries, rulebook
from qs.incentives.terms import Stage, VersionState, Vote
from tests.incentives.office import PRAISE, built_office
from tests.world import enroll


@pytest.fixture
def office(store):
    return built_office(store, starts_on=date(2026, 6, 1))


def title(screen):
    return screen.markdown[0].value


def keys(screen):
    return {button.key for button in screen.button}


def texts(screen):
    return " ".join([*(one.value for one in screen.text), *(one.value for one in screen.markdown)])


def listed(screen, key):
    return next(frame.value for frame in screen.dataframe if frame.key == key)


def test_somebody_without_the_right_is_not_offered_the_screen(store, office, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"incentives\.py"):
        visit("incentives", "nobody")


def test_the_card_gives_the_reason_and_one_good_click_signs(office, visit):
    praise, _ = office.proposed()
    screen = visit("incentives", "ben", proposal=str(praise))
    assert not screen.exception
    assert "2 proposals wait for your signature" in title(screen)
    assert "On time" in texts(screen)
    screen.segmented_control(key="decide_vote").set_value(Vote.APPROVE)
    screen.text_area(key="decide_reason").set_value("数据已核对")
    screen.button(key="decide_save").click().run()
    assert not screen.exception
    assert office.stored(praise).stage is Stage.NOTICE


def test_a_day_counted_into_a_year_without_a_calendar_is_called_provisional(store, office, visit):
    praise = office.noticed()
    with store.writing() as session:
        session.execute(sa.update(DueDate).values(is_provisional=True))
    screen = visit("incentives", "ben", view="decisions", proposal=str(praise))
    assert "26 Oct 2026 (provisional)" in texts(screen)
    assert [frame.value["due"].tolist() for frame in screen.dataframe if "due" in frame.value] == [
        ["26 Oct 2026 (provisional)"]
    ]


def test_a_signature_without_a_reason_is_refused(office, visit):
    praise, _ = office.proposed()
    screen = visit("incentives", "ben", proposal=str(praise))
    screen.segmented_control(key="decide_vote").set_value(Vote.APPROVE)
    screen.button(key="decide_save").click().run()
    assert "“Reason” is empty" in " ".join(one.value for one in screen.text)
    assert office.stored(praise).stage is Stage.PROPOSED


def test_the_proposer_sees_no_way_to_sign(office, visit):
    praise, _ = office.proposed()
    screen = visit("incentives", "anna", proposal=str(praise))
    assert "decide_save" not in keys(screen)
    assert "others must sign it" in texts(screen)


def test_a_leader_sees_told_decisions_only_and_may_appeal(office, visit):
    _, circular = office.proposed()
    screen = visit("incentives", "leader", proposal=str(circular))
    assert "No decision has been made yet" in title(screen)
    assert "There is no such proposal" in screen.error[0].value
    office.sign(circular, office.ben)
    office.sign(circular, office.cora)
    office.step(actions.tell_leader, circular, now=datetime.now(UTC))
    screen = visit("incentives", "leader", proposal=str(circular))
    screen.text_area(key="appeal_grounds").set_value("道路施工影响")
    screen.button(key="appeal_save").click().run()
    assert not screen.exception
    assert office.stored(circular).stage is Stage.APPEALED


def test_a_rule_is_tried_while_it_is_written_and_kept_as_a_draft(office, visit):
    screen = visit("incentives", "anna", view="rules", do="rule")
    assert not screen.exception
    assert "The draft would have proposed" in title(screen)
    screen.number_input(key="condition_0_n").set_value(0).run()
    screen.text_input(key="rule_name").set_value("新规则")
    screen.text_area(key="rule_reason").set_value("试一试")
    screen.button(key="rule_save").click().run()
    assert not screen.exception
    with office.store.reading() as session:
        newest = max(queries.rules(session, actor=office.auditor), key=lambda one: one.rule_id)
    assert (newest.name, newest.newest.state) == ("新规则", VersionState.DRAFT)


def test_a_draft_is_adopted_by_another_person_on_screen(office, visit):
    rule_id = office.make(rulebook.write_rule, PRAISE, name="草稿", reason="试一试")
    assert "adopt" not in keys(visit("incentives", "anna", view="rules", rule=str(rule_id)))
    screen = visit("incentives", "ben", view="rules", rule=str(rule_id))
    screen.button(key="adopt").click().run()
    assert not screen.exception
    assert "3 rules are in force" in title(screen)


def test_an_auditor_reads_everything_and_changes_nothing(office, visit):
    praise = office.published()
    screen = visit("incentives", "watcher", view="decisions", proposal=str(praise))
    assert not screen.exception
    assert "1 rewards published" in title(screen)
    assert {"decide_save", "conclude", "revoke_save", "propose_save"}.isdisjoint(keys(screen))


def test_every_view_opens_with_nothing_in_it(office, visit):
    for view in ("proposals", "decisions", "appeals", "rules"):
        assert not visit("incentives", "anna", view=view).exception


def test_proposals_are_made_from_the_screen(office, visit):
    screen = visit("incentives", "anna")
    screen.button(key="propose_save").click().run()
    assert not screen.exception
    assert len(listed(screen, "proposals_1")) == 2
