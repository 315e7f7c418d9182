"""One problem of the month: what it is, its plan, requests before and after, what happened, and its next step."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._ui.choices import keep
from pages._ui.facts import fact_list
from pages._ui.figures import day_format
from pages._ui.page import Page, reading
from pages._ui.seen import note_seen, seen_version
from pages._ui.topics.forms import next_step
from pages._ui.topics.problems import aim_words, lead_words, state_badge
from pages._ui.widgets import head, note, plain, section, show_error, show_text
from qs import chart_style
from qs.errors import NotFound
from qs.i18n import day, moment, month, number, percent, pick
from qs.i18n import gettext as _
from qs.periods import Grain, local_day
from qs.sentences import label
from qs.settings import settings
from qs.topics import charts, details
from qs.topics.details import ProblemDetail
from qs.topics.terms import Change, ProblemState, Result

RESULT_COLOURS = {Result.REACHED: "blue", Result.PARTLY: "gray", Result.NOT_SHOWN: "gray"}


def problem_page(page: Page, problem_id: int) -> None:
    """The whole screen of one problem."""
    try:
        with reading() as session:
            detail = details.problem_detail(session, problem_id, actor=page.actor, now=page.now)
    except NotFound as error:
        head(_("Problem of the month"))
        show_error(error)
        back_button()
        return
    row = detail.row
    seen = seen_version(problem_id, row.version)
    back_button()
    head(pick(row.title, row.title_en), " · ".join([month(row.month), *lead_words(row)]))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        state_badge(row.state)
        if detail.result is not None and row.state is ProblemState.CLOSED:
            st.badge(label(detail.result), color=RESULT_COLOURS[detail.result])
        note(aim_words(row))
    left, right = st.columns([1.6, 1], gap="medium")
    with left, st.container(gap="small"):
        effect(detail)
        plan(detail)
    with right, st.container(gap="small"):
        matter(detail)
        next_step(page, detail, seen)
        timeline(detail)
    note_seen(problem_id, row.version)


def effect(detail: ProblemDetail) -> None:
    """Requests before and after, in a sentence and as months."""
    with st.container(border=True, gap="small"):
        section(_("Requests before and after"))
        if detail.change is not None:
            st.markdown(plain(change_words(detail.change)))
        if detail.months.empty:
            note(_("There is no whole month to show yet."))
            return
        chart = charts.months_chart(
            detail.months,
            marks(detail),
            day_format=day_format(Grain.DAY),
            colours=chart_style.palette(dark=st.context.theme.type == "dark"),
        )
        st.altair_chart(chart, key=f"months_{detail.row.problem_id}")
        note(
            _(
                "One point for 30 days; the band ends at the upper process limit. After closing, the dashed line is "
                "the count from which a single month means that the problem has come back; the months since are also "
                "judged together."
            )
        )


def change_words(found: Change) -> str:
    facts = {
        "before": number(found.before_count),
        "before_days": number(found.before_days),
        "after": number(found.after_count),
        "after_days": number(found.after_days),
    }
    words = _("Requests: {before} in the {before_days} days before, {after} in the last {after_days} days").format(
        **facts
    )
    if found.ratio is None or found.lower is None or found.upper is None:
        return words
    return _("{words}: {ratio} of the rate before (95 % interval {lower} to {upper})").format(
        words=words, ratio=percent(found.ratio, 0), lower=percent(found.lower, 0), upper=percent(found.upper, 0)
    )


def marks(detail: ProblemDetail) -> pd.DataFrame:
    row, zone = detail.row, settings().zone
    happened = [
        (_("adopted"), row.adopted_at),
        (_("problem closed"), detail.last_closed_at),
        (_("come back"), row.recurred_at),
    ]
    found = [(f"{local_day(at, zone):%Y-%m-%d}", words) for words, at in happened if at is not None]
    return pd.DataFrame(found, columns=["at", "label"])


def plan(detail: ProblemDetail) -> None:
    """The plan in force, step by step."""
    with st.container(border=True, gap="small"):
        section(_("Plan"))
        if not detail.plan:
            note(_("There is no plan yet."))
            return
        show_text(detail.plan)
        for step in detail.steps:
            sign, words, when = st.columns([0.3, 4, 1.6], gap="xsmall", vertical_alignment="center")
            is_done = step.done_at is not None
            with sign:
                st.markdown(":blue[:material/check_circle:]" if is_done else ":gray[:material/radio_button_unchecked:]")
            with words:
                show_text(step.text)
            with when:
                if step.done_at is not None:
                    note(_("done {day}").format(day=day(local_day(step.done_at, settings().zone))))
                else:
                    note(_("by {day}").format(day=day(step.due_on)))
        if detail.result_text:
            title = _("Result")
            st.markdown(f"**{plain(title)}**")
            show_text(detail.result_text)


def matter(detail: ProblemDetail) -> None:
    with st.container(border=True, gap="small"):
        section(_("What is to become better"))
        show_text(detail.demand)
        row = detail.row
        helping = _(", ").join(pick(name, name_en) for name, name_en in detail.co_services)
        fact_list(
            [
                (_("Answers for it"), pick(row.owner, row.owner_en)),
                (_("Leads"), pick(row.service, row.service_en)),
                (_("Helping"), helping),
                (_("Topic"), row.words or _("requests about the leading service")),
            ]
        )
        if row.topic_id is not None:
            st.button(
                _("Open the topic"),
                icon=":material/local_fire_department:",
                type="tertiary",
                key="open_topic",
                on_click=to_topic,
                args=(str(row.topic_id),),
            )


def timeline(detail: ProblemDetail) -> None:
    """Everything that happened, the newest first."""
    with st.container(border=True, gap="small"):
        section(_("Timeline"))
        for step in reversed(detail.history):
            who = pick(step.person, step.person_en) or _("the office's machine")
            st.markdown(f"**{plain(label(step.kind))}**  \n:small[:gray[{plain(' · '.join((moment(step.at), who)))}]]")
            if step.note:
                show_text(step.note)


def back_button() -> None:
    st.button(_("Back to all"), icon=":material/arrow_back:", type="tertiary", key="back", on_click=leave)


def leave() -> None:
    for key in ("problem", "seen"):
        keep(key, None)
    keep("view", "problems")
    st.session_state["view_choice"] = "problems"


def to_topic(topic_id: str) -> None:
    for key in ("problem", "seen", "view"):
        keep(key, None)
    st.session_state["view_choice"] = "topics"
    keep("topic", topic_id)
