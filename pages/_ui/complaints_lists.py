"""The lists of requests, the words for time left, and the finding above the desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import localised
from pages._ui.figures import NOTHING
from pages._ui.page import Page
from pages._ui.tables import table
from qs.actor import Actor, Permission
from qs.complaints.terms import RequestState
from qs.i18n import age, clock, day, moment, ngettext, number
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

Row = Any  # Any: one row of a frame of requests
ONE_DAY = timedelta(days=1)
SEARCHED = ("number", "subject", "service_words", "unit_words", "kind_words")


def queue_words() -> dict[str, str]:
    return {
        "dispatch": _("To be dispatched"),
        "rule": _("Returned"),
        "sign": _("To be signed for"),
        "reply": _("In progress"),
        "extension": _("Extension to decide"),
        "call": _("To be called back"),
        "close": _("Called back, to be closed"),
        "today": _("Due today"),
        "closed": _("Case closed"),
    }


def in_queue(frame: pd.DataFrame, queue: str | None, now: datetime) -> pd.DataFrame:
    """The part of the open requests that stands in one queue; all of them without one."""
    states = {
        "dispatch": RequestState.REGISTERED,
        "rule": RequestState.RETURNED,
        "sign": RequestState.DISPATCHED,
        "reply": RequestState.IN_PROGRESS,
        "call": RequestState.REPLIED,
        "close": RequestState.CALLED_BACK,
    }
    if queue in states:
        return frame[frame["state"] == states[queue]]
    if queue == "extension":
        return frame[frame["extension_asked_at"].notna() & frame["extension_decided_at"].isna()]
    return frame[is_due_today(frame, now)] if queue == "today" else frame


def is_due_today(frame: pd.DataFrame, now: datetime) -> pd.Series[bool]:
    today = local_day(now, settings().zone)
    due = [not pd.isna(at) and local_day(at.to_pydatetime(), settings().zone) == today for at in frame["next_due_at"]]
    return pd.Series(due, index=frame.index, dtype=bool) & (frame["next_due_at"] >= pd.Timestamp(now))


def subject(row: Row) -> str:
    """The title, or words for one that this person may not read."""
    return str(row.title) or _("Confidential: {kind}").format(kind=label(row.kind))


def left_words(at: datetime | None, days_left: int | None, now: datetime) -> str:
    """How much time is left, in the unit that fits: hours and minutes on the last day, working days before."""
    if at is None:
        return NOTHING
    if now > at:
        return _("{time} over").format(time=age(now - at))
    gap = at - now
    if gap < ONE_DAY:
        minutes = int(gap.total_seconds() // 60)
        return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
    days = max(days_left or 0, 1)
    return ngettext("{n} working day", "{n} working days", days).format(n=number(days))


def row_left(row: Row, now: datetime) -> str:
    at = None if pd.isna(row.next_due_at) else row.next_due_at.to_pydatetime()
    return left_words(at, None if pd.isna(row.days_left) else int(row.days_left), now)


def worded(frame: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """The frame with its words for people."""
    rows: list[Row] = list(frame.itertuples(index=False))
    shown = localised(frame, "service", "unit", "area", "handler")
    words = {
        "subject": [subject(row) for row in rows],
        "left": [row_left(row, now) for row in rows],
        "kind_words": [label(row.kind) for row in rows],
        "state_words": [state_words(row, now) for row in rows],
        "channel_words": [label(row.channel) for row in rows],
        "outcome_words": [NOTHING if row.outcome is None else label(row.outcome) for row in rows],
        "registered_words": [moment(row.registered_at.to_pydatetime()) for row in rows],
        "closed_words": [NOTHING if pd.isna(row.closed_at) else day_words(row.closed_at) for row in rows],
        "short_number": [str(row.number)[5:] for row in rows],
        "service_words": list(shown["service"]),
        "unit_words": [str(unit) or NOTHING for unit in shown["unit"]],
        "handler_words": [str(handler) or NOTHING for handler in shown["handler"]],
    }
    used = (frame["used_share"] * 100).round()
    frame = frame.assign(used_percent=used)
    return frame.assign(**{name: pd.Series(values, index=frame.index, dtype=str) for name, values in words.items()})


def day_words(at: pd.Timestamp) -> str:
    return day(local_day(at.to_pydatetime(), settings().zone))


def state_words(row: Row, now: datetime) -> str:
    is_asked = not pd.isna(row.extension_asked_at) and pd.isna(row.extension_decided_at)
    if row.state is RequestState.IN_PROGRESS and is_asked:
        return _("Extension asked for")
    if not pd.isna(row.supervised_at) and row.state is RequestState.CALLED_BACK:
        return _("With supervision")
    if row.state is RequestState.RETURNED and row.returned_count > 1:
        return _("Returned {n} times").format(n=row.returned_count)
    if row.state is RequestState.IN_PROGRESS and row.rework_count:
        return _("Rework")
    return label(row.state)


def desk_list(frame: pd.DataFrame, now: datetime) -> dict[str, Any] | None:  # Any: values of a row
    """The queue, most pressing first; returns the chosen row."""
    columns = {
        "left": st.column_config.TextColumn(_("Left"), width=96),
        "used_percent": st.column_config.ProgressColumn(
            _("Time used"), format="%d%%", min_value=0, max_value=100, width=78
        ),
        "subject": st.column_config.TextColumn(_("Matter"), width=170),
        "unit_words": st.column_config.TextColumn(_("Handling unit"), width=78),
        "state_words": st.column_config.TextColumn(_("State"), width=72),
        "short_number": st.column_config.TextColumn(_("Number"), width=62),
    }
    return table(worded(frame, now), columns, key="desk", search=SEARCHED, rows_per_page=14, is_selectable=True)


def closed_list(frame: pd.DataFrame, now: datetime) -> dict[str, Any] | None:  # Any: values of a row
    columns = {
        "closed_words": st.column_config.TextColumn(_("Closed on"), width="small"),
        "outcome_words": st.column_config.TextColumn(_("Outcome"), width="small"),
        "subject": st.column_config.TextColumn(_("Matter"), width="medium"),
        "unit_words": st.column_config.TextColumn(_("Handling unit"), width="small"),
        "short_number": st.column_config.TextColumn(_("Number"), width="small"),
    }
    return table(worded(frame, now), columns, key="closed", search=SEARCHED, rows_per_page=14, is_selectable=True)


def overdue_list(frame: pd.DataFrame, now: datetime) -> dict[str, Any] | None:  # Any: values of a row
    columns = {
        "left": st.column_config.TextColumn(_("Past its limit"), width="small"),
        "subject": st.column_config.TextColumn(_("Matter"), width="medium"),
        "unit_words": st.column_config.TextColumn(_("Handling unit"), width="small"),
        "handler_words": st.column_config.TextColumn(_("Handler"), width="small"),
        "state_words": st.column_config.TextColumn(_("State"), width="small"),
        "short_number": st.column_config.TextColumn(_("Number"), width="small"),
    }
    return table(worded(frame, now), columns, key="late", search=SEARCHED, rows_per_page=14, is_selectable=True)


def late_or_supervised(frame: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Everything whose present limit has passed, and what was sent back twice without being solved."""
    passed = frame["next_due_at"].notna() & (frame["next_due_at"] < pd.Timestamp(now))
    return frame[passed | frame["is_overdue"] | frame["supervised_at"].notna()]


