"""The disclosure calendar: what has to be public by when, what is late, and marking it as published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import choice, keep
from pages._ui.due import day_by
from pages._ui.page import Page, saving
from pages._ui.tables import table
from pages._ui.widgets import empty_state, note, plain
from qs.i18n import day, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.publication import actions
from qs.publication.terms import ItemKind, ItemState
from qs.sentences import label
from qs.settings import settings

OPEN_STATES = (ItemState.LATE, ItemState.DUE_SOON, ItemState.TO_COME)
ORDER = (ItemState.LATE, ItemState.DUE_SOON, ItemState.TO_COME, ItemState.DONE_LATE, ItemState.DONE)


def calendar_buttons(page: Page, *, is_editor: bool) -> None:
    """Bring the calendar up to date, or enter something by hand."""
    if not is_editor:
        return
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Bring up to date"), icon=":material/refresh:", key="refresh_calendar"):
            with saving(page, done=_("The calendar is up to date.")) as session:
                actions.refresh_calendar(session, actor=page.actor, now=page.now)
        if st.button(_("Enter an item"), icon=":material/add:", key="enter_item"):
            keep("item", None)
            keep("do", "item")


def calendar_list(items: pd.DataFrame) -> dict[str, Any] | None:
    """The items, what is late first; the chosen row, or None."""
    states = {state.value: label(state) for state in ORDER}
    chosen = choice(_("State"), states, key="item_state", width=200)
    shown = items[[state.value == chosen for state in items["state"]]] if chosen else items
    if shown.empty:
        empty_state(
            _("Nothing stands in the calendar"),
            _("Reports, bulletins, plans and answers enter it by rule; other things are entered by hand."),
            icon="event",
        )
        return None
    rank = shown["state"].map(ORDER.index)
    recent_first = [
        -due.toordinal() if state in (ItemState.DONE, ItemState.DONE_LATE) else due.toordinal()
        for due, state in zip(shown["due_on"], shown["state"], strict=True)
    ]
    shown = shown.assign(
        rank=rank,
        place_in_time=recent_first,
        state_text=[label(state) for state in shown["state"]],
        kind_text=[label(kind) for kind in shown["kind"]],
        title_text=[pick(zh, en) for zh, en in zip(shown["title"], shown["title_en"], strict=True)],
        due_text=[
            day_by(due, is_provisional=is_provisional)
            for due, is_provisional in zip(shown["due_on"], shown["is_provisional"], strict=True)
        ],
        done_text=["" if pd.isna(done) else day(done) for done in shown["done_on"]],
    ).sort_values(["rank", "place_in_time"], kind="stable")
    columns = {
        "state_text": _("State"),
        "due_text": _("Due"),
        "title_text": st.column_config.TextColumn(_("What"), width=262),
        "done_text": _("Published"),
    }
    return table(shown, columns, key="items", search=["title_text", "kind_text"], is_selectable=True)


def item_form(page: Page, picked: dict[str, Any] | None, *, is_editor: bool) -> None:
    """Beside the list: the chosen item with what can be done, or the form for a new one."""
    if picked is not None:
        item_card(page, picked, is_editor=is_editor)
    elif is_editor and st.query_params.get("do") == "item":
        new_item_form(page)
    else:
        empty_state(
            _("Choose an item in the table"),
            _("Its card says by when it must be public and where it was published."),
            icon="event",
        )


def item_card(page: Page, item: dict[str, Any], *, is_editor: bool) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(f"### {plain(item['title_text'])}", anchors=False)
        note(_("{kind} · due on {day}").format(kind=item["kind_text"], day=item["due_text"]))
        note(item["state_text"])
        if item["place"]:
            note(_("Where: {place}").format(place=item["place"]))
        if item["state"] not in OPEN_STATES or not is_editor:
            return
        if item["kind"] is ItemKind.QUARTERLY_REPORT:
            note(_("It is done as soon as the report of this quarter is published."))
            return
        today = local_day(page.now, settings().zone)
        with st.form(f"complete_{item['item_id']}", border=False):
            done_on = st.date_input(_("Published on"), value=today, max_value=today, key=f"done_on_{item['item_id']}")
            place = st.text_input(_("Where"), max_chars=200, key=f"place_{item['item_id']}")
            sent = st.form_submit_button(
                _("Mark as published"), type="primary", key=f"complete_button_{item['item_id']}"
            )
        if sent:
            with saving(page, done=_("Marked as published.")) as session:
                actions.complete_item(
                    session,
                    int(item["item_id"]),
                    done_on=done_on,
                    place=place,
                    version=int(item["version"]),
                    actor=page.actor,
                    now=page.now,
                )


def new_item_form(page: Page) -> None:
    """Something that has to be disclosed, entered by hand."""
    kinds = [kind for kind in ItemKind if kind is not ItemKind.QUARTERLY_REPORT]
    with st.form("new_item", border=True):
        kind = st.selectbox(_("Kind"), kinds, format_func=label, index=None, key="new_item_kind")
        title = st.text_input(_("Title in Chinese"), max_chars=200, key="new_item_title")
        title_en = st.text_input(_("Title in English"), max_chars=200, key="new_item_title_en")
        due_on = st.date_input(
            _("Due on"), value=local_day(page.now, settings().zone) + timedelta(days=20), key="new_item_due"
        )
        sent = st.form_submit_button(_("Enter"), type="primary", key="new_item_save")
    if sent:
        with saving(page, done=_("Entered.")) as session:
            actions.add_item(
                session,
                kind=kind or ItemKind.OTHER,
                title=title,
                title_en=title_en,
                due_on=due_on,
                actor=page.actor,
                now=page.now,
            )
            keep("do", None)
