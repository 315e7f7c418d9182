"""The parts of the Calendar screen: its finding, a year as a grid, the import with preview, the recount."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, localised
from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.widgets import empty_state, note, plain, section, show_error, show_text
from qs.chart_style import palette
from qs.deadlines import actions, charts, packs, queries, rules
from qs.deadlines.library import read_year
from qs.deadlines.terms import Calendar, DayType, YearDefinition
from qs.errors import InvalidInput
from qs.i18n import day, moment, month, ngettext, number, pick, weekday
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label, object_label
from qs.settings import settings


def finding(page: Page, years: pd.DataFrame, provisional: int, pack: str) -> tuple[str, str]:
    """The finding for the heading, and the facts behind it."""
    today = local_day(page.now, settings().zone)
    loaded = [int(year) for year in years["year"]]
    last = max(loaded, default=None)
    if today.year not in loaded:
        title = _("This year's working-day calendar is missing")
    elif provisional:
        text = ngettext("{n} due date is provisional", "{n} due dates are provisional", provisional)
        title = text.format(n=number(provisional))
    else:
        title = _("Working days are known to the end of {year}").format(year=last)
    facts = _("calendars loaded: {years}").format(years=_(", ").join(str(year) for year in loaded) or "—")
    used = _("pack in use: {pack}").format(pack=pack)
    return title, " · ".join([facts, used, _("due dates once set never move when a calendar changes")])


def year_view(page: Page, years: pd.DataFrame) -> None:
    """One loaded year as a grid, with its notice."""
    if years.empty:
        empty_state(
            _("No calendar is loaded"),
            _("Import the file of a year: days off and make-up days as the State Council's notice fixes them."),
            icon="calendar_month",
        )
        return
    loaded = [int(year) for year in years["year"]]
    present = local_day(page.now, settings().zone).year
    year = st.segmented_control(
        _("Year"),
        loaded,
        default=present if present in loaded else loaded[-1],
        label_visibility="collapsed",
        required=True,
        key="calendar_year",
    )
    with reading() as session:
        days = queries.year_days(session, int(year or loaded[-1]), actor=page.actor)
    notice = years[years["year"] == year].iloc[0]
    with st.container(border=True, gap="small"):
        counts = {kind: int((days["type"] == kind).sum()) for kind in DayType}
        with st.container(horizontal=True, gap="small"):
            for kind, colour in zip(DayType, ("gray", "gray", "gray", "primary"), strict=True):
                st.badge(f"{label(kind)} {number(counts[kind])}", color=colour)
        dark = (st.context.theme.type or "light") == "dark"
        chart = charts.year_chart(year_frame(days), colours=palette(dark=dark))
        st.altair_chart(chart, width="stretch", theme=None, key="year")
        note(
            _("{title} · {notice} · published {day} · version {version}").format(
                title=pick(notice["title"], notice["title_en"]),
                notice=notice["notice"],
                day=day(notice["published_on"]),
                version=int(notice["version"]),
            )
        )
        show_text(notice["source"])


def year_frame(days: pd.DataFrame) -> pd.DataFrame:
    """The days of a year as the chart takes them."""
    marks = {DayType.HOLIDAY: _("off"), DayType.MAKEUP_WORK: _("work")}
    return pd.DataFrame(
        {
            "month": [one.month for one in days["day"]],
            "month_name": [month(one) for one in days["day"]],
            "day_of_month": [one.day for one in days["day"]],
            "day_name": [_("{day}, {weekday}").format(day=day(one), weekday=weekday(one)) for one in days["day"]],
            "type": [kind.value for kind in days["type"]],
            "type_name": [label(kind) for kind in days["type"]],
            "holiday": [pick(zh, en) or "—" for zh, en in zip(days["name"], days["name_en"], strict=True)],
            "mark": [marks.get(kind, "") for kind in days["type"]],
        }
    )


def import_form(page: Page, calendar: Calendar) -> None:
    """Choose a year file, look at what it would change, then take it over."""
    left, right = st.columns([1, 1.6], gap="medium")
    with left, st.container(border=True, gap="small"):
        section(_("Import a calendar year"))
        note(
            _(
                "A TOML file with the days off and make-up days of one year, as the notice fixes them; take a shipped "
                "file of data/calendars as a pattern. Nothing is saved before you have seen what it changes."
            )
        )
        chosen = st.file_uploader(_("File of the year"), type=["toml"], key="calendar_file")
    if chosen is None:
        return
    try:
        year = read_year(chosen.name, chosen.getvalue())
    except InvalidInput as error:
        with right:
            show_error(error)
        return
    with right, st.container(border=True, gap="small"):
        preview(page, calendar, year)


def preview(page: Page, calendar: Calendar, year: YearDefinition) -> None:
    changes = rules.day_changes(calendar, year)
    section(_("What {year} would look like").format(year=year.year))
    note(_("{title} · {notice}").format(title=pick(year.title, year.title_en), notice=year.notice))
    words = ngettext("{n} day would change", "{n} days would change", len(changes)).format(n=number(len(changes)))
    st.markdown(f"**{plain(words)}**")
    frame = pd.DataFrame(
        {
            "day": [day(one.day) for one in changes],
            "weekday": [weekday(one.day) for one in changes],
            "before": [label(one.before) for one in changes],
            "after": [label(one.after) for one in changes],
            "holiday": [pick(one.name, one.name_en) for one in changes],
        }
    )
    columns = {
        "day": _("Day"),
        "weekday": _("Weekday"),
        "before": _("Now"),
        "after": _("Would be"),
        "holiday": _("Holiday"),
    }
    table(frame, columns, key="changes", rows_per_page=15)
    note(_("Due dates already set stay as they are; provisional ones can be counted again afterwards."))
    if st.button(_("Take over this year"), type="primary", icon=":material/check:", key="import_year"):
        with saving(page, done=_("The calendar year was imported.")) as session:
            actions.import_calendar(session, year, actor=page.actor, now=page.now)
            keep("view", None)


def recount(page: Page, provisional: int) -> None:
    """Provisional due dates: all of them counted anew, or one, with a reason."""
    if not provisional:
        return
    with reading() as session:
        found = packs.provisional_dues(session, actor=page.actor, now=page.now)
    with st.container(border=True, gap="small"):
        section(_("Provisional due dates"))
        text = ngettext(
            "{n} due date to come was counted by weekends only, because its year was not loaded.",
            "{n} due dates to come were counted by weekends only, because their year was not loaded.",
            provisional,
        )
        note(text.format(n=number(provisional)))
        chosen = due_list(found)
        due_id = None if chosen is None else int(chosen["due_id"])
        with st.form("recount", border=False):
            reason = st.text_input(_("Reason"), max_chars=actions.REASON_LENGTH, key="recount_reason")
            words = _("Count them again") if due_id is None else _("Count the chosen one again")
            pressed = st.form_submit_button(words, key="recount_save")
        if pressed and due_id is None:
            with saving(page, done=_("The provisional due dates were counted again.")) as session:
                actions.recompute_provisional(session, reason=reason, actor=page.actor, now=page.now)
        elif pressed and due_id is not None:
            with saving(page, done=_("The due date was counted again.")) as session:
                actions.recount_one(session, due_id, reason=reason, actor=page.actor, now=page.now)


def due_list(found: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a row
    shown = localised(found, "name").assign(
        what=[object_label(subject) for subject in found["subject"]], due=[moment(at) for at in found["due_at"]]
    )
    columns = {"what": _("Matter"), "name": _("Time limit"), "due": _("Provisionally due")}
    return table(shown, columns, key="provisional", rows_per_page=10, is_selectable=True)
