"""The words of a request in a list: time left, state, who handles it; and the table itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from pages._ui.choices import keep, localised
from pages._ui.figures import NOTHING
from pages._ui.tables import HEADER_HEIGHT, ROW_HEIGHT
from qs import chart_style
from qs.complaints.terms import RequestState, StepKind, Urgency
from qs.frames import named_rows
from qs.i18n import age, clock, day, moment, ngettext, number
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

Row = Any  # Any: one row of a frame of requests
Column = Any  # Any: one of st.column_config's own types
ONE_DAY = timedelta(days=1)
MOST_ROWS = 14  # seen at once; longer lists scroll
TICKED = "ticked"  # in the address: request and version, as 12.3,15.1
LONGEST_ID = 10  # digits


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
    """Time left until the limit of the present step; of a paused request that its clock stands."""
    if row.state is RequestState.PAUSED:
        return _("Clock stands")
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
        "state_words": [state_words(row) for row in rows],
        "outcome_words": [NOTHING if row.outcome is None else label(row.outcome) for row in rows],
        "registered_words": [moment(row.registered_at.to_pydatetime()) for row in rows],
        "closed_words": [NOTHING if pd.isna(row.closed_at) else day_words(row.closed_at) for row in rows],
        "short_number": [str(row.number)[5:] for row in rows],
        "service_words": list(shown["service"]),
        "unit_words": [str(unit) or NOTHING for unit in shown["unit"]],
        "handler_words": [str(handler) or NOTHING for handler in shown["handler"]],
    }
    used = (frame["used_share"] * 100).round().mask(frame["state"] == RequestState.PAUSED)
    frame = frame.assign(used_percent=used)
    return frame.assign(**{name: pd.Series(values, index=frame.index, dtype=str) for name, values in words.items()})


def day_words(at: pd.Timestamp) -> str:
    return day(local_day(at.to_pydatetime(), settings().zone))


def state_words(row: Row) -> str:
    """Where a request stands, and what of that is unusual."""
    if row.state is RequestState.IN_PROGRESS:
        if not pd.isna(row.extension_asked_at) and pd.isna(row.extension_decided_at):
            return _("Extension asked for")
        if not pd.isna(row.pause_asked_at):
            return label(StepKind.PAUSE_ASKED)
        if row.rework_count:
            return _("Rework")
    if row.state is RequestState.RETURNED and row.returned_count > 1:
        return _("Returned {n} times").format(n=row.returned_count)
    return label(row.state)


def request_table(
    frame: pd.DataFrame, columns: Mapping[str, Column], *, key: str, now: datetime, chosen_id: int | None
) -> None:
    """One page of a list; a click on a row writes its request into the address."""
    ids = [int(one) for one in frame["request_id"]]
    rows = [ids.index(chosen_id)] if chosen_id in ids else []
    drawn(frame, columns, rows, key=key, now=now, mode="single-row", on_select=lambda: choose(key, ids))


def tick_table(
    frame: pd.DataFrame, columns: Mapping[str, Column], *, key: str, now: datetime, ticked: Mapping[int, int]
) -> None:
    """One page of a list with boxes to tick; the ticked requests, as they are shown now, go into the address.

    `ticked`: request id -> the version that was ticked, of other pages too.
    """
    shown = {int(row.request_id): int(row.version) for row in named_rows(frame)}
    rows = [i for i, request_id in enumerate(shown) if request_id in ticked]
    drawn(frame, columns, rows, key=key, now=now, mode="multi-row", on_select=lambda: tick(key, shown, ticked))


def drawn(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    rows: Sequence[int],
    *,
    key: str,
    now: datetime,
    mode: str,
    on_select: Callable[[], None],
) -> None:
    """The rows of a list, some of them chosen."""
    shown = worded(frame, now)
    st.dataframe(
        inked(shown, list(columns), now),
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=HEADER_HEIGHT + ROW_HEIGHT * min(max(len(shown), 1), MOST_ROWS),
        column_config=dict(columns),
        placeholder="—",
        key=key,
        on_select=on_select,
        selection_mode=mode,  # type: ignore[arg-type]  # one of Streamlit's words
        selection_default={"selection": {"rows": list(rows)}} if rows else None,
    )


def tick(key: str, shown: Mapping[int, int], ticked: Mapping[int, int]) -> None:
    """Write what is ticked into the address: each request in the version that stood on the screen."""
    ids = list(shown)
    chosen = [ids[row] for row in st.session_state[key]["selection"]["rows"] if row < len(ids)]
    kept = {one: version for one, version in ticked.items() if one not in shown}
    kept |= {one: ticked.get(one, shown[one]) for one in chosen}
    keep(TICKED, ",".join(f"{one}.{version}" for one, version in kept.items()) or None)


def ticked_requests() -> dict[int, int]:
    """Request id -> version, as ticked; what is no such pair in the address is left out."""
    pairs = (part.partition(".") for part in st.query_params.get(TICKED, "").split(","))
    return {int(one): int(version) for one, _dot, version in pairs if is_number(one) and is_number(version)}


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < LONGEST_ID


def choose(key: str, ids: Sequence[int]) -> None:
    """Write the chosen request into the address; a form left open belongs to the one before."""
    rows = st.session_state[key]["selection"]["rows"]
    if rows and rows[0] < len(ids):
        keep("request", str(ids[rows[0]]))
    keep("do", None)
    keep("v", None)


def inked(shown: pd.DataFrame, columns: list[str], now: datetime) -> Styler:
    """The columns of a list, with time that runs out or is over in the colour of concern."""
    soon = pd.Timestamp(now + ONE_DAY)
    pressing = (shown["next_due_at"].notna() & (shown["next_due_at"] < soon)).tolist()
    colours = chart_style.palette(dark=st.context.theme.type == "dark")
    ink = [f"color: {colours.concern_text}; font-weight: 600" if is_pressing else "" for is_pressing in pressing]
    style = shown[columns].style
    return style.apply(lambda column: ink, subset=["left"]) if "left" in columns else style


def open_columns() -> dict[str, Column]:
    return {
        "left": st.column_config.TextColumn(_("Left"), width=92),
        "used_percent": st.column_config.ProgressColumn(
            _("Time used"), format="%d%%", min_value=0, max_value=100, width=72
        ),
        "subject": st.column_config.TextColumn(_("Matter"), width=166),
        "unit_words": st.column_config.TextColumn(_("Handling unit"), width=88),
        "state_words": st.column_config.TextColumn(_("State"), width=70),
        "short_number": st.column_config.TextColumn(_("Number"), width=62),
    }


def closed_columns() -> dict[str, Column]:
    return {
        "closed_words": st.column_config.TextColumn(_("Closed on"), width=92),
        "outcome_words": st.column_config.TextColumn(_("Outcome"), width=96),
        "subject": st.column_config.TextColumn(_("Matter"), width=200),
        "unit_words": st.column_config.TextColumn(_("Handling unit"), width=100),
        "short_number": st.column_config.TextColumn(_("Number"), width=62),
    }


def due_words(at: datetime, now: datetime) -> str:
    """A limit as people say it: today with its hour, else with its day."""
    if local_day(at, settings().zone) == local_day(now, settings().zone):
        return _("today {time}").format(time=clock(at))
    return moment(at)


def urgency_mark(urgency: Urgency) -> tuple[str, str] | None:
    """A badge for what cannot wait: its words and its colour."""
    if urgency is Urgency.DANGER:
        return label(urgency), "red"
    return (label(urgency), "orange") if urgency is Urgency.UTILITIES else None
