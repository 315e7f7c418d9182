"""Problems of the month as cards: where each stands, who answers, how far the plan is."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import keep
from pages._ui.due import day_by
from pages._ui.page import Page
from pages._ui.widgets import empty_state, note, plain
from qs.i18n import day, month, number, percent, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings
from qs.topics.details import ProblemRow
from qs.topics.terms import ProblemState

S = ProblemState
COLOURS = {
    S.PROPOSED: "violet",
    S.ADOPTED: "blue",
    S.IN_PROGRESS: "blue",
    S.CLOSED: "gray",
    S.RECURRED: "orange",
    S.DECLINED: "gray",
}
ICONS = {
    S.PROPOSED: "how_to_vote",
    S.ADOPTED: "edit_calendar",
    S.IN_PROGRESS: "construction",
    S.CLOSED: "task_alt",
    S.RECURRED: "replay",
    S.DECLINED: "block",
}


def problem_cards(page: Page, problems: list[ProblemRow]) -> None:
    """The problems, what has come back and what is worked on first."""
    if not problems:
        empty_state(
            _("No problem of the month yet"),
            _(
                "A topic that keeps coming up can be made the problem of the month: with somebody who answers for it, "
                "a plan, a target, and a watch over what comes after it is closed."
            ),
            icon="flag",
        )
        return
    columns = st.columns(2, gap="medium")
    for place, row in enumerate(problems):
        with columns[place % 2], st.container(border=True, gap="small"):
            card(page, row)


def card(page: Page, row: ProblemRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        note(month(row.month))
        state_badge(row.state)
    st.markdown(f"**{plain(pick(row.title, row.title_en))}**")
    note(" · ".join(lead_words(row)))
    if row.step_count and row.state is not S.ADOPTED:
        done = _("{done} of {all} steps of the plan finished").format(
            done=number(row.done_count), all=number(row.step_count)
        )
        st.progress(row.done_count / row.step_count, text=plain(done))
    note(aim_words(row))
    st.button(
        _("Open the problem"),
        icon=":material/chevron_right:",
        type="tertiary",
        key=f"problem_{row.problem_id}",
        on_click=keep,
        args=("problem", str(row.problem_id)),
    )


def state_badge(state: ProblemState) -> None:
    st.badge(label(state), icon=f":material/{ICONS[state]}:", color=COLOURS[state])


def lead_words(row: ProblemRow) -> list[str]:
    words = [
        pick(row.service, row.service_en),
        pick(row.unit, row.unit_en),
        _("answered for by {person}").format(person=pick(row.owner, row.owner_en)),
    ]
    return [*words, row.words] if row.words else words


def aim_words(row: ProblemRow) -> str:
    aim = _("target: at most {share} of the requests before, by {day}").format(
        share=percent(row.target_share, 0), day=day(row.target_on)
    )
    zone = settings().zone
    if row.state is S.CLOSED and row.closed_at is not None:
        return _("{aim} · closed on {day}").format(aim=aim, day=day(local_day(row.closed_at, zone)))
    if row.state is S.ADOPTED and row.plan_due_at is not None:
        due = day_by(local_day(row.plan_due_at, zone), is_provisional=row.is_plan_provisional)
        return _("{aim} · plan due on {day}").format(aim=aim, day=due)
    if row.next_on is not None and row.state.is_open:
        return _("{aim} · next step due on {day}").format(aim=aim, day=day(row.next_on))
    return aim
