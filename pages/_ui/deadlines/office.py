"""What the office chooses: the pack in use and the opening hours, each with what would change before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time

import pandas as pd
import streamlit as st

from pages._ui.choices import localised
from pages._ui.deadlines.packs import cell, compared_rows, pack_words, row_words
from pages._ui.due import length_words, windows_words
from pages._ui.facts import fact_list
from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.widgets import note, section, show_error
from qs.deadlines import office, packs, queries
from qs.deadlines.hours import MOST_WINDOWS, window_problems
from qs.deadlines.terms import Chosen, Opening, Window
from qs.errors import InvalidInput
from qs.i18n import gettext as _
from qs.i18n import moment, ngettext, number
from qs.settings import settings

FREE = ((time(8), time(9)), (time(18), time(19)), (time(19, 30), time(20)), (time(20, 30), time(21)))  # for a new one


def pack_form(page: Page, titles: Mapping[str, str], chosen: Chosen, *, is_keeper: bool) -> None:
    """The pack in use and, for those who keep it, another one with what would change."""
    left, right = st.columns([1, 1.6], gap="medium")
    with left, st.container(border=True, gap="small"):
        section(_("Pack in use"))
        facts = [(_("Pack"), titles.get(chosen.pack, chosen.pack))]
        if chosen.chosen_at is not None:
            facts += [(_("In use since"), moment(chosen.chosen_at)), (_("Reason"), chosen.reason)]
        fact_list(facts)
        note(_("Requests may name a pack of their own; everything else counts by this one from when it is set."))
        others = [code for code in titles if code != chosen.pack]
        if not is_keeper or not others:
            return
        wanted: str = st.selectbox(_("Count by another pack"), others, format_func=titles.__getitem__, key="new_pack")
        with st.form("choose_pack", border=False):
            reason = st.text_input(_("Reason"), max_chars=office.REASON_LENGTH, key="pack_reason")
            pressed = st.form_submit_button(_("Use this pack from now on"), type="primary", key="choose_pack_save")
        if pressed:
            with saving(page, done=_("The office counts by another pack from now on.")) as session:
                office.choose_pack(
                    session, wanted, reason=reason, version=chosen.version, actor=page.actor, now=page.now
                )
    with right, st.container(border=True, gap="small"):
        pack_preview(page, titles, chosen.pack, wanted)


def pack_preview(page: Page, titles: Mapping[str, str], present: str, wanted: str) -> None:
    """The limits of requests that differ between the pack in use and the wanted one."""
    section(_("What would change"), _("Due dates already set stay; only those set from then on are counted so."))
    with reading() as session:
        found = packs.compared_limits(session, actor=page.actor)
        calendar = queries.calendar(session, actor=page.actor)
    words = {
        (row.code, row.urgency, row.pack): cell(row.rule, calendar, None, is_own=True)
        for row in found.itertuples(index=False)
    }
    lines = [
        (row_words(code, urgency), words[code, urgency, present], words[code, urgency, wanted])
        for code, urgency in compared_rows(found)
    ]
    frame = pd.DataFrame([one for one in lines if one[1] != one[2]], columns=["limit", "before", "after"])
    columns = {
        "limit": st.column_config.TextColumn(_("Time limit"), width=300),
        "before": titles[present],
        "after": titles[wanted],
    }
    table(frame, columns, key="pack_changes", rows_per_page=20)


def hours_form(page: Page, titles: Mapping[str, str], in_use: str, *, is_keeper: bool) -> None:
    """The opening hours of the office or of one pack and, for those who keep them, others with what would change."""
    left, right = st.columns([1, 1.6], gap="medium")
    with left, st.container(border=True, gap="small"):
        section(_("Opening hours"))
        words = {"": _("The office")} | {
            code: pack_words(name, is_used=code == in_use) for code, name in titles.items()
        }
        scope: str = st.selectbox(_("Whose opening hours"), list(words), format_func=words.__getitem__, key="hours_of")
        with reading() as session:
            present = queries.opening(session, scope, actor=page.actor)
            is_own = not scope or queries.has_own_hours(session, scope, actor=page.actor)
        show_hours(present, is_own=is_own)
        if not is_keeper:
            return
        windows = typed_windows(present, scope)
        with st.form("change_hours", border=False):
            reason = st.text_input(_("Reason"), max_chars=office.REASON_LENGTH, key="hours_reason")
            with st.container(horizontal=True, gap="small"):
                pressed = st.form_submit_button(_("Change the opening hours"), type="primary", key="change_hours_save")
                dropped = scope and is_own and st.form_submit_button(_("As the office"), key="drop_hours")
        if pressed or dropped:
            with saving(page, done=_("The opening hours were changed.")) as session:
                office.change_hours(
                    session,
                    () if dropped else windows,
                    pack=scope,
                    reason=reason,
                    version=present.version,
                    actor=page.actor,
                    now=page.now,
                )
    with right, st.container(border=True, gap="small"):
        hours_preview(page, present, windows, scope)


def show_hours(present: Opening, *, is_own: bool) -> None:
    facts = [
        (_("On working days"), windows_words(present.windows)),
        (_("Time zone"), settings().zone.key),
    ]
    if not is_own:
        facts.append((_("From"), _("As the office")))
    elif present.changed_at is None:
        facts.append((_("From"), _("Local rule that the program comes with")))
    else:
        facts += [(_("In use since"), moment(present.changed_at)), (_("Reason"), present.reason)]
    fact_list(facts)


def typed_windows(present: Opening, scope: str) -> tuple[Window, ...]:
    """So many stretches of a working day, each from and to."""
    stretches = st.number_input(
        _("Stretches of a working day"), 1, MOST_WINDOWS, len(present.windows), key=f"windows_{scope}_{present.version}"
    )
    typed = []
    for place in range(int(stretches)):
        known = present.windows[place] if place < len(present.windows) else Window(*FREE[place])
        with st.container(horizontal=True, gap="small"):
            key = f"{scope}_{present.version}_{place}"
            opens = st.time_input(_("Opens"), known.opens, key=f"opens_{key}", step=300)
            closes = st.time_input(_("Closes"), known.closes, key=f"closes_{key}", step=300)
        typed.append(Window(opens, closes))
    return tuple(sorted(typed))


def hours_preview(page: Page, present: Opening, windows: tuple[Window, ...], scope: str) -> None:
    """The working day before and after, and the limits that would end at another moment if they began now."""
    section(_("What would change"), _("Due dates already set stay; only those set from then on are counted so."))
    problems = tuple(window_problems(windows))
    if problems:
        show_error(InvalidInput(problems=problems))
        return
    with reading() as session:
        known = queries.calendar(session, pack=scope, actor=page.actor)
        effect = packs.hours_effect(session, windows, pack=scope, actor=page.actor, now=page.now)
    after = replace(known, windows=windows)
    change = _("{before} → {after}")
    fact_list(
        [
            (
                _("Open on a working day"),
                change.format(before=length_words(known.day_length), after=length_words(after.day_length)),
            ),
            (
                _("Close of business"),
                change.format(before=f"{known.closes_at:%H:%M}", after=f"{after.closes_at:%H:%M}"),
            ),
        ]
    )
    words = ngettext(
        "{n} limit would end at another moment if it began now.",
        "{n} limits would end at another moment if they began now.",
        len(effect),
    )
    note(
        words.format(n=number(len(effect)))
        if windows != present.windows
        else _("Nothing yet: these are the hours as they are.")
    )
    shown = localised(effect, "name").assign(
        before=[moment(at) for at in effect["before"]], after=[moment(at) for at in effect["after"]]
    )
    columns = {
        "name": st.column_config.TextColumn(_("Time limit"), width="medium"),
        "before": _("Now"),
        "after": _("Would be"),
    }
    if not effect.empty:
        table(shown, columns, key="hours_changes", rows_per_page=10)
