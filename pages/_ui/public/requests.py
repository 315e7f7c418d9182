"""A request as its requester sees it: the form, the receipt, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages._ui.public.layout import Step, StepKind, card, code_to_scan, day_and_weekday, received, steps
from pages._ui.public.page import PublicPage
from pages._ui.public.parts import here, proof_of
from pages._ui.widgets import note, plain
from qs.attachments.terms import LARGEST_BYTES, Upload
from qs.complaints import terms
from qs.complaints.challenges import Challenge, Proof
from qs.complaints.receipts import RequestStatus
from qs.complaints.terms import Filed, NewContact, NewRequest, RequestKind, RequestState
from qs.deadlines import queries as deadlines
from qs.deadlines import rules as counting
from qs.deadlines.terms import Change, ChangeKind
from qs.i18n import clock, day, language, moment, ngettext, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

TITLE_WORDS = 30  # characters of the first line that name a request in lists
PHOTOS = 3
MOVED = (ChangeKind.EXTENDED, ChangeKind.RESUMED, ChangeKind.RECOMPUTED)  # a pause moves a last day when it ends
OLDEST = timedelta(days=3 * 366)  # of what somebody may still report with its day
ICONS = {
    terms.StepKind.REGISTERED: "check",
    terms.StepKind.DISPATCHED: "send",
    terms.StepKind.SIGNED: "assignment_ind",
    terms.StepKind.ADDED: "add_comment",
    terms.StepKind.EXTENDED: "more_time",
    terms.StepKind.REPLIED: "mark_chat_read",
    terms.StepKind.ANSWERED: "mark_chat_read",
    terms.StepKind.CALLED_BACK: "call",
    terms.StepKind.TOLD: "chat",
}


@dataclass(frozen=True)
class What:
    """What the first card of the form asks."""

    kind: RequestKind | None
    text: str
    happened_on: date | None


@dataclass(frozen=True)
class Where:
    """What the second card asks, and what should be done there."""

    service_id: int | None
    place: str
    position: tuple[float, float] | None
    wish: str
    photos: Sequence[UploadedFile]


@dataclass(frozen=True)
class Who:
    """What the third card asks."""

    contact: NewContact
    wants_reply: bool
    is_confidential: bool
    asks_recusal: str


@dataclass(frozen=True)
class Asked:
    """A request handed in complete, with the proof of work if the device had finished it."""

    wanted: NewRequest
    proof: Proof | None


@dataclass(frozen=True)
class Followed:
    """The code typed in this tab; it never stands in the address. `proof`: that the contact was named, for a while."""

    code: str
    proof: str = ""
    tries_left: int | None = None  # after a wrong answer


@dataclass(frozen=True)
class Clock:
    """How much of the time for an answer has passed, in working days."""

    passed: int
    left: int
    share: int  # percent, for the bar


def service_words(services: pd.DataFrame) -> dict[int, str]:
    """Service id -> name, provider and area, as somebody who was there would look for it."""
    return {
        int(row.service_id): " · ".join(
            [pick(row.provider, row.provider_en), pick(row.name, row.name_en), pick(row.area, row.area_en)]
        )
        for row in services.itertuples()
    }


def request_form(services: Mapping[int, str], chosen: int | None, page: PublicPage, task: Challenge) -> Asked | None:
    """Three cards of questions. The request when it was handed in complete; None until then."""
    with st.form("request", border=False, enter_to_submit=False):
        what, where, who = what_card(local(page.now)), where_card(services, chosen), who_card()
        proof = proof_of(task, key=f"proof_{task.token[-12:]}")
        with st.container(key="cta_request"):
            pressed = st.form_submit_button(_("Send the request"), type="primary", width="stretch", key="send_request")
    note(_("Is somebody in danger? Call 110, 119 or 120 at once; do not wait here."))
    if not pressed:
        return None
    if what.kind is None or not what.text.strip():
        st.error(_("Choose what it is and tell us what happened. Nothing is lost: your words are still here."))
        return None
    if len(where.photos) > PHOTOS:
        st.error(_("At most {n} photos, please. Take some away and send again.").format(n=PHOTOS))
        return None
    latitude, longitude = where.position or (None, None)
    wanted = NewRequest(
        kind=what.kind,
        title=short_title(what.text),
        text=what.text,
        remedy=where.wish,
        happened_on=what.happened_on,
        service_id=where.service_id,
        place=where.place,
        latitude=latitude,
        longitude=longitude,
        contact=None if who.contact.is_empty else who.contact,
        wants_reply=who.wants_reply,
        is_confidential=who.is_confidential,
        asks_recusal=who.asks_recusal,
        files=tuple(Upload(photo.name, photo.getvalue()) for photo in where.photos),
    )
    return Asked(wanted, proof)


def what_card(today: date) -> What:
    with card("what"):
        kind = st.pills(
            _("What is it?"), list(RequestKind), format_func=label, key="kind", width="stretch", default=None
        )
        text = st.text_area(
            _("What happened, or what would you like to know?"),
            height=150,
            max_chars=terms.TEXT_LENGTH,
            placeholder=_("When, where, what: two or three sentences are enough."),
            key="request_text",
        )
        note(_("Please leave out identity card numbers and the names of other people."))
        happened_on = st.date_input(
            _("When was it? (optional)"),
            value=None,
            min_value=today - OLDEST,
            max_value=today,
            format="YYYY-MM-DD",
            key="request_day",
        )
    return What(kind, text, happened_on)


def where_card(services: Mapping[int, str], chosen: int | None) -> Where:
    with card("where"):
        options = list(services)
        service_id = st.selectbox(
            _("Which service? (optional)"),
            options,
            index=options.index(chosen) if chosen in services else None,
            format_func=lambda one: services[one],
            placeholder=_("Type a name, a place or a district"),
            key="request_service",
        )
        place = st.text_input(_("Where exactly? (optional)"), max_chars=terms.PLACE_LENGTH, key="request_place")
        position = here(key="request_here")
        wish = st.text_input(_("What should be done? (optional)"), max_chars=terms.REMEDY_LENGTH, key="request_wish")
        photos = st.file_uploader(
            _("Photos (optional, at most {n})").format(n=PHOTOS),
            type=["jpg", "jpeg", "png"],
            accept_multiple_files=True,
            max_upload_size=LARGEST_BYTES >> 20,
            key="request_photos",
        )
    return Where(service_id, place, position, wish, photos)


def who_card() -> Who:
    with card("who"):
        wants_reply = st.toggle(_("I would like a reply"), value=True, key="request_reply")
        phone = st.text_input(_("Phone (optional)"), max_chars=40, autocomplete="tel", key="request_phone")
        name = st.text_input(_("Name (optional)"), max_chars=60, autocomplete="name", key="request_name")
        is_confidential = st.toggle(_("Keep who I am from the unit concerned"), value=True, key="request_confidential")
        note(_("Only the call-back staff see your contact; it is erased 24 months after the case is closed."))
        email = st.text_input(
            _("E-mail, if you would like to be told of each step (optional)"),
            max_chars=200,
            autocomplete="email",
            key="request_email",
        )
        with st.expander(_("Should somebody keep out of this?")):
            note(_("Name who should not see or handle it, and why. The office decides and tells you."))
            asks_recusal = st.text_input(_("Who, and why (optional)"), max_chars=300, key="request_recusal")
    contact = NewContact(name=name, phone=phone, email=email, language=language())
    return Who(contact, wants_reply, is_confidential, asks_recusal)


def short_title(text: str) -> str:
    """The beginning of what was said, to name it in lists."""
    first = text.strip().splitlines()[0]
    return first if len(first) <= TITLE_WORDS else f"{first[:TITLE_WORDS]}…"


def receipt(filed: Filed, status: RequestStatus) -> None:
    """What the requester takes away: the code, where to use it, and by when there is an answer."""
    with st.container(key="ticket", gap="small"):
        received()
        st.title(plain(_("Please keep this code")), anchor=False, text_alignment="center")
        with st.container(key="receipt_code"):
            st.markdown(plain(spaced(filed.receipt_code)))
        with st.container(horizontal_alignment="center"):
            code_to_scan(f"/follow?code={filed.receipt_code}", width=190, alt=_("Code to follow this request"))
        st.caption(
            plain(_("Scan it or type it to see how far we are. It is shown this once; it is not sent anywhere."))
        )
        st.code(filed.receipt_code, language=None)
    due_block(status, _("You will have an answer by"))
    st.header(plain(_("What happens next")), anchor=False)
    steps([*done_steps(status), *coming_steps(status)], key="receipt")


def spaced(code: str) -> str:
    """A code in groups, easier to copy by hand; how it is grouped does not matter when it is typed."""
    bare = code.replace("-", "")
    return " ".join((bare[:4], bare[4:8], bare[8:]))


def due_block(status: RequestStatus, words: str, gone: Clock | None = None) -> None:
    """The last day for an answer, dark and large, with the working days that are left."""
    if status.due_at is None:
        return
    due = status.due_at.astimezone(settings().zone)
    with st.container(key="due", gap="xsmall"):
        st.markdown(plain(words))
        st.header(plain(day_and_weekday(due.date())), anchor=False)
        parts = [_("before {time}").format(time=clock(status.due_at))]
        if status.state is RequestState.PAUSED:
            parts = [_("the day moves on by as long as the count stands still")]
        elif gone is not None:
            st.progress(gone.share)
            left = ngettext("{n} working day left", "{n} working days left", max(gone.left, 0)).format(
                n=max(gone.left, 0)
            )
            parts.append(_("the time limit has passed; supervision is on it") if status.is_overdue else left)
        if status.is_extended:
            parts.append(_("extended once, with approval"))
        if status.is_provisional:
            parts.append(_("provisional: next year's calendar is not out yet"))
        st.markdown(plain(" · ".join(parts)))


def working_clock(session: Session, status: RequestStatus, page: PublicPage) -> Clock | None:
    """Working days passed and left; None without a limit."""
    if status.due_at is None:
        return None
    calendar = deadlines.calendar(session, actor=page.actor)
    first, today, last = (local_day(at, settings().zone) for at in (status.registered_at, page.now, status.due_at))
    whole = max(counting.working_days_between(calendar, first, last), 1)
    passed = min(max(counting.working_days_between(calendar, first, min(today, last)), 0), whole)
    left = counting.working_days_between(calendar, today, last) if today < last else 0
    return Clock(passed, left, share=100 * passed // whole)


def done_steps(status: RequestStatus) -> list[Step]:
    """What has happened, oldest first; the last of an open request is what is going on now."""
    rows = []
    for i, step in enumerate(status.steps):
        is_now = i == len(status.steps) - 1 and i > 0 and status.closed_at is None
        rows.append(
            Step(
                StepKind.NOW if is_now else StepKind.DONE,
                "more_horiz" if is_now else ICONS.get(step.kind, "check"),
                moment(step.at),
                label(step.kind),
                step.text,
            )
        )
    return rows


def coming_steps(status: RequestStatus) -> list[Step]:
    """What is still to come."""
    if status.closed_at is not None:
        return []
    rows = []
    if not status.answer:
        is_dated = status.due_at is not None and status.state is not RequestState.PAUSED
        by = _("by {day}").format(day=day(local(status.due_at))) if is_dated else _("then")
        rows.append(Step(StepKind.NEXT, "call", by, _("The unit in charge answers you")))
    rows.append(
        Step(StepKind.NEXT, "star", _("after the answer"), _("We ask you: is it settled, and are you satisfied?"))
    )
    return rows


def local(at: datetime) -> date:
    return local_day(at, settings().zone)


def standing(status: RequestStatus) -> str:
    """Where the request stands, as a sentence."""
    if status.outcome is not None:
        return _("Closed: {outcome}").format(outcome=label(status.outcome))
    if status.answer:
        return _("Answered; we will ask you whether it is settled")
    if status.state is RequestState.PAUSED:
        return _("The count stands still for now; until then the last day was")
    return _("Being worked on: answer by") if status.due_at else _("Being worked on")


def why_that_day(session: Session, status: RequestStatus, page: PublicPage) -> str:
    """How the last day was counted, in words; empty where no days were counted."""
    if status.due_id is None:
        return ""
    trace = deadlines.trace_of(session, status.due_id, actor=page.actor)
    counted = [one.day for one in trace.days if one.number is not None]
    free = [one for one in trace.days[1:] if one.number is None]
    rule = _("{rule} ({source}).").format(
        rule=pick(trace.rule.name, trace.rule.name_en), source=pick(trace.rule.source, trace.rule.source_en)
    )
    if not counted:
        return rule
    words = _("The day it came in, {first}, is not counted. Day 1 is {one}, day {n} is {last}.").format(
        first=day_and_weekday(trace.days[0].day),
        one=day_and_weekday(counted[0]),
        n=len(counted),
        last=day_and_weekday(counted[-1]),
    )
    if free:
        words += ngettext(
            " {n} day in between is not worked.", " {n} days in between are not worked.", len(free)
        ).format(n=len(free))
    return " ".join([words, *(changed(one) for one in trace.changes if one.kind in MOVED), rule])


def changed(change: Change) -> str:
    """How the last day was moved afterwards, as a sentence."""
    after = day_and_weekday(local(change.due_after))
    if change.paused_at is not None:
        return _("The count stood still from {since} to {until}: the last day became {after}.").format(
            since=day(local(change.paused_at)), until=day(local(change.changed_at)), after=after
        )
    words = {
        ChangeKind.EXTENDED: _("More time was approved on {when}: the last day became {after}."),
        ChangeKind.RECOMPUTED: _("It was counted again on {when}: the last day became {after}."),
    }
    return words[change.kind].format(when=day(local(change.changed_at)), after=after)
