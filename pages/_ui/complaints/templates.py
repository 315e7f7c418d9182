"""Prepared words for the desk: what there is by purpose, and the forms that add, change and retire them."""

from __future__ import annotations

import streamlit as st

from pages._ui.page import Page, reading, saving
from pages._ui.widgets import empty_state, note, plain, section, show_text
from qs.actor import Permission
from qs.complaints.handling.templates import (
    PLACES,
    Words,
    all_templates,
    create_template,
    edit_template,
    retire_template,
)
from qs.complaints.models import ReplyTemplate
from qs.complaints.terms import REPLY_OUTCOMES, TEXT_LENGTH, TITLE_LENGTH, RequestKind, TemplatePurpose
from qs.directory.queries import sectors
from qs.frames import named_rows
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.sentences import label

NEW = 0


def templates_view(page: Page) -> None:
    """Everybody of the desk reads them; those who may approve for the whole office keep them."""
    may_edit = page.actor.has_everywhere(Permission.COMPLAINTS_APPROVE)
    with reading() as session:
        found = [one for one in all_templates(session, actor=page.actor) if not one.is_retired]
        session.expunge_all()
    left, right = st.columns([1.3, 1], gap="medium")
    with left:
        if not found:
            empty_state(_("No prepared words yet"), _("What is written often is kept here once."), icon="notes")
        for purpose in TemplatePurpose:
            of_purpose = [one for one in found if one.purpose is purpose]
            if of_purpose:
                section(label(purpose))
            for one in of_purpose:
                with st.expander(f"{plain(one.title)} · {plain(fits(one))}"):
                    show_text(one.text)
    with right:
        if may_edit:
            editor(page, found)
        else:
            note(_("Supervisors keep these words. Tell them what is missing."))


def fits(one: ReplyTemplate) -> str:
    """For which cases the words are."""
    said = [label(part) for part in (one.kind, one.outcome) if part is not None]
    return " · ".join(said) or _("every case")


def editor(page: Page, found: list[ReplyTemplate]) -> None:
    """The form for new words, or for those chosen."""
    titles = {NEW: _("New words"), **{one.id: one.title for one in found}}
    chosen_id = st.selectbox(
        _("Prepared words"), list(titles), format_func=lambda one: titles.get(one, ""), key="template_chosen"
    )
    chosen = next((one for one in found if one.id == chosen_id), None)
    with st.form(f"template_form_{chosen_id}", border=True):
        words = fields(page, chosen, f"{chosen_id}_{chosen.version if chosen else 0}")
        with st.container(horizontal=True, gap="small"):
            save = st.form_submit_button(_("Save"), type="primary", key="template_save")
            retire = chosen is not None and st.form_submit_button(_("Take out of use"), key="template_retire")
    by = {"actor": page.actor, "now": page.now}
    if save:
        with saving(page, done=_("Kept; what was sent before stays as it was.")) as session:
            if chosen is None:
                create_template(session, words, **by)
            else:
                edit_template(session, chosen.id, words, version=chosen.version, **by)
    elif retire and chosen is not None:
        with saving(page, done=_("Out of use; what was sent before stays as it was.")) as session:
            retire_template(session, chosen.id, version=chosen.version, **by)


def fields(page: Page, chosen: ReplyTemplate | None, key: str) -> Words:
    with reading() as session:
        names = {row.id: pick(row.name, row.name_en) for row in named_rows(sectors(session, actor=page.actor))}
    purposes, kinds, outcomes = list(TemplatePurpose), [None, *RequestKind], [None, *REPLY_OUTCOMES]
    places = [None, *names]
    purpose = st.selectbox(
        _("Purpose"),
        purposes,
        index=purposes.index(chosen.purpose) if chosen else 0,
        format_func=label,
        key=f"template_purpose_{key}",
    )
    kind = st.selectbox(
        _("Type"),
        kinds,
        index=kinds.index(chosen.kind) if chosen else 0,
        format_func=lambda one: _("every type") if one is None else label(one),
        key=f"template_kind_{key}",
    )
    outcome = st.selectbox(
        _("Outcome"),
        outcomes,
        index=outcomes.index(chosen.outcome) if chosen and chosen.outcome in outcomes else 0,
        format_func=lambda one: _("every outcome") if one is None else label(one),
        key=f"template_outcome_{key}",
    )
    sector_id = st.selectbox(
        _("Sector"),
        places,
        index=places.index(chosen.sector_id) if chosen and chosen.sector_id in places else 0,
        format_func=lambda one: _("every sector") if one is None else names.get(one, ""),
        key=f"template_sector_{key}",
    )
    title = st.text_input(
        _("Title"), value=chosen.title if chosen else "", max_chars=TITLE_LENGTH, key=f"template_title_{key}"
    )
    text = st.text_area(
        _("Text"), value=chosen.text if chosen else "", max_chars=TEXT_LENGTH, height=220, key=f"template_text_{key}"
    )
    shown = ", ".join(f"{{{name}}}" for name in PLACES)
    words = _("Filled in for each case: {places}. Who the requester is never stands in prepared words.")
    note(words.format(places=shown))
    return Words(purpose, title, text, kind, outcome, sector_id)
