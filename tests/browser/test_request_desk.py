"""One request through the desk: filed on a phone, assigned, answered, opened again by the call-back, answered, closed.

Meanwhile the hotline takes another call. Every step is done on a screen by somebody whose work it is, in one language.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, expect

from qs.access.models import Person as PersonRow
from qs.audit.models import AuditEntry
from qs.complaints.models import CallBack, Request, RequestStep
from qs.complaints.rules import code_hash
from qs.complaints.terms import Outcome, RequestChannel, RequestState, Satisfaction, StepKind
from qs.db import Database, open_database
from qs.directory.models import Service
from qs.i18n import Language, use_language
from qs.participation.terms import Level
from qs.proofs import Proof, prove
from qs.sentences import label
from qs.settings import Settings
from tests.browser.conftest import serving
from tests.browser.forms import device_has_proved, done, fill, keyed, press, tick
from tests.browser.person import WAIT, Person

SERVICE = "donghu-civic-centre"
PHONE, CALLER = "13800005678", "13900001234"
PLACE = (30.5560, 114.3960)  # latitude and longitude in degrees
MATTER = "综合窗口取号后等了两个小时，叫号屏一直没有动，没有人出来说明。"
BRIEF = "综合窗口等候过久，请核查叫号设备和窗口安排。"
FIRST_ANSWER = "叫号系统已经重新启动。"
WHY_NOT = "叫号屏今天又停了，窗口仍然只开一个。"
SECOND_ANSWER = "叫号屏已经更换，高峰时段增开两个综合窗口，并安排专人引导。"
HISTORY = (  # as the requester reads it
    StepKind.REGISTERED,
    StepKind.DISPATCHED,
    StepKind.SIGNED,
    StepKind.REPLIED,
    StepKind.SENT_BACK,
    StepKind.REPLIED,
    StepKind.CLOSED,
)


@dataclass
class House:
    """The running app with its store; everybody in it reads one language."""

    chromium: Browser
    site: str
    language: Language
    store: Database

    @contextmanager
    def person(self, username: str) -> Iterator[Person]:
        """Somebody of the staff at a desk, who signs in and leaves."""
        found = Person(self.chromium, self.site, self.language)
        found.sign_in(username)
        yield found
        found.check_screen()
        found.leave()

    @contextmanager
    def citizen(self) -> Iterator[Person]:
        """Somebody with a phone and no account."""
        found = Person(self.chromium, self.site, self.language, width=390, height=844)
        yield found
        found.check_screen()
        assert found.page.evaluate("document.documentElement.scrollWidth") <= 390
        found.leave()


@pytest.mark.parametrize("language", list(Language))
def test_a_request_is_answered_reopened_by_the_call_back_and_closed(chromium, city, language):
    use_language(language)
    store = open_database(Settings(data_dir=city))
    with serving(city) as site:
        house = House(chromium, site, language, store)
        code = a_citizen_files_a_request(house)
        request = filed(store, code)
        the_hotline_takes_another_call(house)
        a_dispatcher_assigns(house, request)
        the_unit_signs_and_answers(house, request)
        the_centre_verifies(house, request)
        the_call_back_reopens_it(house, request)
        the_unit_answers_again(house, request)
        the_centre_verifies(house, request)
        the_second_call_back_closes_it(house, request)
        the_citizen_sees_it_and_rates(house, code)
    everything_is_kept(store, request)
    every_proof_holds(store, city)
    store.engine.dispose()


# --- The requester, with a phone -----------------------------------------------------------------------------------


def photo() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (640, 480), "grey").save(content, "PNG")
    return content.getvalue()


def a_citizen_files_a_request(house: House) -> str:
    """Words, photo, place and phone; the device proves its work by itself. Returns the code that was shown."""
    with house.store.reading() as session:
        service_id = session.scalars(sa.select(Service.id).where(Service.code == SERVICE)).one()
    with house.citizen() as citizen:
        citizen.context.grant_permissions(["geolocation"])
        citizen.context.set_geolocation({"latitude": PLACE[0], "longitude": PLACE[1], "accuracy": 8})
        citizen.open(f"ask?service={service_id}")
        tick(citizen, "kind", citizen.word("Complaint"))
        fill(citizen, "request_text", MATTER)
        fill(citizen, "request_place", "一楼综合窗口")
        here = keyed(citizen, "request_here").frame_locator("iframe")
        here.get_by_role("button").click()
        expect(here.get_by_role("status")).to_contain_text("8", timeout=WAIT)
        picture = {"name": "window.png", "mimeType": "image/png", "buffer": photo()}
        keyed(citizen, "request_photos").locator("input[type=file]").set_input_files(picture)
        expect(keyed(citizen, "request_photos").get_by_text("window.png").first).to_be_visible(timeout=WAIT)
        fill(citizen, "request_phone", PHONE)
        fill(citizen, "request_name", "周女士")
        device_has_proved(citizen)
        citizen.check_screen()
        press(citizen, "send_request")
        ticket = keyed(citizen, "receipt_code")
        expect(ticket).to_be_visible(timeout=WAIT)
        return "".join(ticket.inner_text().split())


def the_citizen_sees_it_and_rates(house: House, code: str) -> None:
    """The code opens the whole history with the answer; there it can be rated, and a review be asked for."""
    with house.citizen() as citizen:
        look_up(citizen, code)
        citizen.sees(citizen.word("Closed: {outcome}", outcome=label(Outcome.RESOLVED)))
        expect(keyed(citizen, "card_answer")).to_contain_text(SECOND_ANSWER, timeout=WAIT)
        told = citizen.page.locator("[class*=st-key-text_of_request]")
        expect(told).to_have_count(len(HISTORY), timeout=WAIT)
        for row, kind in zip(told.all(), HISTORY, strict=True):
            expect(row).to_contain_text(label(kind))
        expect(told.nth(HISTORY.index(StepKind.SENT_BACK))).to_contain_text(WHY_NOT)
        expect(keyed(citizen, "ask_review")).to_be_visible()
        citizen.check_screen()
        citizen.page.get_by_text(citizen.word("Rate how it was handled")).first.click()
        level = keyed(citizen, "level").get_by_test_id("stRadioOption")
        level.nth(list(Level).index(Level.SATISFIED)).click()
        citizen.wait()
        press(citizen, "send_rating")
        citizen.sees(citizen.word("Thank you, we have it"))


def look_up(citizen: Person, code: str) -> None:
    citizen.open("follow")
    fill(citizen, "code_typed", code)
    press(citizen, "look_up")


# --- The hotline, the desk, the unit -------------------------------------------------------------------------------


def the_hotline_takes_another_call(house: House) -> None:
    """Filled in while talking, registered on a key, the receipt read out, the form empty for the next call."""
    with house.person("ren.jia") as operator:
        operator.open("hotline")
        fill(operator, "intake_title", "三号电梯停用没有告示")
        operator.wait()
        fill(operator, "intake_text", "老人到三楼办事，电梯停用，没有告示也没有人引导。")
        fill(operator, "intake_phone", CALLER)
        operator.wait()
        operator.check_screen()
        operator.page.keyboard.press("Control+Enter")
        done(operator, "Registered.")
        operator.sees(operator.word("Read the receipt out"))
        press(operator, "next_call")
        expect(keyed(operator, "intake_title").locator("input")).to_have_value("", timeout=WAIT)
    with house.store.reading() as session:
        newest = session.scalars(sa.select(Request).order_by(Request.id.desc())).first()
        assert newest is not None
        assert (newest.channel, newest.state) == (RequestChannel.PHONE, RequestState.REGISTERED)
        assert newest.vault_person_id is not None


def a_dispatcher_assigns(house: House, request: int) -> None:
    """The requester stays unknown to the unit, so the dispatcher writes what is to be handled."""
    with house.person("zhou.wei") as dispatcher:
        dispatcher.open(f"complaints?request={request}")
        dispatcher.sees(MATTER)
        fill(dispatcher, "decision_brief", BRIEF)
        press(dispatcher, "decision_save")
        done(dispatcher, "Dispatched.")


def leader(house: House) -> str:
    with house.store.reading() as session:
        named = sa.select(PersonRow.username).join(Service, Service.leader_id == PersonRow.id)
        return session.scalars(named.where(Service.code == SERVICE)).one()


def the_unit_signs_and_answers(house: House, request: int) -> None:
    with house.person(leader(house)) as handler:
        handler.open(f"complaints?request={request}")
        handler.sees(BRIEF)
        assert MATTER not in handler.text()
        assert PHONE not in handler.text()
        press(handler, "step_sign")
        done(handler, "Signed for: you are the handler now.")
        reply(handler, FIRST_ANSWER)


def the_unit_answers_again(house: House, request: int) -> None:
    with house.person(leader(house)) as handler:
        handler.open(f"complaints?request={request}")
        handler.sees(WHY_NOT)
        reply(handler, SECOND_ANSWER)


def reply(handler: Person, answer: str) -> None:
    press(handler, "step_reply")
    fill(handler, "reply_text", answer)
    press(handler, "reply_save")
    done(handler, "Replied; the office verifies it, then the requester is called back.")


def the_centre_verifies(house: House, request: int) -> None:
    with house.person("chen.jing") as supervisor:
        supervisor.open(f"complaints?request={request}")
        press(supervisor, "step_verify")
        press(supervisor, "verify_save")
        done(supervisor, "Verified: the requester is called back next.")


def call_back(operator: Person, request: int, *, is_solved: bool) -> None:
    """Three questions, no answer of which is chosen beforehand."""
    operator.open(f"complaints?request={request}")
    press(operator, "step_call")
    assert keyed(operator, "call_level").locator("input:checked").count() == 0
    tick(operator, "call_c", operator.word("Yes"))
    tick(operator, "call_s", operator.word("Yes" if is_solved else "No"))
    tick(operator, "call_level", label(Satisfaction.SATISFIED if is_solved else Satisfaction.DISSATISFIED))
    press(operator, "call_save")
    done(operator, "Kept. Close the request, or send it back.")


def the_call_back_reopens_it(house: House, request: int) -> None:
    with house.person("ren.jia") as operator:
        call_back(operator, request, is_solved=False)
        press(operator, "step_rework")
        fill(operator, "rework_reason", WHY_NOT)
        press(operator, "rework_save")
        done(operator, "Sent back to the unit.")


def the_second_call_back_closes_it(house: House, request: int) -> None:
    with house.person("ren.jia") as operator:
        call_back(operator, request, is_solved=True)
        press(operator, "step_close")
        press(operator, "close_save")
        done(operator, "Closed. The requester can rate it with the receipt code.")


# --- What is kept --------------------------------------------------------------------------------------------------


def filed(store: Database, code: str) -> int:
    """The request a code opens, with all that was said on the phone."""
    with store.reading() as session:
        found = session.scalars(sa.select(Request).where(Request.receipt_hash == code_hash(code))).one()
        assert found.text == MATTER
        assert (found.latitude, found.longitude) == pytest.approx(PLACE)
        assert found.state is RequestState.REGISTERED
        return found.id


def everything_is_kept(store: Database, request: int) -> None:
    with store.reading() as session:
        found = session.get_one(Request, request)
        assert (found.state, found.outcome) == (RequestState.CLOSED, Outcome.RESOLVED)
        assert (found.rework_count, found.answer) == (1, SECOND_ANSWER)
        calls = session.scalars(sa.select(CallBack).where(CallBack.request_id == request).order_by(CallBack.id)).all()
        assert [one.is_solved for one in calls] == [False, True]
        assert found.handler_id not in [one.person_id for one in calls]
        steps = sa.select(RequestStep.kind).where(RequestStep.request_id == request, RequestStep.is_told)
        assert tuple(session.scalars(steps.order_by(RequestStep.id))) == HISTORY
        traced = sa.select(sa.func.count()).where(AuditEntry.object == f"request:{request}")
        every = sa.select(sa.func.count()).where(RequestStep.request_id == request)
        assert session.scalar(traced) == session.scalar(every)


def every_proof_holds(store: Database, city: Path) -> None:
    for proof in (Proof.REQUESTS, Proof.AUDIT):
        found = prove(proof, store, Settings(data_dir=city))
        assert found.differences == ()
        assert found.is_sound
