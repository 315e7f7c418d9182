"""Due dates in words: when, how pressing, and how they were counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st

from pages._ui.facts import fact_list
from pages._ui.page import Page, reading
from pages._ui.tables import table
from pages._ui.widgets import show_text
from qs.deadlines import queries
from qs.deadlines.terms import Calendar, CountedDay, Due, Limit, LimitKind, Rule, Trace, Window
from qs.i18n import age, day, moment, ngettext, number, pick, weekday
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings


def due_words(due_at: datetime, now: datetime, *, is_provisional: bool = False) -> str:
    """When something is due, and how long that is from now."""
    gap = (
        _("{age} late").format(age=age(now - due_at)) if now > due_at else _("{age} left").format(age=age(due_at - now))
    )
    words = _("due {moment} · {gap}").format(moment=moment(due_at), gap=gap)
    return _("{words} · provisional").format(words=words) if is_provisional else words


def day_by(due_on: date, *, is_provisional: bool) -> str:
    """The day by which something is due; a provisional one may move once the calendar of its year is published."""
    return perhaps(day(due_on), is_provisional=is_provisional)


def perhaps(shown: str, *, is_provisional: bool) -> str:
    """A day or moment as it is shown, with the word that it may still move."""
    return _("{day} (provisional)").format(day=shown) if is_provisional else shown


def due_day(due: Due) -> str:
    """The local day of a stored due date."""
    return day_by(local_day(due.due_at, settings().zone), is_provisional=due.is_provisional)


def due_line(page: Page, due_id: int | None) -> str:
    """A stored due date in words: when, how pressing, whether provisional, and what is left while its clock stands."""
    if due_id is None:
        return ""
    with reading() as session:
        due = queries.dues(session, [due_id], actor=page.actor)[due_id]
        left = queries.remaining_time(session, due, actor=page.actor, now=page.now)
        calendar = queries.calendar(session, pack=due.pack, actor=page.actor)
    if due.paused_at is not None:
        return paused_words(due, left, calendar)
    return due_words(due.due_at, page.now, is_provisional=due.is_provisional)


def limit_words(limit: Limit) -> str:
    """A time limit in words: 5 working days."""
    n, shown = limit.amount, number(limit.amount)
    if limit.kind is LimitKind.WORKING_DAYS:
        return ngettext("{n} working day", "{n} working days", n).format(n=shown)
    if limit.kind is LimitKind.CALENDAR_DAYS:
        return ngettext("{n} calendar day", "{n} calendar days", n).format(n=shown)
    if limit.kind is LimitKind.OFFICE_HOURS:
        return ngettext("{n} opening hour", "{n} opening hours", n).format(n=shown)
    return ngettext("{n} hour", "{n} hours", n).format(n=shown)


def length_words(length: timedelta) -> str:
    """A stretch of time to the minute: 3 h 30 min."""
    minutes = length // timedelta(minutes=1)
    if minutes % 60 == 0:
        return _("{hours} h").format(hours=number(minutes // 60))
    if minutes < 60:
        return _("{minutes} min").format(minutes=number(minutes))
    return _("{hours} h {minutes} min").format(hours=number(minutes // 60), minutes=number(minutes % 60))


def working_words(left: timedelta, calendar: Calendar, kind: LimitKind) -> str:
    """Working time in whole working days and the rest; limits in hours that run day and night in hours."""
    days, rest = divmod(abs(left), calendar.day_length)
    if kind is LimitKind.HOURS or not days:
        words = length_words(abs(left))
    else:
        words = ngettext("{n} working day", "{n} working days", days).format(n=number(days))
        if rest >= timedelta(minutes=1):
            words = _("{days} {rest}").format(days=words, rest=length_words(rest))
    return words


def paused_words(due: Due, left: timedelta, calendar: Calendar) -> str:
    """What a standing clock shows: since when, and the working time that is left when it runs on."""
    since = moment(due.paused_at) if due.paused_at else ""
    words = working_words(left, calendar, due.kind)
    if left < timedelta():
        return _("Paused since {moment}; {time} of working time late").format(moment=since, time=words)
    return _("Paused since {moment}; {time} of working time left").format(moment=since, time=words)


def windows_words(windows: Sequence[Window]) -> str:
    """Opening hours in words: 09:00–12:00, 13:30–17:30."""
    return _(", ").join(f"{one.opens:%H:%M}–{one.closes:%H:%M}" for one in windows)


def source_words(rule: Rule) -> str:
    """Where a limit stands: source, article, and whether it is a local rule."""
    words = pick(rule.source, rule.source_en)
    if rule.article:
        words = _("{source}, art. {article}").format(source=words, article=rule.article)
    return words


def how_counted(page: Page, due_id: int) -> None:
    """A pop-up that says how a stored due date was counted: limit, source, calendar, days, and later changes."""
    with st.popover(_("How this was counted"), icon=":material/calendar_month:", type="tertiary"):
        with reading() as session:
            trace = queries.trace_of(session, due_id, actor=page.actor)
            calendar = replace(queries.calendar(session, actor=page.actor), windows=trace.windows)
            left = queries.remaining_time(session, trace.due, actor=page.actor, now=page.now)
        fact_list(trace_facts(trace))
        if trace.due.paused_at is not None:
            show_text(paused_words(trace.due, left, calendar))
        for change in trace.changes:
            words = _("{change} on {moment}: due {before} became {after}")
            show_text(
                words.format(
                    change=label(change.kind),
                    moment=moment(change.changed_at),
                    before=moment(change.due_before),
                    after=moment(change.due_after),
                )
            )
        counted_days(trace.days, key=f"due_{due_id}")


def trace_facts(trace: Trace) -> list[tuple[str, str]]:
    facts = [
        (_("Time limit"), f"{pick(trace.rule.name, trace.rule.name_en)} · {limit_words(trace.rule.limit)}"),
        (_("Legal source"), source_words(trace.rule)),
        (_("Pack"), trace.due.pack if trace.due.pack == trace.pack else f"{trace.due.pack} → {trace.pack}"),
        (_("From"), moment(trace.due.starts_at) if trace.due.starts_at else ""),
        (_("Due"), moment(trace.due.due_at)),
        (_("Calendar"), trace.calendar_version),
        (_("Opening hours"), windows_words(trace.windows)),
        (_("Counted on"), moment(trace.computed_at)),
    ]
    if trace.due.is_provisional:
        facts.append((_("Provisional"), provisional_words()))
    return facts


def provisional_words() -> str:
    return _("Some days lie in a year whose calendar is not loaded; only weekends were left out.")


def counted_days(days: Sequence[CountedDay], *, key: str) -> None:
    """The days of a count with type and running number."""
    frame = pd.DataFrame(
        {
            "day": [day(one.day) for one in days],
            "weekday": [weekday(one.day) for one in days],
            "type": [label(one.type) for one in days],
            "number": [number_words(days, place) for place in range(len(days))],
        }
    )
    columns = {"day": _("Day"), "weekday": _("Weekday"), "type": _("Type"), "number": _("Counted")}
    table(frame, columns, key=key, rows_per_page=31)


def number_words(days: Sequence[CountedDay], place: int) -> str:
    if any(one.seconds is not None for one in days):
        return running_hours(days, place)
    if place == 0:
        return _("event day")
    one = days[place]
    return _("not counted") if one.number is None else number(one.number)


def running_hours(days: Sequence[CountedDay], place: int) -> str:
    """What a day adds to a limit in hours, and how much has passed by its end."""
    on_day = timedelta(seconds=days[place].seconds or 0)
    if not on_day:
        return _("not counted")
    passed = timedelta(seconds=sum(one.seconds or 0 for one in days[: place + 1]))
    return _("{time}, {passed} in all").format(time=length_words(on_day), passed=length_words(passed))
