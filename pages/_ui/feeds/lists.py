"""Feeds in a list with the age of their data, and one feed on a card with the form that changes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import localised
from pages._ui.feeds.reminders import reminders_part
from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.widgets import Action, empty_state, note, plain, show_error
from qs.actor import Permission
from qs.errors import NotFound
from qs.i18n import age, moment, ngettext, number, pick
from qs.i18n import gettext as _
from qs.observations import actions, queries
from qs.observations.queries import FeedDetail


def feed_counts(feeds: pd.DataFrame) -> tuple[str, str]:
    """The finding for the heading, and the facts behind it."""
    silent = feeds[feeds["is_silent"]]
    started = feeds[feeds["event_count"] > 0]
    if feeds.empty:
        title = _("No data comes in yet")
    elif len(silent):
        first = pick(str(silent.iloc[0]["name"]), str(silent.iloc[0]["name_en"]))
        title = ngettext("{n} feed is silent: {name}", "{n} feeds are silent, first {name}", len(silent)).format(
            n=number(len(silent)), name=first
        )
    elif started.empty:
        title = _("The feeds are ready, and no data has come yet")
    else:
        title = ngettext("{n} feed delivers as it should", "{n} feeds deliver as they should", len(started)).format(
            n=number(len(started))
        )
    facts = _("{feeds} feeds · {events} events").format(
        feeds=number(len(feeds)), events=number(int(feeds["event_count"].sum()))
    )
    return title, facts


def feed_table(feeds: pd.DataFrame, now: datetime) -> dict[str, Any] | None:  # Any: values of a frame
    """All feeds, the silent ones first and those without data last; returns the chosen one."""
    shown = localised(most_urgent_first(feeds), "name")
    shown = shown.assign(
        state=[state_words(row, now) for row in shown.itertuples(index=False)],
        newest=[moment_words(value) for value in shown["last_happened_at"]],
        events=[number(count) for count in shown["event_count"]],
    )
    return table(
        shown,
        {
            "name": st.column_config.TextColumn(_("Feed"), width="medium"),
            "state": st.column_config.TextColumn(_("State"), width="medium"),
            "events": st.column_config.TextColumn(_("Events"), width="small", alignment="right"),
            "newest": _("Newest event"),
        },
        key="feeds",
        search=("code", "name", "name_en"),
        is_selectable=True,
    )


def most_urgent_first(feeds: pd.DataFrame) -> pd.DataFrame:
    order = feeds.assign(has_none=feeds["event_count"] == 0).sort_values(
        ["is_silent", "is_active", "has_none", "code"], ascending=[False, False, True, True]
    )
    return order.drop(columns="has_none").reset_index(drop=True)


def state_words(row: Any, now: datetime) -> str:  # noqa: ANN401 - a row of `queries.feeds`
    """In words how a feed is doing; a silent one says for how long."""
    if not row.is_active:
        return _("Out of use")
    if pd.isna(row.last_received_at):
        return _("No data yet")
    gap = age(now - row.last_received_at.to_pydatetime())
    if row.is_silent:
        return _("Silent for {age}").format(age=gap)
    return _("Received {age} ago").format(age=gap)


def moment_words(value: pd.Timestamp) -> str:
    return "—" if pd.isna(value) else moment(value.to_pydatetime())


def feeds_begin(page: Page) -> None:
    """What stands here before there is any feed."""
    may_edit = page.actor.has(Permission.FEEDS_EDIT)
    action = Action("shipped", _("Add the feeds that come with the system"), icon="add", is_primary=True)
    pressed = empty_state(
        _("No feeds yet"),
        _("A feed is a source of figures: a file layout, or a system that sends events. Each shows how fresh it is."),
        action=action if may_edit else None,
        icon="database",
    )
    if pressed:
        with saving(page, done=_("The feeds were added.")) as session:
            actions.load_feeds(session, actor=page.actor, now=page.now)


def feed_card(page: Page, feeds: pd.DataFrame, feed_id: int | None) -> None:
    """One feed, the most urgent unless one was chosen: its facts, its layout, and the form that changes it."""
    if feed_id is None:
        feed_id = int(most_urgent_first(feeds).iloc[0]["feed_id"])
    try:
        with reading() as session:
            feed = queries.feed_detail(session, feed_id, actor=page.actor)
    except NotFound as error:
        show_error(error)
        return
    row = next(feeds[feeds["feed_id"] == feed_id].itertuples(index=False))
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(pick(feed.name, feed.name_en))}**")
        note(f"{feed.code} · {state_words(row, page.now)}")
        facts = _("{services} services · {events} events · newest event {moment}").format(
            services=number(row.service_count),
            events=number(row.event_count),
            moment=moment_words(row.last_happened_at),
        )
        note(facts)
        note(_("Takes files, and events by the API") if row.takes_files else _("Takes events by the API"))
        if feed.mapping is not None:
            layout_words(feed.mapping)
        if page.actor.has(Permission.FEEDS_EDIT):
            change_form(page, feed)
    reminders_part(page, feed_id)


def layout_words(mapping: dict[str, Any]) -> None:  # Any: as stored
    columns = ", ".join(str(name) for name in mapping.get("header", []))
    note(_("Columns a file must have: {columns}").format(columns=columns))
    with st.expander(_("The whole layout")):
        st.json(mapping, expanded=2)


def change_form(page: Page, feed: FeedDetail) -> None:
    with st.expander(_("Change this feed")), st.form(f"feed_{feed.feed_id}", border=False):
        name = st.text_input(_("Name"), feed.name, max_chars=200)
        name_en = st.text_input(_("Name in English"), feed.name_en, max_chars=200)
        hours = st.number_input(
            _("Silent after (hours)"),
            min_value=0.0,
            value=feed.silent_after_hours,
            placeholder=_("Never"),
            help=_("When nothing was received for longer, the feed is shown as silent. Empty: never."),
        )
        is_active = st.toggle(_("In use"), feed.is_active)
        pressed = st.form_submit_button(_("Save"), type="primary")
    if pressed:
        with saving(page, done=_("Saved.")) as session:
            actions.change_feed(
                session,
                feed.feed_id,
                name=name,
                name_en=name_en,
                silent_after_hours=hours or None,
                is_active=is_active,
                actor=page.actor,
                now=page.now,
            )
