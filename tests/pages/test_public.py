"""The public pages: open to everybody, honest about what is hidden, and kind to whoever types something wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from streamlit.testing.v1 import AppTest

from pages._ui.public import cached, parts
from pages._ui.public.page import address_hash, enter
from pages._ui.registry import PUBLIC_SCREENS, SCREENS
from qs import db
from qs.actor import PUBLIC, Role
from qs.complaints.challenges import Challenge
from qs.complaints.models import Request
from qs.complaints.terms import RequestKind, RequestState
from qs.i18n import Language, use_language
from qs.participation import queries as participation
from qs.participation.models import ConsultationOpinion, HearingRegistration, Rating, Suggestion
from qs.participation.terms import Capacity, Level, Side
from qs.publication.document import canonical, sha256
from qs.publication.models import Release
from qs.publication.queries import published_figures
from qs.publication.terms import ReleaseState
from qs.settings import Face, Settings
from qs.vault.queries import personal
from tests.complaints.test_challenges import solved
from tests.conftest import FRAME
from tests.participation.office import Office, build_office, noticed_hearing, open_consultation, receipts, suggest
from tests.publication.samples import sample_document
from tests.world import enroll

PAGES = [screen.link.removeprefix("../").removesuffix(".py") for screen in PUBLIC_SCREENS]


@pytest.fixture
def today() -> datetime:
    """The clock the screens read."""
    return datetime.now(UTC)


@pytest.fixture
def office(store) -> Office:
    return build_office(store)


@pytest.fixture
def release(store) -> None:
    """A published quarter, as its document is stored."""
    document = sample_document()
    content = canonical(document)
    published_at = datetime.now(UTC) - timedelta(days=20)
    with store.writing() as session:
        session.add(
            Release(
                name="2026Q3",
                revision=1,
                starts_at=datetime(2026, 6, 30, 16, tzinfo=UTC),
                ends_at=datetime(2026, 9, 30, 16, tzinfo=UTC),
                period_sha256="a" * 64,
                state=ReleaseState.PUBLISHED,
                source="{}",
                source_sha256=sha256("{}"),
                content=content,
                sha256=sha256(content),
                note="",
                note_en="",
                prepared_at=published_at,
                published_at=published_at,
                version=1,
            )
        )


def words(screen: AppTest) -> str:
    """Everything a visitor reads in headings, texts, notes and messages."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "text", "error", "info", "code", "metric")
    values = [
        f"{element.label if kind == 'metric' else ''} {element.value}" for kind in kinds for element in screen.get(kind)
    ]
    return "\n".join(values).replace("\\", "")


def count(store, model) -> int:
    with store.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


# --- Doors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_every_public_page_opens_without_an_account_before_anything_is_published(office, visit, name):
    screen = visit(name)
    assert not screen.exception
    assert "Username" not in [field.label for field in screen.text_input]


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize("name", PAGES)
def test_every_public_page_shows_the_published_quarter(office, visit, name):
    screen = visit(name)
    assert not screen.exception
    assert not screen.error


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize("name", PAGES)
def test_somebody_signed_in_sees_public_pages_as_everybody_does(office, store, visit, name):
    enroll(store, "ann", Role.SUPERVISOR)
    screen = visit(name, "ann")
    assert not screen.exception
    assert "张ann" not in words(screen)
    assert "account_menu" not in [element.key for element in screen.get("menu_button")]


def framed(store, monkeypatch, face: Face) -> AppTest:
    monkeypatch.setattr(db, "database", lambda: store)
    monkeypatch.setattr("pages._ui.registry.settings", lambda: Settings(face=face))
    frame = AppTest.from_file(str(FRAME), default_timeout=30)
    frame.context = {"locale": "en"}
    return frame.run()


def test_the_public_process_has_the_portal_at_its_root_and_no_staff_page(store, monkeypatch):
    frame = framed(store, monkeypatch, Face.PUBLIC)
    assert "What would you like to do?" in words(frame)
    for screen in SCREENS:
        with pytest.raises(ValueError, match=screen.name):
            frame.switch_page(f"../{screen.name}.py")


def test_the_staff_process_has_no_public_page(store, monkeypatch):
    frame = framed(store, monkeypatch, Face.STAFF)
    assert [field.label for field in frame.text_input] == ["Username", "Password"]
    for screen in PUBLIC_SCREENS:
        with pytest.raises(ValueError, match=screen.name):
            frame.switch_page(screen.link)


