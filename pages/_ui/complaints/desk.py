"""The desk of requests: its queues by role, filters kept in the address, one page of a list, and what to do first."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

import pandas as pd
import streamlit as st

from pages._ui.choices import choice, keep, page_choice, words_by_code
from pages._ui.complaints.lists import (
    TICKED,
    Row,
    closed_columns,
    open_columns,
    request_table,
    row_left,
    subject,
)
from pages._ui.page import Page, reading
from pages._ui.widgets import note
from qs.actor import Actor, Permission
from qs.complaints.lists import (
    ORDER_WORDS,
    QUEUE_WORDS,
    Listed,
    Order,
    Queue,
    Wanted,
    counts,
    first_of,
    listed,
)
from qs.complaints.terms import RequestChannel, RequestKind, RequestState, Urgency
from qs.directory.queries import areas, providers
from qs.frames import named_rows
from qs.i18n import gettext as _
from qs.i18n import ngettext, number
from qs.sentences import label

P = Permission
ROWS = 12
FILTERS = ("kind", "urgency", "channel", "area", "unit", "order")


def own_queues(actor: Actor) -> list[Queue]:
    """What waits for somebody with these rights, the first to look at first."""
    found = []
    if actor.has(P.COMPLAINTS_HANDLE):
        found += [Queue.SIGN, Queue.REPLY, Queue.PAUSED, Queue.HELP]
    if actor.has(P.COMPLAINTS_DISPATCH):
        found.append(Queue.DISPATCH)
    if actor.has(P.COMPLAINTS_APPROVE):
        found.append(Queue.DECIDE)
    if actor.has(P.COMPLAINTS_CALL_BACK):
        found += [Queue.VERIFY, Queue.CALL]
    return found


def shown_queues(actor: Actor, found: Mapping[Queue, int]) -> list[Queue]:
    """The queues this person looks at; a rare one only while something stands in it."""
    rare = {Queue.HELP, Queue.PAUSED}
    own = [queue for queue in own_queues(actor) if queue not in rare or found[queue]]
    watched = [Queue.SUPERVISED] if found[Queue.SUPERVISED] and actor.has_everywhere(P.COMPLAINTS_APPROVE) else []
    return [Queue.OPEN, Queue.TODAY, Queue.OVERDUE, *own, *watched, Queue.CLOSED]


def queue_choice(page: Page, found: Mapping[Queue, int]) -> Queue:
    """The queue in the address, as buttons with how many stand in each."""
    shown = shown_queues(page.actor, found)
    words = {
        queue.value: _("{queue} {n}").format(queue=_(QUEUE_WORDS[queue]), n=number(found[queue]))
        if queue in found
        else _(QUEUE_WORDS[queue])
        for queue in shown
    }
    asked = st.query_params.get("view")
    chosen = st.segmented_control(
        _("Queue"),
        list(words),
        default=asked if asked in words else Queue.OPEN.value,
        format_func=lambda code: words.get(code, code),
        label_visibility="collapsed",
        required=True,
        on_change=turn_page,
        key="view_choice",
    )
    queue = Queue(chosen or Queue.OPEN.value)
    keep("view", None if queue is Queue.OPEN else queue.value)
    return queue


def turn_page() -> None:
    """Another list begins on its first page, without the request and the form of the one before."""
    for name in ("p", "request", "do", "v", TICKED):
        keep(name, None)
    st.session_state.pop("p", None)


def wanted_list(page: Page, queue: Queue) -> Wanted:
    """Search and filters above the list, from the address and into it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        text = st.text_input(
            _("Search"),
            key="q",
            bind="query-params",
            placeholder=_("Number, matter or words of the text"),
            icon=":material/search:",
            label_visibility="collapsed",
            max_chars=100,
            on_change=turn_page,
            width=300,
        )
        is_mine = False
        if page.actor.has(P.COMPLAINTS_HANDLE):
            is_mine = st.toggle(_("Mine only"), key="mine", bind="query-params")
        used = sum(name in st.query_params for name in FILTERS)
        words = _("Filter ({n})").format(n=number(used)) if used else _("Filter")
        with st.popover(words, icon=":material/filter_list:"):
            chosen = filter_choices(page)
    return Wanted(
        queue,
        kind=RequestKind(chosen["kind"]) if chosen["kind"] else None,
        urgency=Urgency(chosen["urgency"]) if chosen["urgency"] else None,
        channel=RequestChannel(chosen["channel"]) if chosen["channel"] else None,
        area_id=int(chosen["area"]) if chosen["area"] else None,
        unit_id=int(chosen["unit"]) if chosen["unit"] else None,
        text=text or "",
        is_mine=is_mine,
        order=Order(chosen["order"]) if chosen["order"] else Order.DUE,
    )


