"""Due dates in words: when, how pressing, and how they were counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from pages._ui.facts import fact_list
from pages._ui.page import Page, reading
from pages._ui.tables import table
from pages._ui.widgets import show_text
from qs.deadlines import queries
from qs.deadlines.terms import CountedDay, Limit, LimitKind, Trace
from qs.i18n import age, day, moment, ngettext, number, pick, weekday
from qs.i18n import gettext as _
from qs.sentences import label


def due_words(due_at: datetime, now: datetime, *, is_provisional: bool = False) -> str:
    """When something is due, and how long that is from now."""
    gap = (
        _("{age} late").format(age=age(now - due_at)) if now > due_at else _("{age} left").format(age=age(due_at - now))
    )
    words = _("due {moment} · {gap}").format(moment=moment(due_at), gap=gap)
    return _("{words} · provisional").format(words=words) if is_provisional else words


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


def how_counted(page: Page, due_id: int) -> None:
    """A pop-up that says how a stored due date was counted: limit, source, calendar, days, and later changes."""
    with st.popover(_("How this was counted"), icon=":material/calendar_month:", type="tertiary"):
        with reading() as session:
            trace = queries.trace_of(session, due_id, actor=page.actor)
        fact_list(trace_facts(trace))
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
        if trace.rule.limit.kind is not LimitKind.HOURS:
            counted_days(trace.days, key=f"due_{due_id}")


def trace_facts(trace: Trace) -> list[tuple[str, str]]:
    facts = [
        (_("Time limit"), f"{pick(trace.rule.name, trace.rule.name_en)} · {limit_words(trace.rule.limit)}"),
        (_("Source"), pick(trace.rule.source, trace.rule.source_en)),
        (_("From"), moment(trace.due.starts_at) if trace.due.starts_at else ""),
        (_("Due"), moment(trace.due.due_at)),
        (_("Calendar"), trace.calendar_version),
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
    if place == 0:
        return _("event day")
    one = days[place]
    return _("not counted") if one.number is None else number(one.number)