def test_the_language_of_the_browser_is_spoken(store, monkeypatch):
    monkeypatch.setattr(db, "database", lambda: store)
    frame = AppTest.from_file(str(FRAME), default_timeout=30)
    frame.context = {"locale": "zh-CN"}
    frame.run().switch_page("../public/portal.py").run()
    assert "您今天想做什么？" in words(frame)


def test_where_a_visitor_comes_from_is_kept_as_a_hash_of_the_day(store, monkeypatch):
    monkeypatch.setattr(db, "database", lambda: store)
    page = enter("ask")
    with store.reading() as session:
        kept = address_hash(session, page)
    assert len(kept) == 64
    assert page.address not in kept


# --- Figures ----------------------------------------------------------------------------------------------------------


def test_before_the_first_release_the_portal_says_what_will_stand_there(store, visit):
    assert "No quarter has been published yet" in words(visit("public/portal"))


@pytest.mark.usefixtures("release")
def test_every_headline_figure_stands_with_its_n(store, visit):
    screen = visit("public/portal")
    with store.reading() as session:
        figures = published_figures(session, actor=PUBLIC)
    assert len(screen.metric) == len(figures.headline) == 4
    seen = words(screen)
    for rate in figures.headline:
        assert rate.name_en in seen
        if rate.n is not None:
            assert f"n = {rate.n:,}" in seen


@pytest.mark.usefixtures("release")
def test_a_hidden_figure_is_said_to_be_hidden_and_not_zero(store, visit):
    with store.reading() as session:
        figures = published_figures(session, actor=PUBLIC)
    table = visit("public/figures").dataframe[0].value
    hidden = [service.name_en for service in figures.services if service.satisfaction.share is None]
    assert hidden
    assert table.set_index("service").loc[hidden, "satisfaction"].isna().all()


@pytest.mark.usefixtures("release")
def test_the_data_page_links_every_table_and_shows_the_hash(store, visit):
    with store.reading() as session:
        figures = published_figures(session, actor=PUBLIC)
    screen = visit("public/data")
    shown = [element.value for element in screen.code]
    assert figures.release.sha256 in shown
    assert figures.release.period_sha256 in shown


def test_a_service_is_found_by_words_in_any_order_and_language(office, visit):
    screen = visit("public/service")
    screen.text_input(key="service_search").set_value("hospital surgery").run()
    assert not screen.info
    screen.text_input(key="service_search").set_value("诊所").run()
    assert not screen.info
    screen.text_input(key="service_search").set_value("no such place").run()
    assert "No service matches" in words(screen)


# --- Rating -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", list(Level))
def test_every_level_takes_the_same_two_steps_and_nothing_is_chosen_beforehand(office, store, visit, today, level):
    screen = visit("public/rate", code=receipts(office, today)[0])
    assert screen.radio(key="level").value is None
    assert screen.button(key="send_rating").disabled
    screen.radio(key="level").set_value(level).run()
    screen.button(key="send_rating").click().run()
    assert "Thank you" in words(screen)
    with store.reading() as session:
        assert session.scalars(sa.select(Rating.level)).all() == [level]


def test_a_negative_rating_says_by_when_it_is_answered_and_takes_a_contact_afterwards(office, store, visit, today):
    screen = visit("public/rate", code=receipts(office, today)[0])
    screen.radio(key="level").set_value(Level.DISSATISFIED).run()
    screen.button(key="send_rating").click().run()
    assert "puts it right or explains" in words(screen)
    screen.text_input(key="call_back_phone").set_value("13800138000")
    screen.button(key="ask_call_back").click().run()
    assert not screen.exception
    with store.reading() as session:
        assert session.scalars(sa.select(Rating.vault_id)).one() is not None


def test_a_wrong_code_is_refused_in_a_sentence_and_asked_for_again(office, store, visit):
    screen = visit("public/rate", code="nonsense")
    assert "There is no such code" in words(screen)
    assert screen.text_input(key="rating_code_typed")
    assert count(store, Rating) == 0


