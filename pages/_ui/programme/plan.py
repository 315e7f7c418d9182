"""The plan on screen: its finding in a sentence, the Gantt chart, the list of tasks, and one task with its history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, localised
from pages._ui.facts import fact_list
from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.widgets import note, plain, section, show_text
from qs import chart_style
from qs.actor import Permission
from qs.i18n import day, moment, ngettext, percent, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.programme import actions, charts, queries
from qs.programme.queries import PlanDetail
from qs.programme.terms import Period, Status
from qs.sentences import label
from qs.settings import settings


def is_editor(page: Page) -> bool:
    return page.actor.has_everywhere(Permission.PROGRAMME_EDIT)


def finding(plan: PlanDetail | None, tasks: pd.DataFrame) -> tuple[str, str]:
    """The title of the page and the facts below it."""
    if plan is None:
        return _("No implementation plan yet"), ""
    name = pick(plan.name, plan.name_en)
    if plan.adopted_at is None:
        return _("The plan waits to be adopted"), name
    late = int((tasks["status"] == Status.LATE).sum())
    risky = int((tasks["status"] == Status.AT_RISK).sum())
    done = int((tasks["status"] == Status.DONE).sum())
    if late:
        title = ngettext("{n} task is late", "{n} tasks are late", late).format(n=late)
    elif risky:
        title = ngettext("{n} task is at risk, none is late", "{n} tasks are at risk, none is late", risky).format(
            n=risky
        )
    else:
        title = _("The programme is on track")
    facts = [
        name,
        _("{done} of {all} tasks done").format(done=done, all=len(tasks)),
        _("{share} of the whole, by weight").format(share=percent(plan.progress_share or 0.0, 0)),
        _("adopted on {day}").format(day=day(local_day(plan.adopted_at, settings().zone))),
    ]
    return title, " · ".join(facts)


def gantt(page: Page, tasks: pd.DataFrame) -> None:
    colours = chart_style.palette(dark=st.context.theme.type == "dark")
    chart = charts.gantt_chart(gantt_rows(page, tasks), colours=colours)
    st.altair_chart(chart, theme=None, width="stretch", key="gantt")
    note(
        _("Bar: present dates, filled as far as reported. Thin line: dates adopted. Diamond: milestone. Dashed: today.")
    )


def gantt_rows(page: Page, tasks: pd.DataFrame) -> pd.DataFrame:
    """The tasks as the chart wants them."""
    shown = localised(tasks, "title", "owner")
    starts, ends = pd.to_datetime(shown["starts_on"]), pd.to_datetime(shown["due_on"]) + timedelta(days=1)
    today = pd.Timestamp(local_day(page.now, settings().zone))
    numbers = [f"{place}. {title}" for place, title in enumerate(shown["title"], 1)]
    return pd.DataFrame(
        {
            "row": range(len(shown)),
            "words": numbers,
            "starts_on": starts,
            "ends_on": ends,
            "done_until": starts + (ends - starts) * shown["progress_share"].astype(float),
            "baseline_starts_on": pd.to_datetime(shown["baseline_starts_on"]),
            "baseline_ends_on": pd.to_datetime(shown["baseline_due_on"]) + timedelta(days=1),
            "milestone_on": ends.where(shown["is_milestone"].astype(bool)),
            "status": [status.value for status in shown["status"]],
            "status_words": [label(status) for status in shown["status"]],
            "progress_words": [percent(share, 0) for share in shown["progress_share"]],
            "owner": shown["owner"],
            "today": today,
            "today_words": [_("Today") if place == 0 else None for place in range(len(shown))],
        }
    )


def task_list(tasks: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a frame
    """The tasks as a list; returns the chosen row."""
    shown = localised(tasks, "title", "owner").assign(
        phase_words=[label(phase) for phase in tasks["phase"]],
        status_words=[label(status) for status in tasks["status"]],
        due_words=[day(due) for due in tasks["due_on"]],
        progress_words=[percent(share, 0) for share in tasks["progress_share"]],
    )
    columns = {
        "title": st.column_config.TextColumn(_("Task"), width="large"),
        "phase_words": _("Phase"),
        "owner": _("In charge"),
        "due_words": _("Last day"),
        "progress_words": _("Progress"),
        "status_words": _("Status"),
    }
    return table(shown, columns, key="tasks", search=["title", "owner"], sort=["due_on"], is_selectable=True)


def task_card(page: Page, tasks: pd.DataFrame, task_id: int) -> None:
    """One task: what it is, how it stands, what was done, and what this person may do with it."""
    found = tasks[tasks["task_id"] == task_id]
    if found.empty:
        note(_("There is no such task."))
        return
    row = found.iloc[0]
    section(pick(row.title, row.title_en), label(row.status))
    fact_list(
        [
            (_("Measure"), pick(row.measure, row.measure_en)),
            (_("Party"), label(row.party)),
            (_("In charge"), pick(row.owner, row.owner_en)),
            (_("Dates"), _("{first} to {last}").format(first=day(row.starts_on), last=day(row.due_on))),
            (
                _("Adopted"),
                _("{first} to {last}").format(first=day(row.baseline_starts_on), last=day(row.baseline_due_on)),
            ),
        ]
    )
    st.progress(float(row.progress_share), text=plain(percent(row.progress_share, 0)))
    is_owner = pd.notna(row.owner_id) and int(row.owner_id) == page.actor.person_id
    if row.status is not Status.DONE and (is_owner or is_editor(page)):
        report_form(page, row)
        change_form(page, row)
    history(page, task_id)


def report_form(page: Page, row: Any) -> None:  # noqa: ANN401 - a row of the tasks
    with st.form(f"report_{row.task_id}", border=True):
        reached = st.slider(_("Progress in %"), 0, 100, round(row.progress_share * 100), step=5)
        words = st.text_input(_("What was done, or what proves that it is finished"), max_chars=500)
        with st.container(horizontal=True, gap="small"):
            report = st.form_submit_button(_("Report progress"), key=f"report_{row.task_id}_save")
            finish = st.form_submit_button(_("Finished"), icon=":material/check:", key=f"finish_{row.task_id}")
    task_id, version = int(row.task_id), int(row.version)
    if report:
        with saving(page, done=_("Progress was reported.")) as session:
            actions.report_progress(
                session,
                task_id,
                progress_share=reached / 100,
                note=words,
                version=version,
                actor=page.actor,
                now=page.now,
            )
    if finish:
        with saving(page, done=_("The task is finished.")) as session:
            actions.finish_task(session, task_id, proof=words, version=version, actor=page.actor, now=page.now)


def change_form(page: Page, row: Any) -> None:  # noqa: ANN401 - a row of the tasks
    with st.expander(_("Ask for other dates")), st.form(f"change_{row.task_id}", border=False):
        left, right = st.columns(2)
        first = left.date_input(_("First day"), row.starts_on, format="YYYY-MM-DD")
        last = right.date_input(_("Last day"), row.due_on, format="YYYY-MM-DD")
        reason = st.text_input(_("Reason"), max_chars=500)
        pressed = st.form_submit_button(_("Ask"), key=f"change_{row.task_id}_save")
    if pressed:
        with saving(page, done=_("Somebody else decides on these dates now.")) as session:
            actions.ask_change(
                session,
                int(row.task_id),
                Period(first, last),
                reason=reason,
                version=int(row.version),
                actor=page.actor,
                now=page.now,
            )


def history(page: Page, task_id: int) -> None:
    with reading() as session:
        steps = queries.steps(session, task_id, actor=page.actor)
    note(_("History"))
    for row in steps.itertuples():
        who = pick(row.person, row.person_en) or "QS"
        note(f"{moment(row.at)} · {who} · {label(row.step)} · {percent(row.progress_share, 0)}")
        if row.note:
            show_text(row.note)


def change_list(page: Page, changes: pd.DataFrame) -> None:
    """The wishes for other dates, each with what a second person may decide."""
    for row in changes.itertuples():
        with st.container(border=True, gap="small"):
            st.markdown(f"**{plain(pick(row.title, row.title_en))}**")
            note(
                _("{first} to {last} instead of {old_first} to {old_last}").format(
                    first=day(row.starts_on),
                    last=day(row.due_on),
                    old_first=day(row.present_starts_on),
                    old_last=day(row.present_due_on),
                )
            )
            show_text(row.reason)
            note(_("{who}, {when}").format(who=pick(row.person, row.person_en), when=moment(row.asked_at)))
            if is_editor(page) and row.asked_by != page.actor.person_id:
                decision_buttons(page, int(row.change_id))


def decision_buttons(page: Page, change_id: int) -> None:
    with st.container(horizontal=True, gap="small"):
        approve = st.button(_("Approve these dates"), type="primary", key=f"approve_{change_id}")
        refuse = st.button(_("Refuse"), key=f"refuse_{change_id}")
    if approve or refuse:
        with saving(page, done=_("Decided.")) as session:
            actions.decide_change(session, change_id, is_approved=approve, actor=page.actor, now=page.now)
            keep("task", None)
