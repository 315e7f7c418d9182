"""The parts of the Calendar screen: the diagnostic count, the year, the pack of limits, and the import with preview."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, localised
from pages._ui.due import counted_days, limit_words, provisional_words
from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.widgets import empty_state, note, plain, section, show_error, show_text
from qs.chart_style import palette
from qs.deadlines import actions, charts, queries, rules
from qs.deadlines.library import read_year
from qs.deadlines.terms import Calendar, Counted, DayType, Limit, LimitKind, YearDefinition
from qs.errors import InvalidInput
from qs.i18n import day, moment, month, ngettext, number, pick, weekday
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

USUAL_RULE = "request.handle"
USUAL_TIME = time(9, 0)


def finding(page: Page, years: pd.DataFrame, provisional: int) -> tuple[str, str]:
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
    return title, " · ".join([facts, _("due dates once set never move when a calendar changes")])


def diagnostic(page: Page, calendar: Calendar, limits: pd.DataFrame) -> None:
    """Type a beginning and a limit; see every day counted, and the sentence that says why."""
    left, right = st.columns([1, 1.6], gap="medium")
    with left, st.container(border=True, gap="small"):
        section(_("Count a time limit"))
        starts_at = typed_beginning(page)
        limit, words = typed_limit(limits)
    counted = rules.due_at(calendar, starts_at, limit)
    with right, st.container(border=True, gap="small"):
        due = _("Due {moment}").format(moment=moment(counted.due_at))
        st.markdown(f"### {plain(due)}", anchors=False)
        st.markdown(plain(why(calendar, starts_at, limit, words, counted)))
        if counted.is_provisional:
            st.warning(provisional_words(), icon=":material/event_busy:")
        if limit.kind is not LimitKind.HOURS:
            counted_days(counted.days, key="counted")


def typed_beginning(page: Page) -> datetime:
    zone = settings().zone
    with st.container(horizontal=True, gap="small"):
        chosen = st.date_input(_("Day of the event"), local_day(page.now, zone), key="count_day")
        at = st.time_input(_("Time"), USUAL_TIME, key="count_time")
    return datetime.combine(chosen, at, zone).astimezone(UTC)


def typed_limit(limits: pd.DataFrame) -> tuple[Limit, str]:
    """A limit of the pack, or one's own."""
    named = {row.code: row for row in limits.itertuples(index=False)}
    codes = [*named, ""]
    code = st.selectbox(
        _("Time limit"),
        codes,
        index=codes.index(USUAL_RULE) if USUAL_RULE in named else 0,
        format_func=lambda one: rule_words(named[one]) if one else _("One of my own"),
        key="count_rule",
    )
    if code:
        row = named[code]
        limit = Limit(row.kind, int(row.amount))
        note(_("{limit} · {source}").format(limit=limit_words(limit), source=pick(row.source, row.source_en)))
        return limit, pick(row.name, row.name_en)
    with st.container(horizontal=True, gap="small"):
        kind = st.selectbox(_("Counted in"), list(LimitKind), format_func=label, key="count_kind")
        most = rules.LARGEST_AMOUNT[kind]
        amount = st.number_input(_("How many"), 1, most, 5, key=f"count_amount_{kind.value}")
    return Limit(kind, int(amount)), _("One of my own")


def rule_words(row: Any) -> str:  # noqa: ANN401 - a row of the limits
    return _("{name} · {limit}").format(
        name=pick(row.name, row.name_en), limit=limit_words(Limit(row.kind, int(row.amount)))
    )


def why(calendar: Calendar, starts_at: datetime, limit: Limit, name: str, counted: Counted) -> str:
    """One sentence: from when, what counts, and where it ends."""
    first = local_day(starts_at, calendar.zone)
    if limit.kind is LimitKind.HOURS:
        text = _("{limit} from {moment}, day and night, weekends and days off included.")
        return text.format(limit=limit_words(limit), moment=moment(starts_at))
    last = counted.days[-1].day
    skipped = [one for one in counted.days[1:] if not one.type.is_worked]
    made_up = [one for one in counted.days[1:] if one.type is DayType.MAKEUP_WORK]
    if limit.kind is LimitKind.CALENDAR_DAYS:
        rolled = len(counted.days) - 1 - limit.amount
        text = _("{day} is not counted; every day after it is, {limit} in all.")
        parts = [text.format(day=day(first), limit=limit_words(limit))]
        if rolled:
            parts.append(
                _("The last of them is not worked, so the limit ends on the next working day, {day}.").format(
                    day=day(last)
                )
            )
    else:
        text = _("{day} is not counted; {limit} after it end on {last}.")
        parts = [text.format(day=day(first), limit=limit_words(limit), last=day(last))]
        if skipped:
            off = ngettext("{n} day not worked was left out.", "{n} days not worked were left out.", len(skipped))
            parts.append(off.format(n=number(len(skipped))))
        if made_up:
            worked = ngettext("{n} make-up day counts.", "{n} make-up days count.", len(made_up))
            parts.append(worked.format(n=number(len(made_up))))
    parts.append(_("It ends at the close of business, {time}.").format(time=f"{calendar.closes_at:%H:%M}"))
    return sentences(parts)


def sentences(parts: list[str]) -> str:
    """Whole sentences one after the other, as the language sets them."""
    told = parts[0]
    for part in parts[1:]:
        told = _("{sentence} {next_one}").format(sentence=told, next_one=part)
    return told


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


def limit_list(limits: pd.DataFrame) -> None:
    """The pack in use, as its file orders it."""
    note(_("Pack cn-12345-5wd. Working days leave out weekends and days off; the day of the event is not counted."))
    shown = localised(limits, "name", "source").assign(
        limit=[limit_words(Limit(row.kind, int(row.amount))) for row in limits.itertuples(index=False)]
    )
    columns = {
        "name": st.column_config.TextColumn(_("Time limit"), width="medium"),
        "limit": _("Length"),
        "source": st.column_config.TextColumn(_("Source"), width="large"),
        "code": _("Code"),
    }
    table(shown, columns, key="limits", search=("code", "name", "name_en"), rows_per_page=30)


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
    """Count provisional due dates anew, with a reason."""
    if not provisional:
        return
    with st.container(border=True, gap="small"):
        section(_("Provisional due dates"))
        text = ngettext(
            "{n} due date to come was counted by weekends only, because its year was not loaded.",
            "{n} due dates to come were counted by weekends only, because their year was not loaded.",
            provisional,
        )
        note(text.format(n=number(provisional)))
        with st.form("recount", border=False):
            reason = st.text_input(_("Reason"), max_chars=actions.REASON_LENGTH, key="recount_reason")
            pressed = st.form_submit_button(_("Count them again"), key="recount_save")
        if pressed:
            with saving(page, done=_("The provisional due dates were counted again.")) as session:
                actions.recompute_provisional(session, reason=reason, actor=page.actor, now=page.now)