def test_the_code_can_be_typed(office, visit, today):
    code = receipts(office, today)[0]
    screen = visit("public/rate")
    screen.text_input(key="rating_code_typed").set_value(code)
    screen.button(key="rating_code_sent").click().run()
    assert screen.radio(key="level").value is None


def test_the_staff_does_not_rate(office, store, visit, today):
    enroll(store, "ann", Role.SUPERVISOR)
    screen = visit("public/rate", "ann", code=receipts(office, today)[0])
    assert "Staff do not rate" in words(screen)
    assert not screen.radio


# --- Requests ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def device(monkeypatch):
    """A browser that does the small sum before anybody presses the button; its script does not run here."""

    @cache
    def solution(token: str, bits: int) -> dict[str, str]:
        return vars(solved(Challenge(token, bits)))

    monkeypatch.setattr(parts, "_proof", lambda *, token, bits, **_words: solution(token, bits))


def filed(visit, text: str = "等了三个小时。") -> AppTest:
    screen = visit("public/ask")
    screen.get("button_group")[0].set_value(RequestKind.COMPLAINT)
    screen.text_area(key="request_text").set_value(text)
    return screen.button(key="send_request").click().run()


@pytest.mark.usefixtures("device")
def test_a_request_without_its_kind_is_refused_and_the_words_stay(office, store, visit):
    screen = visit("public/ask")
    screen.text_area(key="request_text").set_value("等了三个小时。")
    screen.button(key="send_request").click().run()
    assert "your words are still here" in words(screen)
    assert screen.text_area(key="request_text").value == "等了三个小时。"
    assert count(store, Request) == 0


@pytest.mark.usefixtures("device")
def test_a_request_gives_a_code_that_shows_the_last_day(office, store, visit):
    screen = filed(visit)
    assert not screen.exception
    code = screen.code[0].value
    assert "You will have an answer by" in words(screen)
    follow = visit("public/follow", code=code)
    assert "Being worked on" in words(follow)
    assert "Why that day?" in words(follow)
    assert "等了三个小时" not in words(follow), "what was said is not repeated to whoever holds the code"


@pytest.mark.usefixtures("device")
def test_a_request_can_be_added_to_and_withdrawn_with_its_code(office, store, visit):
    code = filed(visit).code[0].value
    follow = visit("public/follow", code=code)
    follow.text_area(key="more_text").set_value("补充：当时只开了一个窗口。")
    follow.button(key="add_more").click().run()
    assert "Requester added something" in words(follow)
    follow.button(key="withdraw").click().run()
    with store.reading() as session:
        assert session.scalars(sa.select(Request.state)).one() is RequestState.CLOSED
    assert "Withdrawn" in words(follow)


@pytest.mark.usefixtures("device")
def test_the_language_of_the_page_is_kept_with_the_contact_and_can_be_changed(office, store, visit):
    screen = visit("public/ask")
    screen.text_input(key="request_email").set_value("smith@home.example")
    screen.get("button_group")[0].set_value(RequestKind.COMPLAINT)
    screen.text_area(key="request_text").set_value("Nobody answered.")
    code = screen.button(key="send_request").click().run().code[0].value
    with store.reading() as session:
        assert personal(session, 1).language is Language.EN
    follow = visit("public/follow", code=code)
    follow.text_input(key="contact_known").set_value("smith@home.example")
    follow.button(key="prove_contact").click().run()
    assert follow.selectbox(key="contact_language").value is Language.EN
    follow.selectbox(key="contact_language").set_value(Language.ZH)
    follow.text_input(key="contact_phone").set_value("13800138000")
    follow.button(key="save_contact").click().run()
    assert not follow.exception
    with store.reading() as session:
        kept = personal(session, 1)
    assert (kept.language, kept.phone, kept.email) == (Language.ZH, "13800138000", "")


def test_an_unknown_receipt_code_says_what_to_do(office, visit):
    screen = visit("public/follow", code="AAAA-BBBB-CCCCC")
    assert "There is no such receipt code" in words(screen)
    assert screen.text_input(key="code_typed")


@pytest.mark.usefixtures("device")
def test_too_many_requests_from_one_address_are_refused_in_a_sentence(office, store, visit):
    for number in range(3):
        screen = filed(visit, f"第 {number} 件")
    assert "as many as we take" in words(screen)
    assert count(store, Request) == 2


# --- Taking part ------------------------------------------------------------------------------------------------------


