"""The topics in a list with their twelve weeks, the finding above them, new words, mass and repeat requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, localised
from pages._ui.figures import NOTHING
from pages._ui.page import Page, go, reading
from pages._ui.tables import table
from pages._ui.widgets import note, plain, section
from qs.actor import Permission
from qs.frames import named_rows
from qs.i18n import day, number, percent, pick
from qs.i18n import gettext as _
from qs.sentences import label
from qs.topics import queries
from qs.topics.queries import MASS_DAYS
from qs.topics.terms import LEAST_CASES, WEEKS_SHOWN, Scan, Trend

Row = Any  # Any: a named row of a frame
HIGH = (Trend.NEW, Trend.RISING)
COLOURS = {Trend.NEW: "orange", Trend.RISING: "orange", Trend.STEADY: "gray", Trend.FALLING: "blue"}
ICONS = {
    Trend.NEW: "fiber_new",
    Trend.RISING: "trending_up",
    Trend.STEADY: "trending_flat",
    Trend.FALLING: "trending_down",
}


def finding(page: Page, scan: Scan | None, topics: pd.DataFrame) -> tuple[str, str]:
    """What more people than usual write about, or that nothing stands out; below it what was read and tested."""
    if scan is None:
        return _("Hot topics"), ""
    rows = named_rows(topics)
    high = [row for row in rows if row.trend in HIGH]
    if high:
        first = high[0]
        words = _("More people than usual write about {words}: {n} in a week against {usual} expected")
        title = words.format(words=first.words, n=number(first.count), usual=number(first.expected, 1))
    elif rows and rows[0].count:
        title = _("Nothing is written about more than usual; most requests are about {words}").format(
            words=rows[0].words
        )
    else:
        title = _("Nothing is written about more than usual")
    facts = [week_words(scan)]
    if page.actor.has_everywhere(Permission.COMPLAINTS_READ):
        counts = _("requests: {n} in the week, {before} in the eight weeks before")
        tested = _("topics and words tested: {n}; at most one in twenty findings may be chance")
        facts += [
            counts.format(n=number(scan.text_count), before=number(scan.before_count)),
            tested.format(n=number(scan.tested_count)),
        ]
    else:
        facts.append(_("within your responsibility"))
    if len(high) > 1:
        facts.insert(0, _("{n} topics stand out").format(n=number(len(high))))
    return title, " · ".join(facts)


def week_words(scan: Scan) -> str:
    return _("{first} to {last}").format(first=day(scan.starts_on), last=day(scan.ends_on))


def topic_list(topics: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a row
    """The topics, what stands out first; returns the chosen row."""
    shown = topics[(topics["total"] >= LEAST_CASES) | (topics["count"] > 0)]
    section(_("What people write about"), _("requests of {n} weeks, in their own words").format(n=number(WEEKS_SHOWN)))
    columns = {
        "words": st.column_config.TextColumn(_("Topic"), width=185),
        "weeks": st.column_config.BarChartColumn(_("Twelve weeks"), width=105, y_min=0),
        "count": st.column_config.NumberColumn(_("This week"), width=62, help=_("Who asks again is counted once.")),
        "expected_words": st.column_config.TextColumn(
            _("Expected"), width=62, help=_("If its share were that of the eight weeks before.")
        ),
        "share_words": st.column_config.TextColumn(
            _("Share of the week"), width=118, help=_("Of all requests of the week, with the 95 % interval.")
        ),
        "trend_words": st.column_config.TextColumn(_("Trend"), width=62),
    }
    return table(worded(shown), columns, key="topics", search=("words",), rows_per_page=12, is_selectable=True)


def worded(topics: pd.DataFrame) -> pd.DataFrame:
    rows = named_rows(topics)
    words = {
        "expected_words": [NOTHING if pd.isna(row.expected) else number(row.expected, 1) for row in rows],
        "share_words": [share_words(row) for row in rows],
        "trend_words": [label(row.trend) for row in rows],
    }
    return topics.assign(**{name: pd.Series(one, index=topics.index, dtype=str) for name, one in words.items()})


def share_words(row: Row) -> str:
    if pd.isna(row.share):
        return NOTHING
    shown = {"share": percent(row.share, 0), "lower": percent(row.lower, 0), "upper": percent(row.upper, 0)}
    return _("{share} ({lower} to {upper})").format(**shown)


def trend_badge(trend: Trend) -> None:
    st.badge(label(trend), icon=f":material/{ICONS[trend]}:", color=COLOURS[trend])


def emerging_words(page: Page) -> None:
    """Words that more requests use than usual, for those who may read all requests."""
    with reading() as session:
        found = queries.emerging_words(session, actor=page.actor)
    if found.empty:
        return
    section(_("Words used more than usual"), _("requests of the week, and how many were expected"))
    with st.container(border=True, horizontal=True, gap="small"):
        for row in named_rows(found):
            said = _("{word} {n} (expected {usual})").format(
                word=row.word, n=number(row.count), usual=number(row.expected, 1)
            )
            if pd.isna(row.topic_id):
                st.badge(plain(said), color="gray")
            else:
                st.button(
                    plain(said),
                    type="tertiary",
                    key=f"word_{row.word}",
                    on_click=keep,
                    args=("topic", str(row.topic_id)),
                )


def mass_list(page: Page) -> None:
    """Texts that many people sent in, with the button that opens the first of each."""
    section(
        _("Mass requests"),
        _("nearly the same words, five times and more within {n} days").format(n=number(MASS_DAYS)),
    )
    with reading() as session:
        found = queries.mass_requests(session, actor=page.actor)
    if found.empty:
        note(_("No text came in five times or more. Petitions and forwarded letters will be listed here."))
        return
    with st.container(border=True, gap="xsmall"):
        for row in named_rows(found):
            mass_line(row)


def mass_line(row: Row) -> None:
    words, count, when, buttons = st.columns([4.2, 1.1, 2, 1.9], gap="small", vertical_alignment="center")
    with words:
        service = pick(row.service, row.service_en)
        st.markdown(f"**{plain(row.title)}**  \n:small[:gray[{plain(service)}]]", wrap=False)
    with count:
        st.badge(_("{n} alike").format(n=number(row.count)), icon=":material/groups:", color="orange")
    with when:
        is_day = row.last_on - row.first_on < timedelta(days=1)
        span = day(row.first_on) if is_day else _("{first} to {last}")
        note(span.format(first=day(row.first_on), last=day(row.last_on)))
    with buttons, st.container(horizontal=True, gap="small"):
        if st.button(_("Open the first"), type="tertiary", key=f"mass_{row.first_id}"):
            go("complaints", request=str(row.first_id))


def repeat_list(page: Page) -> None:
    """Who asked again about the same matter, without anybody's name."""
    section(_("Repeat requests"), _("the same person about the same matter within 30 days"))
    with reading() as session:
        found = queries.repeat_requests(session, actor=page.actor)
    if found.empty:
        note(_("Nobody had to ask twice in these four weeks."))
        return
    shown = localised(found, "service")
    shown = shown.assign(
        day_words=pd.Series([day(one) for one in found["day"]], index=found.index, dtype=str),
        state_words=pd.Series([open_words(one) for one in found["is_open"]], index=found.index, dtype=str),
    )
    columns = {
        "title": st.column_config.TextColumn(_("Matter"), width="large"),
        "service": st.column_config.TextColumn(_("Service"), width="medium"),
        "day_words": st.column_config.TextColumn(_("Asked again on"), width="small"),
        "repeats_number": st.column_config.TextColumn(_("Asked before as"), width="small"),
        "state_words": st.column_config.TextColumn(_("State"), width="small"),
    }
    picked = table(shown, columns, key="repeats", search=("title", "service"), rows_per_page=10, is_selectable=True)
    if picked is not None and st.button(_("Open the request"), icon=":material/open_in_new:", key="open_repeat"):
        go("complaints", request=str(picked["request_id"]))


def open_words(is_open: bool) -> str:
    return _("Not closed yet") if is_open else _("Case closed")
