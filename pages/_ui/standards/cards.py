"""The card of one indicator or clause: what it says today, and how its editions differ side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from enum import StrEnum
from types import SimpleNamespace
from typing import TypeVar

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, words_by_code
from pages._ui.facts import fact_list
from pages._ui.figures import target_text, value_text
from pages._ui.page import Page, reading
from pages._ui.standards.forms import clause_edition_form, indicator_edition_form
from pages._ui.widgets import note, plain, section, show_error, show_text
from qs.directory.queries import departments
from qs.errors import NotFound
from qs.i18n import day, number, percent, pick
from qs.i18n import gettext as _
from qs.sentences import label
from qs.settings import settings
from qs.standards import queries
from qs.standards.queries import ClauseDetail, ClauseWording, Edition, IndicatorDetail
from qs.standards.rules import differences, is_review_overdue
from qs.standards.terms import FIELDS, Aggregation, Counting, EditionContent

Dated = TypeVar("Dated", Edition, ClauseWording)


def indicator_card(
    page: Page, indicator_id: int, clauses: pd.DataFrame, today: date, *, is_editor: bool
) -> Sequence[Edition]:
    """The card of one indicator, or the form for its next edition. Returns the editions that can be compared."""
    try:
        with reading() as session:
            detail = queries.indicator_detail(session, indicator_id, actor=page.actor)
            owners = words_by_code(departments(session, actor=page.actor)) | office_words()
    except NotFound as error:
        show_error(error)
        return ()
    newest = detail.editions[0]
    if is_editor and st.query_params.get("do") == "edition":
        indicator_edition_form(page, detail, clauses, first_day(newest.effective_on, today))
        return ()
    shown = in_force(detail.editions, today)
    with st.container(border=True, gap="small"):
        indicator_heading(detail, shown, today)
        fact_list(indicator_facts(detail.counting, shown.content, clauses, owners))
        edition_button(is_editor=is_editor)
    return detail.editions


def office_words() -> dict[str, str]:
    """The office itself as an owner, in the language of the run."""
    return {settings().office_name: pick(settings().office_name, settings().office_name_en)}


def first_day(newest_on: date, today: date) -> date:
    """The earliest sensible day of a new edition: after the newest one, not in the past."""
    return max(today, newest_on + timedelta(days=1))


def in_force(editions: Sequence[Dated], today: date) -> Dated:
    """The edition in force, or the first one to come."""
    return next((edition for edition in editions if edition.effective_on <= today), editions[-1])


def indicator_heading(detail: IndicatorDetail, shown: Edition, today: date) -> None:
    content = shown.content
    st.markdown(f"### {plain(pick(content.name, content.name_en))}", anchors=False)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        note(_("{code} · {sector}").format(code=detail.code, sector=sector_words(detail)))
        st.badge(label(detail.counting.aggregation), color="gray")
        st.badge(label(content.direction), color="gray")
        dated_badge(shown, detail.editions[0], today)
        if is_review_overdue(content.review_on, today):
            st.badge(_("Review overdue"), icon=":material/event_busy:", color="orange")
    show_text(pick(content.definition, content.definition_en))


def dated_badge(shown: Edition | ClauseWording, newest: Edition | ClauseWording, today: date) -> None:
    if shown.effective_on > today:
        words = _("In force from {day}").format(day=day(shown.effective_on))
        st.badge(words, icon=":material/schedule:", color="violet")
    elif newest.effective_on > today:
        words = _("Next edition from {day}").format(day=day(newest.effective_on))
        st.badge(words, icon=":material/schedule:", color="violet")


def sector_words(detail: IndicatorDetail | ClauseDetail) -> str:
    return pick(detail.sector, detail.sector_en) or _("Every sector")


def indicator_facts(
    counting: Counting, content: EditionContent, clauses: pd.DataFrame, owners: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What the card says line by line. An owner may be the office, or a department named by its code."""
    series = as_series(counting, content)
    facts = [
        (_("Numerator"), pick(content.numerator, content.numerator_en)),
        (_("Denominator"), pick(content.denominator, content.denominator_en)),
        (_("Counting"), counting_words(counting)),
        (_("Unit"), pick(content.unit, content.unit_en)),
        (_("Frequency"), label(content.frequency)),
        (_("Target"), "—" if content.target is None else target_text(series)),
        (_("Tolerance"), value_text(series, content.tolerance, with_unit=True) if content.tolerance else "—"),
        (_("Weight"), percent(content.weight)),
        (_("Clause"), clause_words(content.clause, clauses)),
        (_("Source"), pick(content.source, content.source_en)),
        (_("Owner"), owners.get(content.owner, content.owner)),
        (_("Review date"), day(content.review_on)),
    ]
    return facts


