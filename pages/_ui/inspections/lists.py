"""The lists of inspections: what is open, the calendar of windows, the coverage of services, the weights of clauses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import choice, localised, words_by_code
from pages._ui.figures import day_format
from pages._ui.page import Page, saving
from pages._ui.tables import table
from pages._ui.widgets import empty_state, note, section
from qs import chart_style
from qs.i18n import day, moment, ngettext, number, percent
from qs.i18n import gettext as _
from qs.inspections import charts, checklists
from qs.inspections.terms import InspectionState as S
from qs.inspections.terms import InspectionType
from qs.periods import Grain
from qs.sentences import label

DONE = (S.CLOSED, S.CANCELLED)
LONG_AGO_DAYS = 365


def finding(inspections: pd.DataFrame, waiting_count: int) -> tuple[str, str]:
    """The finding for the heading, and the facts behind it."""
    running = inspections[~inspections["state"].isin(list(DONE))]
    planned = int(running["state"].isin([S.PLANNED, S.ANNOUNCED]).sum())
    title = ngettext("{n} inspection is under way", "{n} inspections are under way", len(running) - planned).format(
        n=number(len(running) - planned)
    )
    if waiting_count:
        title = ngettext(
            "{n} inspection waits for your step", "{n} inspections wait for your step", waiting_count
        ).format(n=number(waiting_count))
    facts = _("{planned} planned · {running} under way · {done} done").format(
        planned=number(planned), running=number(len(running) - planned), done=number(len(inspections) - len(running))
    )
    return title, facts


def filtered(inspections: pd.DataFrame) -> pd.DataFrame:
    """The inspections that fit the filters in the address."""
    shown = inspections
    state = choice(_("State"), {one.value: label(one) for one in S}, key="state")
    if state is not None:
        shown = shown[shown["state"] == state]
    kind = choice(_("Type"), {one.value: label(one) for one in InspectionType}, key="type")
    if kind is not None:
        shown = shown[shown["type"] == kind]
    sector = choice(_("Sector"), words_by_code(inspections, code="sector_code", name="sector"), key="sector")
    if sector is not None:
        shown = shown[shown["sector_code"] == sector]
    return shown


def next_words(row: Any) -> str:  # noqa: ANN401 - one row of `inspections`
    """What is to be done next, and by when."""
    words = {
        S.PLANNED: _("to be announced"),
        S.ANNOUNCED: _("to begin from {day}").format(day=day(row.opens_on)),
        S.ON_SITE: _("{judged} of {items} items judged").format(judged=row.judged_count, items=row.item_count),
        S.DEFENDED: _("findings to be decided"),
        S.CONCLUDED: _("rectifications run"),
    }
    if row.state is S.PLANNED and row.type is InspectionType.UNANNOUNCED:
        return _("to begin from {day}").format(day=day(row.opens_on))
    if row.state is S.FINDINGS_SENT:
        if not row.finding_count or pd.isna(row.due_at):
            return _("to be concluded")
        return _("defence until {moment}").format(moment=moment(row.due_at.to_pydatetime()))
    return words.get(row.state, "")


def window_words(first: date, last: date) -> str:
    return _("{first} to {last}").format(first=day(first), last=day(last))


def grade_words(grade: Any, score: float) -> str:  # noqa: ANN401 - a Grade, or nothing
    if grade is None:
        return ""
    return _("{grade} · {score}").format(grade=label(grade), score=percent(score, 0))


def inspection_list(inspections: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a row
    """The list; returns the chosen row."""
    shown = localised(inspections, "service", "provider", "sector").assign(
        kind=[label(one) for one in inspections["type"]],
        stands=[label(one) for one in inspections["state"]],
        first=[day(one) for one in inspections["opens_on"]],
        next=[next_words(row) for row in inspections.itertuples()],
        result=[
            grade_words(grade, score) for grade, score in zip(inspections["grade"], inspections["score"], strict=True)
        ],
        findings=[str(count) if count else "" for count in inspections["finding_count"]],
    )
    columns = {
        "service": st.column_config.TextColumn(_("Service"), width="medium"),
        "kind": _("Type"),
        "first": _("First day"),
        "stands": _("State"),
        "next": st.column_config.TextColumn(_("Next"), width="medium"),
        "findings": _("Findings"),
        "result": _("Grade"),
        "inspectors": _("Inspectors"),
        "number": _("Number"),
    }
    search = ("number", "service", "service_en", "provider", "inspectors")
    return table(
        shown,
        columns,
        key="inspections",
        search=search,
        sort=("service", "kind", "stands"),
        rows_per_page=15,
        is_selectable=True,
    )


def calendar(inspections: pd.DataFrame, today: date) -> None:
    """The windows of the inspections that are planned or on site, next one first."""
    open_ones = inspections[inspections["state"].isin([S.PLANNED, S.ANNOUNCED, S.ON_SITE])]
    if open_ones.empty:
        return
    shown = localised(open_ones, "service").sort_values("opens_on", kind="stable")
    frame = pd.DataFrame(
        {
            "service": shown["service"],
            "opens_on": pd.to_datetime(shown["opens_on"]),
            "until": pd.to_datetime(shown["ends_on"]) + timedelta(days=1),
            "state_words": [label(one) for one in shown["state"]],
            "window": [
                window_words(first, last) for first, last in zip(shown["opens_on"], shown["ends_on"], strict=True)
            ],
            "inspectors": shown["inspectors"],
            "is_late": [bool(last < today) for last in shown["ends_on"]],
        }
    )
    section(_("The next weeks"), _("Each bar is the window in which the visit takes place; the line is today."))
    dark = st.context.theme.type == "dark"
    chart = charts.window_chart(
        frame,
        today=pd.Timestamp(today),
        colours=chart_style.palette(dark=dark),
        day_format=day_format(Grain.DAY),
    )
    st.altair_chart(chart, theme=None, key="inspection_windows")


def coverage_part(coverage: pd.DataFrame, today: date) -> None:
    """How long since each service was inspected, blind spots first."""
    if coverage.empty:
        empty_state(_("No services yet"), _("Services of your scope appear here with their last inspection."))
        return
    group = choice(_("Supervision group"), groups_by_id(coverage), key="group", width=240)
    shown = coverage if group is None else coverage[coverage["group_id"] == int(group)]
    never = int(shown["last_on"].isna().sum())
    long_ago = int((shown["days_ago"] > LONG_AGO_DAYS).sum())
    note(
        _("{never} of {all} services were never inspected, {long_ago} not within a year.").format(
            never=number(never), all=number(len(shown)), long_ago=number(long_ago)
        )
    )
    listed = localised(shown, "service", "sector", "area", "group").assign(
        last=["—" if pd.isna(one) else day(one) for one in shown["last_on"]],
        since=[
            _("never") if pd.isna(one) else ngettext("{n} day ago", "{n} days ago", int(one)).format(n=number(int(one)))
            for one in shown["days_ago"]
        ],
        grade_words=["" if one is None else label(one) for one in shown["grade"]],
        again=[again_words(one, today) for one in shown["again_by"]],
        next=["" if pd.isna(one) else day(one) for one in shown["planned_on"]],
    )
    columns = {
        "service": st.column_config.TextColumn(_("Service"), width="medium"),
        "group": st.column_config.TextColumn(_("Supervision group"), width="medium"),
        "last": _("Last inspected"),
        "since": _("How long ago"),
        "grade_words": _("Grade"),
        "again": _("Again by"),
        "next": _("Planned from"),
    }
    table(listed, columns, key="coverage", search=("service", "code"), rows_per_page=15)


def again_words(again_by: Any, today: date) -> str:  # noqa: ANN401 - a day, or nothing
    if pd.isna(again_by):
        return ""
    return _("{day}, overdue").format(day=day(again_by)) if again_by < today else day(again_by)


def groups_by_id(coverage: pd.DataFrame) -> dict[str, str]:
    named = coverage[coverage["group_id"].notna()]
    codes = named.assign(group_code=named["group_id"].astype(str))
    return words_by_code(codes, code="group_code", name="group")


def clauses_part(page: Page, marks: pd.DataFrame) -> None:
    """What each clause weighs in checklists made from now on."""
    note(_("A major finding on a safety clause leaves no better grade than “needs improvement”."))
    shown = localised(marks, "title", "sector").assign(
        safety=[_("Safety") if one else "" for one in marks["is_safety"]],
        heaviness=[number(one, 1) for one in marks["weight"]],
    )
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        columns = {
            "code": _("Code"),
            "title": st.column_config.TextColumn(_("Clause"), width="medium"),
            "sector": _("Sector"),
            "heaviness": _("Weight"),
            "safety": _("Safety"),
        }
        picked = table(shown, columns, key="clauses", search=("code", "title"), rows_per_page=15, is_selectable=True)
    with right:
        if picked is None:
            note(_("Choose a clause to set its weight."))
            return
        with st.form(f"mark_{picked['clause_id']}"):
            section(_("Weight in checklists"), str(picked["title"]))
            weight = st.number_input(_("Weight"), 0.1, 10.0, float(picked["weight"]), step=0.5)
            is_safety = st.checkbox(_("Safety hangs on this clause"), bool(picked["is_safety"]))
            pressed = st.form_submit_button(_("Save"), type="primary")
        if pressed:
            with saving(page, done=_("The weight was saved. Checklists begun from now on use it.")) as session:
                checklists.mark_clause(
                    session,
                    int(picked["clause_id"]),
                    weight=weight,
                    is_safety=is_safety,
                    actor=page.actor,
                    now=page.now,
                )
