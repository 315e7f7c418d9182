"""Several requests sent at once: ticked in the list, each dispatched by itself, and told which were not and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32

import streamlit as st
from sqlalchemy.orm import Session

from pages._ui.choices import keep
from pages._ui.complaints.desk import list_page, paging
from pages._ui.complaints.forms import service_field, service_names
from pages._ui.complaints.lists import TICKED, open_columns, tick_table, ticked_requests
from pages._ui.page import Page, reading, saving_each
from pages._ui.widgets import empty_state, note, plain, section, show_text
from qs.actor import Permission
from qs.complaints import actions
from qs.complaints.catalogue.batch import ToSend, to_send
from qs.complaints.lists import Queue, Wanted
from qs.complaints.terms import TEXT_LENGTH, RequestState
from qs.errors import InvalidInput, QualityError
from qs.i18n import gettext as _
from qs.i18n import ngettext, number
from qs.sentences import error_sentence, label, problem_sentence

SEVERAL_ROWS = 50
SENT = "qs_sent"  # what became of the requests sent last, shown until it was read


class Where(StrEnum):
    """To which service the ticked requests go."""

    LIKELY = "likely"
    ONE = "one"


@dataclass(frozen=True)
class Targets:
    """Request id -> the service it is to go to, if there is one. `is_one`: the same for all."""

    by_request: Mapping[int, int | None]
    is_one: bool


@dataclass(frozen=True)
class NotSent:
    """A request that stayed where it was, and why."""

    request_id: int
    number: str
    reason: str


@dataclass(frozen=True)
class Sent:
    """What became of several requests: how many went, and those that did not. `turn` counts the times."""

    count: int
    refused: tuple[NotSent, ...]
    turn: int
    is_read: bool = False


def wants_several(page: Page, queue: Queue) -> bool:
    """The switch above the queue of what is to be dispatched, for those who dispatch."""
    if queue is not Queue.DISPATCH or not page.actor.has(Permission.COMPLAINTS_DISPATCH):
        return False
    is_on = st.toggle(_("Send several at once"), key="several", bind="query-params", on_change=untick)
    return bool(is_on)


def untick() -> None:
    keep(TICKED, None)
    st.session_state.pop(SENT, None)


def last_sent() -> Sent:
    found = st.session_state.get(SENT)
    return found if isinstance(found, Sent) else Sent(0, (), 0, is_read=True)


def tick_list(page: Page, wanted: Wanted) -> None:
    """The queue with boxes to tick; ticks stay while pages are turned."""
    found, at, pages = list_page(page, wanted, SEVERAL_ROWS)
    if not found.count:
        return
    shown = crc32(",".join(map(str, found.frame["request_id"])).encode())  # another list has rows of its own to tick
    key = f"ticks_{at}_{shown}_{last_sent().turn}"
    tick_table(found.frame, open_columns(), key=key, now=page.now, ticked=ticked_requests())
    paging(found, pages)


def several(page: Page) -> None:
    """What was sent last, and the form for what is ticked now."""
    report(last_sent())
    ticked = ticked_requests()
    if not ticked:
        empty_state(
            _("Tick what is to be sent"),
            _("Each request goes by itself: what somebody changed meanwhile stays, and is named here."),
            icon="checklist",
        )
        return
    with reading() as session:
        rows = to_send(session, ticked, actor=page.actor, now=page.now)
    with st.container(border=True, gap="small"):
        section(ngettext("{n} request ticked", "{n} requests ticked", len(ticked)).format(n=number(len(ticked))))
        targets, names = where_to(page, rows), service_names(page, Permission.COMPLAINTS_DISPATCH)
        for one in rows:
            line(one, targets, names)
        brief = st.text_area(
            _("Brief to the unit, for all of them"), key="several_brief", max_chars=TEXT_LENGTH, height=80
        )
        if not brief.strip() and (unread := sum(one.needs_brief for one in rows)):
            words = ngettext(
                "{n} of them is withheld from the unit; without a brief it stays here.",
                "{n} of them are withheld from the unit; without a brief they stay here.",
                unread,
            )
            note(words.format(n=number(unread)))
        words = ngettext("Dispatch {n} request", "Dispatch {n} requests", len(ticked)).format(n=number(len(ticked)))
        pressed = st.button(words, type="primary", icon=":material/send:", key="several_save")
        if pressed and targets.is_one and not any(targets.by_request.values()):
            st.error(_("Choose the service that is to handle the request."), icon=":material/error:")
        elif pressed:
            send(page, ticked, rows, targets, brief)


def where_to(page: Page, rows: list[ToSend]) -> Targets:
    """One service for all, or the likely one of each."""
    words = {Where.LIKELY: _("Each to its likely service"), Where.ONE: _("All to one service")}
    chosen = st.segmented_control(
        _("Where to"),
        list(Where),
        default=Where.LIKELY,
        format_func=words.__getitem__,
        required=True,
        label_visibility="collapsed",
        key="several_where",
    )
    if chosen is Where.ONE:
        first = [one.service_id for one in rows if one.service_id is not None]
        likely = sorted(set(first), key=lambda one: -first.count(one))
        permission = Permission.COMPLAINTS_DISPATCH
        service_id = service_field(page, None, key="several_service", permission=permission, first=likely)
        return Targets({one.request_id: service_id for one in rows}, is_one=True)
    return Targets({one.request_id: one.service_id for one in rows}, is_one=False)


def line(one: ToSend, targets: Targets, names: Mapping[int, str]) -> None:
    """One request, and where it goes."""
    service_id = targets.by_request[one.request_id]
    with st.container(gap=None):
        show_text(one.title or _("Confidential: {kind}").format(kind=label(one.kind)))
        if not one.is_waiting:
            target = _("does not wait for dispatch any more")
        elif service_id is None and one.state is RequestState.RETURNED:
            target = _("a unit returned it: choose the service")
        elif service_id is None:
            target = _("no service is likely: choose one")
        else:
            target = names.get(service_id, "")
        is_open = targets.is_one and service_id is None and one.is_waiting  # the field above asks for it
        note(one.number if is_open else f"{one.number} → {target}")


def send(page: Page, ticked: Mapping[int, int], rows: list[ToSend], targets: Targets, brief: str) -> None:
    """Dispatch each request as it was ticked, in a transaction of its own; the report is shown after the rerun."""

    def dispatch(session: Session, request_id: int) -> None:
        to = {"service_id": targets.by_request.get(request_id), "brief": brief, "version": ticked[request_id]}
        actions.dispatch_request(session, request_id, **to, actor=page.actor, now=page.now)

    numbers = {one.request_id: one.number for one in rows}
    refused = [
        NotSent(request_id, numbers.get(request_id, ""), reason_of(error))
        for request_id, error in saving_each(page, sorted(ticked), dispatch)
    ]
    st.session_state[SENT] = Sent(len(ticked) - len(refused), tuple(refused), last_sent().turn + 1)
    keep(TICKED, None)
    st.rerun()


def reason_of(error: QualityError) -> str:
    """Why one was refused, with every problem of what was handed in."""
    problems = error.problems if isinstance(error, InvalidInput) else ()
    return " ".join([error_sentence(error), *map(problem_sentence, problems)])


def report(sent: Sent) -> None:
    """How many went, and each that did not with its number and reason, until somebody has read it."""
    if sent.is_read:
        return
    with st.container(border=True, gap="small"):
        if sent.count:
            words = ngettext("{n} request dispatched.", "{n} requests dispatched.", sent.count)
            st.success(words.format(n=number(sent.count)), icon=":material/check:")
        if sent.refused:
            words = ngettext("{n} was not sent:", "{n} were not sent:", len(sent.refused))
            st.warning(words.format(n=number(len(sent.refused))), icon=":material/info:")
        for one in sent.refused:
            with st.container(gap=None):
                st.button(
                    plain(one.number) or _("Open it"),
                    type="tertiary",
                    icon=":material/open_in_new:",
                    on_click=look_at,
                    args=(one.request_id,),
                    key=f"not_{one.request_id}",
                )
                show_text(one.reason)
        if st.button(_("Close this report"), type="tertiary", icon=":material/close:", key="several_close"):
            st.session_state[SENT] = Sent(0, (), sent.turn, is_read=True)
            st.rerun()


def look_at(request_id: int) -> None:
    """Leave the boxes for one request that stayed."""
    st.session_state["several"] = False
    untick()
    keep("request", str(request_id))