def as_series(counting: Counting, content: EditionContent) -> SimpleNamespace:
    """The edition in the shape that figures are written from."""
    return SimpleNamespace(**asdict(content), aggregation=counting.aggregation)


def counting_words(counting: Counting) -> str:
    if counting.percentile is not None:
        return _("The {share} percentile of single values").format(share=percent(counting.percentile, 0))
    if counting.aggregation is Aggregation.RATE:
        return _("Numerator per {per} of the denominator").format(per=number(counting.per))
    words = {
        Aggregation.SHARE: _("Numerator divided by denominator"),
        Aggregation.MEAN: _("Mean of single values"),
        Aggregation.COUNT: _("Sum of the numerators"),
    }
    return words[counting.aggregation]


def clause_words(code: str | None, clauses: pd.DataFrame) -> str:
    if code is None:
        return "—"
    found = clauses[clauses["code"] == code]
    if found.empty:
        return code
    title = pick(found.iloc[0]["title"], found.iloc[0]["title_en"])
    return _("{title} ({code})").format(title=title, code=code)


def edition_button(*, is_editor: bool) -> None:
    if is_editor and st.button(_("New edition"), icon=":material/edit_calendar:", key="new_edition"):
        keep("do", "edition")
        st.rerun()


def compared(editions: Sequence[Edition] | Sequence[ClauseWording]) -> None:
    """The editions of one entry side by side: which fields changed, from what to what, short texts first."""
    section(_("Editions"), _("An edition never changes; a new one takes its place from its day on."))
    if len(editions) == 1:
        note(_("One edition, in force since {day}.").format(day=day(editions[0].effective_on)))
        return
    days = [edition.effective_on for edition in editions]
    with st.container(horizontal=True, gap="small"):
        older = st.selectbox(_("Older edition"), days[1:], format_func=day, key="older_edition", width=180)
        later = [one for one in days if one > older]
        newer = st.selectbox(
            _("Newer edition"), later, index=len(later) - 1, format_func=day, key="newer_edition", width=180
        )
    chosen = {edition.effective_on: edition.content for edition in editions}
    changes = [
        (_(FIELDS[change.field]), cell(change.before), cell(change.after))
        for change in differences(chosen[older], chosen[newer])
    ]
    with st.container(border=True, gap="small"):
        three_cells("", day(older), day(newer))
        for words, before, after in sorted(changes, key=lambda change: len(change[1]) + len(change[2])):
            three_cells(words, before, after)


def three_cells(words: str, before: str, after: str) -> None:
    columns = st.columns([1, 3, 3], gap="small")
    with columns[0]:
        note(words)
    with columns[1]:
        show_text(before)
    with columns[2]:
        show_text(after)


def cell(value: object) -> str:
    """A field of an edition in the comparison."""
    if value is None or value == "":
        return "—"
    if isinstance(value, StrEnum):
        return label(value)
    if isinstance(value, date):
        return day(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def clause_card(page: Page, clause_id: int, today: date, *, is_editor: bool) -> Sequence[ClauseWording]:
    """The card of one clause, or the form for its next edition. Returns the editions that can be compared."""
    try:
        with reading() as session:
            detail = queries.clause_detail(session, clause_id, actor=page.actor)
    except NotFound as error:
        show_error(error)
        return ()
    newest = detail.editions[0]
    if is_editor and st.query_params.get("do") == "edition":
        clause_edition_form(page, detail, first_day(newest.effective_on, today))
        return ()
    shown = in_force(detail.editions, today)
    content = shown.content
    with st.container(border=True, gap="small"):
        st.markdown(f"### {plain(pick(content.title, content.title_en))}", anchors=False)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            note(_("{code} · {sector}").format(code=detail.code, sector=sector_words(detail)))
            dated_badge(shown, newest, today)
        show_text(pick(content.text, content.text_en))
        fact_list(
            [
                (_("Source"), pick(content.source, content.source_en)),
                (_("In force since"), day(shown.effective_on)),
            ]
        )
        edition_button(is_editor=is_editor)
    return detail.editions
