"""The account page lets a person choose how to be told; the page on delivery shows what waits, never what it says."""

from __future__ import annotations

import pytest

from qs.access.actions import choose_language
from qs.actor import SYSTEM, Role
from qs.i18n import Language
from qs.notices import actions, queries
from qs.notices.models import OutboxNotice
from qs.notices.terms import Channel, Failure, NoticeState, Strength, Wish
from tests.notices.office import MATTER, actor, choose, tell
from tests.world import enroll


@pytest.fixture
def office(store):
    """Ann the supervisor and Kit, who keeps the machine; Ann's id."""
    enroll(store, "kit", Role.INFORMATION_TECHNOLOGY)
    return enroll(store, "ann", Role.SUPERVISOR)


def words(screen):
    kinds = (screen.markdown, screen.text, screen.warning, screen.error)
    return " ".join(str(element.value) for kind in kinds for element in kind)


def field(screen, kind, key):
    return next(element for element in getattr(screen, kind) if element.key == key)


def press(screen, key):
    field(screen, "button", key).click().run()
    assert not screen.exception
    return screen


def wish_of(store, person_id):
    with store.reading() as session:
        return queries.own_preference(session, actor=actor(person_id)).wish


def test_a_person_chooses_to_be_told_by_mail_once_a_day(office, store, visit):
    screen = visit("account", "ann")
    assert "Under Today, of what is “To be acted on” or stronger" in words(screen)
    field(screen, "segmented_control", "account_channel").set_value(Channel.EMAIL).run()
    assert "No mail server is set up here yet" in words(screen)
    field(screen, "text_input", "account_email").set_value("ann@office.example")
    field(screen, "selectbox", "account_least").select(Strength.REVIEW)
    field(screen, "selectbox", "account_rhythm").select_index(1).run()
    field(screen, "selectbox", "account_hour").set_value(17)
    press(screen, "save_wish")
    wish = wish_of(store, office)
    assert (wish.address, wish.least, wish.rhythm, wish.hour) == ("ann@office.example", Strength.REVIEW, "daily", 17)
    assert "E\\-mail, for what is “To be examined” or stronger" in words(screen)


def test_a_refused_address_is_explained_and_nothing_is_kept(office, store, visit):
    screen = visit("account", "ann")
    field(screen, "segmented_control", "account_channel").set_value(Channel.WEBHOOK).run()
    assert "No webhook host is allowed here yet" in words(screen)
    field(screen, "text_input", "account_webhook").set_value("https://evil.example/x")
    press(screen, "save_wish")
    assert "Notices may not be sent to evil.example" in words(screen)
    assert wish_of(store, office).channel is Channel.SCREEN


def test_who_chose_nothing_reads_notices_under_today_once(office, store, visit, now):
    tell(store, office, now)
    screen = visit("home", "ann")
    assert MATTER.subject in words(screen)
    press(screen, "notices_read")
    assert MATTER.subject not in words(visit("home", "ann"))


def test_opening_a_notice_notes_that_it_was_read(office, store, visit, now):
    notice_id = tell(store, office, now)
    screen = visit("home", "ann")
    press(screen, f"notice_{notice_id}")
    with store.reading() as session:
        assert session.get_one(OutboxNotice, notice_id).read_at is not None


def test_a_person_sees_what_was_told_and_tries_it(office, store, visit, now):
    choose(store, office, Wish(Channel.EMAIL, "ann@office.example"), now)
    tell(store, office, now)
    screen = visit("account", "ann")
    press(screen, "trial")
    table = next(frame.value for frame in screen.dataframe if "subject" in frame.value)
    assert list(table["subject"]) == ["试发通知", MATTER.subject]
    assert list(table["how"]) == ["Waits to be sent", "Waits to be sent"]


def test_the_keeper_sees_what_was_given_up_and_why(office, store, visit, now):
    choose(store, office, Wish(Channel.EMAIL, "ann@office.example"), now)
    notice_id = tell(store, office, now)
    with store.writing() as session:
        row = session.get(OutboxNotice, notice_id)
        row.state, row.claimed_until = NoticeState.SENDING, now
        session.flush()
        actions.give_up(
            session, notice_id, Failure.RECIPIENT_REFUSED, attempts=0, incident="00c0ffee", actor=SYSTEM, now=now
        )
    assert "Notices that could not be delivered: 1" in words(visit("home", "kit"))
    screen = visit("notices", "kit", state="given_up")
    assert not screen.exception
    assert screen.markdown[0].value == "# 1 notice could not be delivered"
    assert MATTER.subject not in words(screen)
    table = screen.dataframe[0].value
    assert list(table["about"]) == ["Signal 12"]
    assert list(table["why"]) == ["The mail server refused the recipient’s address"]


def test_the_page_on_delivery_says_plainly_that_no_mail_server_is_set_up(office, visit):
    screen = visit("notices", "kit")
    assert "No mail server is set up" in words(screen)
    assert "No notice yet" in words(screen)


def test_the_account_page_reads_in_chinese(office, store, visit, now):
    with store.writing() as session:
        actions.set_wish(session, Wish(Channel.EMAIL, "ann@office.example"), version=0, actor=actor(office), now=now)
        choose_language(session, Language.ZH, actor=actor(office), now=now)
    screen = visit("account", "ann")
    assert "通知方式" in words(screen)
    assert "“需处置”及以上，立即通知" in words(screen)