def filter_choices(page: Page) -> dict[str, str | None]:
    """The filters, one below the other; each None unless something is chosen."""
    with reading() as session:
        area_names, unit_names = areas(session, actor=page.actor), providers(session, actor=page.actor)
    return {
        "kind": choice(_("Type"), {one.value: label(one) for one in RequestKind}, key="kind", width=260),
        "urgency": choice(_("Urgency"), {one.value: label(one) for one in Urgency}, key="urgency", width=260),
        "channel": choice(_("Channel"), {one.value: label(one) for one in RequestChannel}, key="channel", width=260),
        "area": choice(_("Area"), by_id(area_names), key="area", width=260),
        "unit": choice(_("Handling unit"), by_id(unit_names), key="unit", width=260),
        "order": choice(_("Order"), {one.value: _(ORDER_WORDS[one]) for one in Order}, key="order", width=260),
    }


def by_id(frame: pd.DataFrame) -> dict[str, str]:
    return words_by_code(frame.assign(code=frame["id"].astype(str)))


def request_list(page: Page, wanted: Wanted, chosen_id: int | None, first_id: int | None) -> int | None:
    """One page of the list. Returns the request to show: the chosen one, else what is to be done first.

    `first_id`: what the title names; of another queue or a search it is the first of the list.
    """
    found, at, pages = list_page(page, wanted, ROWS)
    if not found.count:
        return chosen_id
    columns = closed_columns() if wanted.queue is Queue.CLOSED else open_columns()
    is_whole = wanted == Wanted()
    shown_id = chosen_id or (first_id if is_whole else None) or int(found.frame["request_id"].iloc[0])
    key = f"list_{wanted.queue}_{at}_{found.count}"
    request_table(found.frame, columns, key=key, now=page.now, chosen_id=shown_id)
    paging(found, pages)
    return shown_id


def list_page(page: Page, wanted: Wanted, rows: int) -> tuple[Listed, int, int]:
    """What stands on the page of the list that is open, which page that is, and of how many; empty lists say so."""
    at = max(int(st.session_state.get("p") or 1), 1)
    with reading() as session:
        found = listed(session, wanted, page=at, rows=rows, actor=page.actor, now=page.now)
    if not found.count:
        note(_("Nothing stands here. What comes in appears by itself when the page is opened again."))
    pages = ceil(found.count / rows)
    if at > pages > 0:
        st.session_state["p"] = at = pages
    return found, at, pages


def paging(found: Listed, pages: int) -> None:
    words = ngettext("{n} request", "{n} requests", found.count).format(n=number(found.count))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        note(words)
        if pages > 1:
            st.space("stretch")
            page_choice(pages, key="p")


def desk_counts(page: Page) -> dict[Queue, int]:
    with reading() as session:
        return counts(session, actor=page.actor, now=page.now)


def first_row(page: Page) -> Row | None:
    """The most pressing request that this person can do something about."""
    with reading() as session:
        first = first_of(session, own_queues(page.actor), actor=page.actor, now=page.now)
    return next(iter(named_rows(first)), None)


def finding(page: Page, found: Mapping[Queue, int], first: Row | None) -> tuple[str, str]:
    """What to do first as the title, and the facts behind it."""
    facts = [
        ngettext("{n} open request", "{n} open requests", found[Queue.OPEN]).format(n=number(found[Queue.OPEN])),
        _("{n} due today").format(n=number(found[Queue.TODAY])),
        _("{n} past the limit").format(n=number(found[Queue.OVERDUE])),
    ]
    if page.actor.has(P.COMPLAINTS_CALL_BACK):
        facts.append(_("{n} to be called back").format(n=number(found[Queue.CALL])))
    return first_words(page, found, first), " · ".join(facts)


def first_words(page: Page, found: Mapping[Queue, int], first: Row | None) -> str:
    """What is to be done first, and how long there is; or that nothing is."""
    if not found[Queue.OPEN]:
        return _("No request is open")
    if first is None:
        late = found[Queue.OVERDUE]
        words = ngettext("{n} request is past its limit", "{n} requests are past their limit", late)
        return words.format(n=number(late)) if late else _("Nothing waits for you here")
    return verb(first.state, page.actor).format(matter=subject(first), left=row_left(first, page.now))


def verb(state: RequestState, actor: Actor) -> str:
    """What is to be done with a request in a state, as a sentence to be filled."""
    if state is RequestState.RETURNED and not actor.has_everywhere(P.COMPLAINTS_APPROVE):
        return _("Dispatch “{matter}” first: {left} left")
    if state is RequestState.IN_PROGRESS and not actor.has(P.COMPLAINTS_HANDLE):
        return _("Decide what was asked for “{matter}” first: {left} left")
    return {
        RequestState.REGISTERED: _("Dispatch “{matter}” first: {left} left"),
        RequestState.DISPATCHED: _("Sign for “{matter}” first: {left} left"),
        RequestState.RETURNED: _("Rule on “{matter}” first: {left} left"),
        RequestState.IN_PROGRESS: _("Reply to “{matter}” first: {left} left"),
        RequestState.REPLIED: _("Verify the reply to “{matter}” first: {left} left"),
    }.get(state, _("Call back about “{matter}” first: {left} left"))