def finding(frame: pd.DataFrame, page: Page) -> tuple[str, str]:
    """What to do first as the title, and the facts behind it."""
    now = page.now
    late = int(frame["is_overdue"].sum())
    today = int(is_due_today(frame, now).sum())
    calls = int((frame["state"] == RequestState.REPLIED).sum())
    facts = [
        ngettext("{n} open request", "{n} open requests", len(frame)).format(n=number(len(frame))),
        _("{n} due today").format(n=number(today)),
        _("{n} past the limit").format(n=number(late)),
        _("{n} to be called back").format(n=number(calls)),
    ]
    return first_words(frame, page), " · ".join(facts)


def first_words(frame: pd.DataFrame, page: Page) -> str:
    """The most pressing request that this person can do something about, what to do, and how long there is."""
    if frame.empty:
        return _("No request is open")
    own = frame[[is_own(row, page.actor) for row in frame.itertuples(index=False)]]
    ahead = own[own["next_due_at"].notna() & (own["next_due_at"] >= pd.Timestamp(page.now))]
    if ahead.empty:
        late = int(frame["is_overdue"].sum())
        words = ngettext("{n} request is past its limit", "{n} requests are past their limit", late)
        return words.format(n=number(late)) if late else _("Nothing waits for you here")
    row: Row = next(ahead.sort_values("next_due_at").head(1).itertuples(index=False))
    verbs = {
        RequestState.REGISTERED: _("Dispatch “{matter}” first: {left} left"),
        RequestState.DISPATCHED: _("Sign for “{matter}” first: {left} left"),
        RequestState.RETURNED: _("Rule on “{matter}” first: {left} left"),
        RequestState.IN_PROGRESS: _("Reply to “{matter}” first: {left} left"),
        RequestState.REPLIED: _("Call back about “{matter}” first: {left} left"),
    }
    words = verbs[row.state]
    if row.state is RequestState.IN_PROGRESS and not page.actor.has(Permission.COMPLAINTS_HANDLE):
        words = _("Decide on the extension of “{matter}” first: {left} left")
    return words.format(matter=subject(row), left=row_left(row, page.now))


def is_own(row: Row, actor: Actor) -> bool:
    """True when the state waits for somebody with this person's rights."""
    is_asked = not pd.isna(row.extension_asked_at) and pd.isna(row.extension_decided_at)
    if row.state is RequestState.IN_PROGRESS and is_asked and actor.has(Permission.COMPLAINTS_APPROVE):
        return True
    needs = {
        RequestState.REGISTERED: Permission.COMPLAINTS_DISPATCH,
        RequestState.DISPATCHED: Permission.COMPLAINTS_HANDLE,
        RequestState.RETURNED: Permission.COMPLAINTS_DISPATCH,
        RequestState.IN_PROGRESS: Permission.COMPLAINTS_HANDLE,
        RequestState.REPLIED: Permission.COMPLAINTS_CALL_BACK,
        RequestState.CALLED_BACK: Permission.COMPLAINTS_CALL_BACK,
    }
    return actor.has(needs[row.state])


def due_words(at: datetime, now: datetime) -> str:
    """A limit as people say it: today with its hour, else with its day."""
    if local_day(at, settings().zone) == local_day(now, settings().zone):
        return _("today {time}").format(time=clock(at))
    return moment(at)
