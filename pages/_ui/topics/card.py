"""One topic: how it stands this week, its weeks, where and about what, who handles it, requests that stand for it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep
from pages._ui.page import Page, go, reading
from pages._ui.topics.list import HIGH, share_words, trend_badge
from pages._ui.widgets import note, plain, show_error
from qs import chart_style
from qs.actor import Permission
from qs.errors import NotFound
from qs.frames import named_rows
from qs.i18n import day, near_day, number, percent, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.settings import settings
from qs.topics import charts, queries
from qs.topics.queries import TopicDetail
from qs.topics.terms import WEEKS_SHOWN

Row = Any  # Any: a named row of a frame of groups
LISTED_CASES, LISTED_GROUPS = 5, 4


def topic_card(page: Page, topic_id: int) -> None:
    """Everything about one topic that this person may read."""
    with reading() as session:
        try:
            detail = queries.topic_detail(session, topic_id, actor=page.actor)
        except NotFound as error:
            show_error(error)
            return
    row = detail.row
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"### {plain(row.words)}", anchors=False, width="content")
            trend_badge(row.trend)
        note(standing_words(detail))
        weeks(page, detail)
        with st.container(horizontal=True, gap="small"):
            for word, count in detail.words:
                st.badge(plain(_("{word} {n}").format(word=word, n=number(count))), color="gray")
        problem_button(page, detail)
        cases(detail)
        places(detail)


def standing_words(detail: TopicDetail) -> str:
    row = detail.row
    text = _("this week {n}, {share} of all, {usual} expected · in twelve weeks {total}, still open {open}")
    usual = number(row.expected, 1) if not pd.isna(row.expected) else "—"
    words = text.format(
        n=number(row.count),
        share=share_words(row),
        usual=usual,
        total=number(row.total),
        open=number(detail.open_count),
    )
    if row.repeat_count:
        words = _("{words} · {n} asked again").format(words=words, n=number(row.repeat_count))
    return _("{words} · since {day}").format(words=words, day=day(row.first_on))


def weeks(page: Page, detail: TopicDetail) -> None:
    shown, today = detail.weeks, local_day(page.now, settings().zone)
    texts = [
        _("{share} ({n} of {total})").format(
            share="—" if pd.isna(one.share) else percent(one.share), n=number(one.count), total=number(one.total)
        )
        for one in named_rows(shown)
    ]
    shown = shown.assign(
        week=pd.Series([near_day(one, today) for one in shown["starts_on"]], index=shown.index, dtype=str),
        share_text=pd.Series(texts, index=shown.index, dtype=str),
        is_last=[place == WEEKS_SHOWN - 1 for place in range(len(shown))],
    )
    row = detail.row
    chart = charts.weeks_chart(
        shown,
        usual=None if pd.isna(row.expected) else float(row.expected),
        is_high=row.trend in HIGH,
        colours=chart_style.palette(dark=st.context.theme.type == "dark"),
    )
    st.altair_chart(chart, key=f"weeks_{row.topic_id}")


def problem_button(page: Page, detail: TopicDetail) -> None:
    """Lead to the problem made of the topic, or make one."""
    problem_id = detail.row.problem_id
    if not pd.isna(problem_id):
        st.button(
            _("Open its problem of the month"),
            icon=":material/flag:",
            key="open_problem",
            on_click=keep,
            args=("problem", str(problem_id)),
        )
    elif page.actor.has_everywhere(Permission.SIGNALS_DECIDE):
        st.button(
            _("Make it the problem of the month"),
            icon=":material/flag:",
            type="primary",
            key="make_problem",
            on_click=begin,
            args=(str(detail.row.topic_id),),
        )


def begin(topic_id: str) -> None:
    keep("topic", topic_id)
    keep("do", "propose")


def cases(detail: TopicDetail) -> None:
    """Requests that stand for the topic; each opens on the desk."""
    title = _("Requests that stand for it")
    st.markdown(f"**{plain(title)}**")
    with st.container(gap=None):
        for row in named_rows(detail.cases.head(LISTED_CASES)):
            service = pick(row.service, row.service_en) or _("no service named")
            words, button = st.columns([6, 1], gap="xsmall", vertical_alignment="center")
            with words:
                facts = " · ".join((service, day(row.day)))
                st.markdown(f"{plain(row.title)}  \n:small[:gray[{plain(facts)}]]", wrap=False)
            with button:
                if st.button(
                    "",
                    icon=":material/chevron_right:",
                    type="tertiary",
                    key=f"case_{row.request_id}",
                    help=_("Open the request"),
                ):
                    go("complaints", request=str(row.request_id))


def places(detail: TopicDetail) -> None:
    """Where, about which services, and who handles what is open."""
    parts: list[tuple[str, pd.DataFrame]] = [
        (_("Districts"), detail.areas),
        (_("Services"), detail.services),
        (_("Units that handle it"), detail.units),
    ]
    for column, (words, frame) in zip(st.columns(3, gap="small"), parts, strict=True):
        with column, st.container(gap=None):
            st.markdown(f"**{plain(words)}**")
            if frame.empty:
                note(_("nothing open"))
            for row in named_rows(frame.head(LISTED_GROUPS)):
                note(group_words(row))
            rest = int(frame["count"].iloc[LISTED_GROUPS:].sum())
            if rest:
                note(_("others {n}").format(n=number(rest)))


def group_words(row: Row) -> str:
    name = pick(row.name, row.name_en) or _("not named")
    return _("{name} {n}").format(name=name, n=number(row.count))
