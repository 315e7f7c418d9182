"""A cycle at a glance: services against assessors, what waits, and one service with its assessors side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import choice, keep, localised, words_by_code
from pages._ui.page import Page, reading
from pages._ui.tables import table
from pages._ui.widgets import empty_state, note, plain, section
from qs import chart_style
from qs.actor import Permission
from qs.evaluations import charts, queries, rules
from qs.evaluations.terms import SHORT_LABELS, CriterionKind, Subject
from qs.evaluations.terms import SheetState as S
from qs.i18n import day, ngettext, number, pick
from qs.i18n import gettext as _
from qs.sentences import label
from qs.waiting import Waiting

STATE_COLOURS = {S.APPROVED: "blue", S.CHANGE_REQUESTED: "orange", S.NOT_REPORTED: "orange", S.REVIEWED: "violet"}


def finding(
    cycle: Any,  # noqa: ANN401 - one row of `cycles`
    sheets: pd.DataFrame,
    waiting: Sequence[Waiting],
) -> tuple[str, str]:
    """The finding for the heading, and the facts behind it."""
    settled = int(sheets["state"].isin(list(rules.SETTLED)).sum())
    words = _("{cycle}: {settled} of {all} score sheets are settled")
    title = words.format(cycle=cycle.name, settled=number(settled), all=number(len(sheets)))
    if pd.notna(cycle.closed_at):
        title = _("{cycle}: the evaluation is closed").format(cycle=cycle.name)
    elif count := sum(int(one.facts.get("count") or 1) for one in waiting):
        title = ngettext("{n} evaluation step waits for you", "{n} evaluation steps wait for you", count).format(
            n=number(count)
        )
    facts = _("{services} services · sheets due on {day}").format(
        services=number(sheets["service_id"].nunique()), day=day(cycle.due_on)
    )
    return title, facts


def progress(sheets: pd.DataFrame) -> None:
    """How far the sheets of each assessor have come, in counts."""
    present = [one for one in Subject if (sheets["subject"] == one).any()]
    for column, subject in zip(st.columns(max(len(present), 1), gap="small"), present, strict=True):
        own = sheets[sheets["subject"] == subject]
        with column, st.container(border=True, height="stretch", gap="small"):
            settled = int(own["state"].isin(list(rules.SETTLED)).sum())
            st.markdown(f"**{plain(label(subject))}**")
            st.progress(
                settled / max(len(own), 1),
                text=_("{settled} of {all} settled").format(settled=number(settled), all=number(len(own))),
            )
            with st.container(horizontal=True, gap="xsmall"):
                for state in S:
                    count = int((own["state"] == state).sum())
                    if count:
                        words = _("{state} {n}").format(state=label(state), n=number(count))
                        st.badge(words, color=STATE_COLOURS.get(state, "gray"))


def matrix(page: Page, sheets: pd.DataFrame, cycle_id: int) -> None:
    """Services against assessors; a chosen row opens the comparison beside it."""
    shown = sheets
    with st.container(horizontal=True, gap="small"):
        sector = choice(_("Sector"), words_by_code(sheets, code="sector_code", name="sector"), key="sector")
        if sector is not None:
            shown = shown[shown["sector_code"] == sector]
        state = choice(_("State"), {one.value: label(one) for one in S}, key="state")
        if state is not None:
            fitting = shown.loc[shown["state"] == state, "service_id"]
            shown = shown[shown["service_id"].isin(fitting)]
    apart = differing(page, cycle_id)
    frame = rows_by_service(localised(shown, "service", "sector", "area"), apart)
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        columns = {
            "service": st.column_config.TextColumn(_("Service"), width="medium"),
            **{one.value: _(SHORT_LABELS[one]) for one in Subject},
            "apart": _("Difference"),
        }
        if not apart:
            del columns["apart"]
        if frame.empty:
            note(_("Nothing fits these filters. Take one of them back."))
            return
        picked = table(frame, columns, key="services", search=("service",), rows_per_page=14, is_selectable=True)
    if picked is not None and str(picked["service_id"]) != st.query_params.get("service"):
        keep("service", str(picked["service_id"]))
    with right:
        asked = st.query_params.get("service", "")
        if asked.isdecimal() and (sheets["service_id"] == int(asked)).any():
            service_card(page, sheets[sheets["service_id"] == int(asked)], cycle_id)
        else:
            empty_state(
                _("Choose a service in the table"),
                _("Its assessors appear side by side, criterion by criterion, with the way to each sheet."),
                icon="grading",
            )


def differing(page: Page, cycle_id: int) -> dict[int, tuple[float, bool]]:
    """Service -> points apart and whether that is settled, for those who review."""
    if not page.actor.has(Permission.EVALUATIONS_REVIEW):
        return {}
    with reading() as session:
        found = queries.differing_services(session, cycle_id, actor=page.actor)
    return {
        int(service_id): (float(points), bool(has_note))
        for service_id, points, has_note in found.itertuples(index=False, name=None)
    }


def rows_by_service(sheets: pd.DataFrame, apart: dict[int, tuple[float, bool]]) -> pd.DataFrame:
    """One row per service: service_id, service, one cell of words for each assessor, and how far they lie apart."""
    rows: dict[int, dict[str, Any]] = {}
    for sheet in sheets.itertuples():
        row = rows.setdefault(
            sheet.service_id,
            {
                "service_id": sheet.service_id,
                "service": sheet.service,
                **{one.value: "" for one in Subject},
                "apart": "",
            },
        )
        row[sheet.subject.value] = cell_words(sheet)
    for service_id, (points, has_note) in apart.items():
        if service_id in rows:
            words = _("{n} points, settled") if has_note else _("{n} points, to settle")
            rows[service_id]["apart"] = words.format(n=number(points))
    names = ["service_id", "service", *(one.value for one in Subject), "apart"]
    return pd.DataFrame(list(rows.values()), columns=names)


def cell_words(sheet: Any) -> str:  # noqa: ANN401 - one row of `sheets`
    if pd.isna(sheet.score):
        return label(sheet.state)
    return _("{score} · {state}").format(score=number(sheet.score, 1), state=label(sheet.state))


def service_card(page: Page, sheets: pd.DataFrame, cycle_id: int) -> None:
    """One service: its assessors side by side, and the way to each sheet."""
    first = next(sheets.itertuples())
    with st.container(border=True, gap="small"):
        section(pick(first.service, first.service_en))
        with st.container(horizontal=True, gap="small"):
            for sheet in sheets.itertuples():
                words = _("{subject}: {state}").format(subject=_(SHORT_LABELS[sheet.subject]), state=label(sheet.state))
                st.button(
                    words,
                    key=f"open_{sheet.sheet_id}",
                    icon=":material/arrow_forward:",
                    on_click=keep,
                    args=("sheet", str(sheet.sheet_id)),
                )
        comparison(page, cycle_id, int(first.service_id))


def comparison(page: Page, cycle_id: int, service_id: int) -> None:
    """The dot plot of the scores this person may see, with what differs in words."""
    with reading() as session:
        found = queries.comparison(session, cycle_id, service_id, actor=page.actor)
    if found.empty:
        note(_("No scores to be seen yet."))
        return
    frame = chart_frame(found)
    words = {one.value: _(SHORT_LABELS[one]) for one in Subject if (found["subject"] == one).any()}
    order = list(dict.fromkeys(frame.sort_values("position", kind="stable")["criterion"]))
    dark = st.context.theme.type == "dark"
    chart = charts.comparison_chart(frame, order=order, words=words, colours=chart_style.palette(dark=dark))
    st.altair_chart(chart, theme=None, key=f"comparison_{service_id}")
    wide = frame[frame["is_wide"]].drop_duplicates("criterion")
    for row in wide.itertuples():
        note(_("{criterion}: {points} points apart").format(criterion=row.criterion, points=number(row.high - row.low)))


def chart_frame(found: pd.DataFrame) -> pd.DataFrame:
    """The comparison with words, and the range of each criterion over its assessors."""
    spans = found.groupby("code")["score"].agg(["min", "max"])
    return localised(found, "name").assign(
        criterion=lambda one: one["name"],
        subject=[one.value for one in found["subject"]],
        subject_words=[_(SHORT_LABELS[one]) for one in found["subject"]],
        score_words=[number(score) for score in found["score"]],
        anchor=[
            _(rules.anchor(CriterionKind(kind), score))
            for kind, score in zip(found["kind"], found["score"], strict=True)
        ],
        low=found["code"].map(spans["min"]),
        high=found["code"].map(spans["max"]),
        is_wide=[bool(rules.needs_consensus(spans["max"][one] - spans["min"][one])) for one in found["code"]],
    )


def my_sheets(page: Page, sheets: pd.DataFrame) -> None:
    """The sheets this person fills in."""
    mine = sheets[sheets["is_mine"]]
    if mine.empty:
        empty_state(
            _("No score sheet is yours to fill in"),
            _("Leaders find self-assessments here, supervisors the office's sheets, third parties their assignments."),
            icon="grading",
        )
        return
    order = {S.CHANGE_REQUESTED: 0, S.DRAFT: 1}
    place = pd.Series([order.get(one, 2) for one in mine["state"]], index=mine.index)
    shown = localised(mine.assign(place=place).sort_values("place", kind="stable"), "service", "provider").assign(
        subject_words=lambda one: [label(subject) for subject in one["subject"]],
        state_words=lambda one: [label(state) for state in one["state"]],
        score_words=lambda one: ["" if pd.isna(score) else number(score, 1) for score in one["score"]],
    )
    columns = {
        "service": st.column_config.TextColumn(_("Service"), width="medium"),
        "provider": _("Provider"),
        "subject_words": _("Assessor"),
        "state_words": _("State"),
        "score_words": _("Score"),
    }
    picked = table(shown, columns, key="mine", search=("service", "provider"), rows_per_page=15, is_selectable=True)
    if picked is not None:
        keep("sheet", str(picked["sheet_id"]))
        st.rerun()