def test_a_suggestion_gives_a_code(office, store, visit):
    screen = visit("public/take_part")
    screen.text_input(key="suggestion_title").set_value("增设夜间门诊")
    screen.text_area(key="suggestion_text").set_value("下班后看病不方便。")
    screen.button(key="send_suggestion").click().run()
    assert "Please keep this code" in words(screen)
    assert count(store, Suggestion) == 1
    follow = visit("public/follow", code=screen.code[0].value)
    assert "增设夜间门诊" in words(follow)


def test_an_empty_suggestion_is_refused_in_a_sentence(office, store, visit):
    screen = visit("public/take_part")
    screen.button(key="send_suggestion").click().run()
    assert len(screen.error) == 1
    assert count(store, Suggestion) == 0


def test_a_suggestion_of_others_is_shown_only_after_the_office_read_it(office, visit, today):
    suggest(office, today, title="没有审过的话")
    assert "没有审过的话" not in words(visit("public/take_part"))


def test_an_opinion_is_sent_while_the_consultation_is_open(office, store, visit, today):
    consultation_id = open_consultation(office, today)
    screen = visit("public/take_part", consultation=str(consultation_id))
    assert "Plan for evening clinics" in words(screen)
    screen.text_area(key="opinion_text").set_value("赞成，但要保证急诊。")
    screen.button(key="send_opinion").click().run()
    assert "Please keep this code" in words(screen)
    assert count(store, ConsultationOpinion) == 1


def test_somebody_registers_for_a_hearing_after_saying_where_they_stand(office, store, visit, today):
    hearing_id = noticed_hearing(office, today)
    screen = visit("public/take_part", hearing=str(hearing_id))
    screen.text_area(key="main_points").set_value("线路不能绕过医院。")
    screen.button(key="send_registration").click().run()
    assert "Choose where you stand" in words(screen)
    assert count(store, HearingRegistration) == 0
    side, capacity = screen.get("button_group")[:2]
    side.set_value(Side.SUPPORTING)
    capacity.set_value(Capacity.RESIDENT)
    screen.button(key="send_registration").click().run()
    assert count(store, HearingRegistration) == 1


def test_a_consultation_that_is_not_there_is_said_so(office, visit):
    screen = visit("public/take_part", consultation="999")
    assert "There is no such consultation" in words(screen)


# --- The wall ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize("board", ["1", "2", "3"])
def test_every_board_says_how_old_it_is_and_offers_nothing_to_click(office, visit, board):
    screen = visit("kiosk", board=board)
    assert not screen.exception
    assert "published on" in words(screen)
    assert not screen.button
    assert not screen.get("page_link")


@pytest.mark.usefixtures("release")
def test_the_boards_print_n(office, store, visit):
    with store.reading() as session:
        city = published_figures(session, actor=PUBLIC).city
    assert f"n = {city.n:,}" in words(visit("kiosk", board="1"))


@pytest.mark.usefixtures("release")
def test_the_wall_keeps_its_last_board_when_the_store_is_away(office, store, visit, monkeypatch):
    assert "connection" not in words(visit("kiosk", board="1"))

    def away(*_arguments: object, **_named: object) -> None:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(cached, "figures", away)
    screen = visit("kiosk", board="1")
    assert not screen.exception
    assert "The connection to the office is down" in words(screen)
    assert "published on" in words(screen)


@pytest.mark.usefixtures("release")
def test_an_address_nobody_understands_shows_the_usual_boards(office, visit):
    screen = visit("kiosk", board="x", seconds="minus")
    assert not screen.exception
    assert "Next:" in words(screen)


def test_figures_are_read_once_for_all_languages(store, monkeypatch):
    monkeypatch.setattr(db, "database", lambda: store)
    page = enter("portal")
    with store.reading() as session:
        use_language(Language.ZH)
        first = cached.figures(session, page)
        use_language(Language.EN)
        assert cached.figures(session, page) is first


def test_a_rating_point_opens_by_its_own_code(office, store, visit, today):
    from tests.participation.office import add_point

    point_id = add_point(office, today)
    with store.reading() as session:
        points = participation.points(session, actor=office.relations)
    code = points.set_index("point_id").loc[point_id, "code"]
    screen = visit("public/rate", point=code)
    assert "Counter 3" in words(screen)
