"""Forms of the standards: a new indicator or clause, and the next edition of one, filled in from the newest."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note, section
from qs.directory.queries import sectors
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.sentences import label
from qs.standards import actions
from qs.standards.queries import ClauseDetail, IndicatorDetail
from qs.standards.rules import CODE_LENGTH, LENGTHS, LONG_TEXTS, MOST_PLACES
from qs.standards.terms import (
    FIELDS,
    Aggregation,
    ClauseContent,
    Counting,
    Direction,
    EditionContent,
    Frequency,
)

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
REVIEW_AFTER = timedelta(days=365)
PAIRED = ("name", "definition", "numerator", "denominator", "unit", "source")  # texts in both languages
Given = dict[str, Any]  # Any: what was typed, by field


def indicator_edition_form(page: Page, detail: IndicatorDetail, clauses: pd.DataFrame, starts_on: date) -> None:
    newest, key = detail.editions[0], f"edition_{detail.indicator_id}"
    with st.form(key):
        name = pick(newest.content.name, newest.content.name_en)
        section(_("New edition of {name}").format(name=name))
        note(_("Filled in from the newest edition. Earlier figures keep the edition that was in force in their time."))
        effective_on = effective_field(starts_on, key)
        content = edition_fields(newest.content, clauses, key)
        pressed = buttons(_("Add this edition"), key)
    if pressed:
        with saving(page, done=_("The new edition was added.")) as session:
            actions.add_indicator_edition(
                session,
                detail.indicator_id,
                effective_on=effective_on,
                content=EditionContent(**content),
                actor=page.actor,
                now=page.now,
            )
            keep("do", None)


def new_indicator_form(page: Page, clauses: pd.DataFrame, today: date) -> None:
    key = "new_indicator"
    with st.form(key):
        section(_("A new indicator"))
        code = code_field(key)
        sector_id = sector_field(page, key)
        counting = counting_fields(key)
        effective_on = effective_field(today, key)
        content = edition_fields(empty_content(today), clauses, key)
        pressed = buttons(_("Add the indicator"), key)
    if pressed:
        with saving(page, done=_("The indicator was added.")) as session:
            actions.add_indicator(
                session,
                code=code,
                sector_id=sector_id,
                counting=counting,
                effective_on=effective_on,
                content=EditionContent(**content),
                actor=page.actor,
                now=page.now,
            )
            keep("do", None)


def clause_edition_form(page: Page, detail: ClauseDetail, starts_on: date) -> None:
    newest, key = detail.editions[0], f"clause_edition_{detail.clause_id}"
    with st.form(key):
        section(_("New edition of {name}").format(name=pick(newest.content.title, newest.content.title_en)))
        effective_on = effective_field(starts_on, key)
        content = clause_fields(newest.content, key)
        pressed = buttons(_("Add this edition"), key)
    if pressed:
        with saving(page, done=_("The new edition was added.")) as session:
            actions.add_clause_edition(
                session,
                detail.clause_id,
                effective_on=effective_on,
                content=content,
                actor=page.actor,
                now=page.now,
            )
            keep("do", None)


def new_clause_form(page: Page, today: date) -> None:
    key = "new_clause"
    with st.form(key):
        section(_("A new clause"))
        code = code_field(key)
        sector_id = sector_field(page, key)
        effective_on = effective_field(today, key)
        content = clause_fields(ClauseContent("", "", ""), key)
        pressed = buttons(_("Add the clause"), key)
    if pressed:
        with saving(page, done=_("The clause was added.")) as session:
            actions.add_clause(
                session,
                code=code,
                sector_id=sector_id,
                effective_on=effective_on,
                content=content,
                actor=page.actor,
                now=page.now,
            )
            keep("do", None)


def buttons(save: str, key: str) -> bool:
    """Save and leave, at the foot of a form. Leaving closes the form."""
    with st.container(horizontal=True, gap="small"):
        pressed = st.form_submit_button(save, type="primary", key=f"{key}_save")
        if st.form_submit_button(_("Leave it as it was"), type="tertiary", key=f"{key}_leave"):
            keep("do", None)
            st.rerun()
    return pressed


def code_field(key: str) -> str:
    return st.text_input(
        _("Code"), max_chars=CODE_LENGTH, key=f"{key}_code", help=_("It never changes: events name the entry by it.")
    )


def sector_field(page: Page, key: str) -> int | None:
    with reading() as session:
        found = {int(row.id): pick(row.name, row.name_en) for row in sectors(session, actor=page.actor).itertuples()}
    return st.selectbox(
        _("Sector"),
        list(found),
        index=None,
        format_func=found.__getitem__,
        placeholder=_("Every sector"),
        key=f"{key}_sector",
    )


def counting_fields(key: str) -> Counting:
    """How it is counted: for good, because every event is recorded under it."""
    note(_("The way of counting is for good: events are recorded under it."))
    left, middle, right = st.columns(3)
    aggregation = left.selectbox(_("Counting"), list(Aggregation), format_func=label, key=f"{key}_aggregation")
    percentile = middle.number_input(
        _("Percentile"), min_value=0.0, max_value=1.0, value=None, format="%.3f", key=f"{key}_percentile"
    )
    per = right.number_input(_("Per"), min_value=0.0, value=1.0, format="%.0f", key=f"{key}_per")
    return Counting(aggregation, percentile, per)


def effective_field(first: date, key: str) -> date:
    return day_field(_("In force from"), first, key=f"{key}_effective")


def day_field(words: str, value: date, *, key: str) -> date:
    chosen = st.date_input(words, value, min_value=EARLIEST, max_value=LATEST, format="YYYY-MM-DD", key=key)
    return chosen if isinstance(chosen, date) else value


def edition_fields(content: EditionContent, clauses: pd.DataFrame, key: str) -> Given:
    """Every field of an edition, filled in from the given one."""
    given: Given = {}
    for name in PAIRED:
        given |= paired_fields(name, getattr(content, name), getattr(content, f"{name}_en"), key)
    left, right = st.columns(2)
    with left:
        given["direction"] = enum_field("direction", Direction, content.direction, key)
        given["target"] = number_field("target", content.target, key)
        given["tolerance"] = number_field("tolerance", content.tolerance, key) or 0.0
        given["clause"] = clause_field(content.clause, clauses, key)
        given["owner"] = st.text_input(_("Owner"), content.owner, max_chars=LENGTHS["owner"], key=f"{key}_owner")
    with right:
        given["frequency"] = enum_field("frequency", Frequency, content.frequency, key)
        given["target_high"] = number_field("target_high", content.target_high, key)
        given["weight"] = number_field("weight", content.weight, key) or 0.0
        given["places"] = int(
            st.number_input(_("Decimals"), 0, MOST_PLACES, content.places, step=1, key=f"{key}_places")
        )
        given["review_on"] = day_field(_("Review date"), content.review_on, key=f"{key}_review")
    note(_("Targets and tolerance in the unit of the indicator; shares and weights from 0 to 1 (95 % is 0.95)."))
    return given


def paired_fields(name: str, chinese: str, english: str | None, key: str) -> Given:
    """A text in both languages, side by side."""
    left, right = st.columns(2)
    write, write_en = (left.text_area, right.text_area) if name in LONG_TEXTS else (left.text_input, right.text_input)
    limit, name_en = LENGTHS[name], f"{name}_en"
    return {
        name: write(_(FIELDS[name]), chinese, max_chars=limit, key=f"{key}_{name}"),
        name_en: write_en(_(FIELDS[name_en]), english or "", max_chars=limit, key=f"{key}_{name_en}"),
    }


def enum_field(name: str, kind: Any, present: Any, key: str) -> Any:  # noqa: ANN401 - a member of the enum given
    members = list(kind)
    return st.selectbox(_(FIELDS[name]), members, index=members.index(present), format_func=label, key=f"{key}_{name}")


def number_field(name: str, present: float | None, key: str) -> float | None:
    return st.number_input(_(FIELDS[name]), value=present, format="%.4f", step=0.01, key=f"{key}_{name}")


def clause_field(present: str | None, clauses: pd.DataFrame, key: str) -> str | None:
    titles = {row.code: pick(row.title, row.title_en) for row in clauses.itertuples()}
    codes = [*titles, *([present] if present is not None and present not in titles else [])]
    return st.selectbox(
        _("Clause"),
        codes,
        index=codes.index(present) if present is not None else None,
        format_func=lambda code: titles.get(code, code),
        placeholder=_("No clause"),
        key=f"{key}_clause",
    )


def clause_fields(content: ClauseContent, key: str) -> ClauseContent:
    given: Given = {}
    for name in ("title", "text", "source"):
        given |= paired_fields(name, getattr(content, name), getattr(content, f"{name}_en"), key)
    return ClauseContent(**{field.name: given[field.name] for field in fields(ClauseContent)})


def empty_content(today: date) -> EditionContent:
    return EditionContent(
        name="",
        definition="",
        numerator="",
        denominator="",
        unit="",
        direction=Direction.UP,
        frequency=Frequency.DAY,
        source="",
        owner="",
        review_on=today + REVIEW_AFTER,
    )
