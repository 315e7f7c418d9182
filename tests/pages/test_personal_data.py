"""The page on personal data: its finding, the trial, a decision by a second person, a hold; never whose they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import Role
from qs.complaints.models import Filing, Request
from qs.complaints.terms import NewContact, RequestState
from qs.vault import erasures
from qs.vault.models import RetentionRun, VaultHold, VaultPerson
from qs.vault.terms import ErasureRefusal, Ground, IdentityProof
from tests.complaints.desk import at_stage, build_desk
from tests.world import enroll

WANG = NewContact("王小明", "13812345678")


@pytest.fixture
def office(store, now):
    """The desk with an administrator and an auditor; the id of a closed request of Wang's."""
    desk = build_desk(store)
    enroll(store, "admin", Role.ADMINISTRATOR)
    enroll(store, "auditor", Role.AUDITOR)
    with store.writing() as session:
        return desk, at_stage(session, desk, RequestState.CLOSED, now, contact=WANG)


def ask(store, office, now):
    desk, request_id = office
    with store.writing() as session:
        request = session.get_one(Request, request_id)
        return erasures.pass_on_erasure(
            session,
            request.vault_person_id,
            subject=f"request:{request_id}",
            reference=request.number,
            ground=Ground.CONSENT_WITHDRAWN,
            proof=IdentityProof.CALLED_BACK,
            actor=desk.hotline,
            now=now,
        )


def words(screen):
    kinds = (screen.markdown, screen.text, screen.warning, screen.error)
    return " ".join(str(element.value) for kind in kinds for element in kind)


def press(screen, key):
    next(one for one in screen.button if one.key == key).click().run()
    assert not screen.exception
    return screen


def keys(screen):
    return {one.key for one in screen.button}


def test_an_office_without_anything_past_its_time_says_so(store, office, visit):
    screen = visit("personal_data", "admin")
    assert not screen.exception
    assert "Nothing is kept longer than it may be" in words(screen)


def test_the_administrator_counts_first_and_erases_after_a_question(store, office, visit, now):
    with store.writing() as session:
        session.add(Filing(address="a", at=now - timedelta(days=3000)))
    screen = visit("personal_data", "admin")
    assert "1 item is past its time of keeping" in words(screen)
    screen = press(screen, "retention_try")
    assert "Counted: 1 past their time" in words(screen)
    screen = press(press(screen, "retention_run"), "retention_confirm")
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Filing.id))) == 0
        assert session.scalars(sa.select(RetentionRun.is_trial).order_by(RetentionRun.id)).all() == [True, False]


def test_a_wish_is_granted_by_the_administrator_and_the_name_is_nowhere_on_the_page(store, office, visit, now):
    wish = ask(store, office, now)
    screen = visit("personal_data", "admin", view="wishes")
    assert "1 wish to be erased waits for a decision" in words(screen)
    assert "王" not in words(screen)
    press(press(screen, f"grant_{wish}"), f"grant_confirm_{wish}")
    with store.reading() as session:
        assert session.scalars(sa.select(VaultPerson.ground)).one() is Ground.CONSENT_WITHDRAWN


def test_a_wish_is_refused_with_a_reason_of_the_list(store, office, visit, now):
    wish = ask(store, office, now)
    screen = visit("personal_data", "admin", view="wishes")
    next(one for one in screen.selectbox if one.key == f"refusal_{wish}").select(ErasureRefusal.LEGAL_PERIOD).run()
    screen = press(screen, f"refuse_{wish}")
    table = next(frame.value for frame in screen.dataframe if "decision" in frame.value)
    assert list(table["decision"]) == ["Refused: A law says that they must be kept longer"]


def test_the_auditor_sees_everything_and_changes_nothing(store, office, visit, now):
    wish = ask(store, office, now)
    for view in ("times", "wishes", "holds", "looks"):
        screen = visit("personal_data", "auditor", view=view)
        assert not screen.exception
        assert not {f"grant_{wish}", "retention_run", "retention_try"} & keys(screen)


def test_a_hold_is_placed_by_the_number_of_the_case(store, office, visit, now):
    _desk, request_id = office
    with store.reading() as session:
        number = session.get_one(Request, request_id).number
    screen = visit("personal_data", "admin", view="holds")
    next(one for one in screen.text_input if one.key == "hold_number").set_value(number)
    next(one for one in screen.text_input if one.key == "hold_reference").set_value("（2026）澜01民初12号")
    press(screen, next(key for key in keys(screen) if key and "hold_press" in key))
    with store.reading() as session:
        (held,) = session.scalars(sa.select(VaultHold)).all()
        assert held.reference == "（2026）澜01民初12号"
