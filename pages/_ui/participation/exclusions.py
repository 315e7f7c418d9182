"""Ratings that look made, on screen: what is marked, what one person proposes to exclude, what a second decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, kept_id, localised
from pages._ui.facts import fact_list
from pages._ui.page import Page, reading, saving
from pages._ui.participation.ratings import effect_words
from pages._ui.participation.steps import first_of, labels_of
from pages._ui.tables import table
from pages._ui.widgets import empty_state, note, plain, section, show_error, show_text
from qs.actor import Permission
from qs.errors import NotFound
from qs.i18n import day, moment, ngettext, number, percent, pick
from qs.i18n import gettext as _
from qs.participation import actions, details, queries
from qs.participation.details import ExclusionDetail
from qs.participation.figures import with_and_without
from qs.participation.terms import Ground, Level, Signal
from qs.sentences import label

REVIEW = Permission.RATINGS_REVIEW
EFFECT_SPAN = timedelta(days=90)


def proposal_form(page: Page, rating_ids: list[int], *, key: str) -> None:
    """Ground and evidence; nothing is excluded by proposing."""
    note(_("Nothing changes yet: a second person decides, and the number of excluded ratings is published."))
    with st.form(key, border=False):
        ground = st.selectbox(_("Ground"), list(Ground), index=None, format_func=label, key=f"{key}_ground")
        text = st.text_area(_("Evidence"), key=f"{key}_text", max_chars=4000)
        pressed = st.form_submit_button(_("Propose it"), type="primary", key=f"{key}_save")
    if pressed and ground is None:
        st.error(_("Choose the ground."), icon=":material/error:")
    elif pressed:
        with saving(page, done=_("Proposed: a second person decides.")) as session:
            actions.propose_exclusion(
                session, rating_ids, Ground(ground), evidence=text or "", actor=page.actor, now=page.now
            )


def exclusions_view(page: Page) -> None:
    """What looks made, what is proposed, and what was decided."""
    with reading() as session:
        marked = queries.flagged(session, actor=page.actor)
        effects = with_and_without(session, page.now - EFFECT_SPAN, page.now, actor=page.actor)
        proposals = queries.exclusions(session, actor=page.actor)
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        if page.actor.has(REVIEW):
            marked_groups(page, marked, effects)
        section(_("Proposals to exclude"), _("decided by a second person"))
        picked = proposal_list(proposals)
    with right:
        if picked is not None and str(picked["exclusion_id"]) != st.query_params.get("exclusion"):
            keep("exclusion", str(picked["exclusion_id"]))
        chosen = kept_id("exclusion") or first_of(proposals, "exclusion_id")
        if chosen is None:
            empty_state(
                _("Choose a proposal"),
                _("Its card shows the ground, the evidence, and the figures with and without these ratings."),
                icon="gavel",
            )
        else:
            exclusion_card(page, chosen)


def marked_groups(page: Page, marked: pd.DataFrame, effects: pd.DataFrame) -> None:
    shares = {row.service_id: row for row in effects.itertuples()}
    section(
        _("Marked for review"),
        _("two independent signals at least, or about a request that is spam; a mark excludes nothing"),
    )
    if marked.empty:
        note(_("No group of ratings looks made."))
    for row in marked.itertuples():
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(gap=None, width="stretch"):
                show_text(
                    _("{service}, {day}: {n} ratings, {satisfied} satisfied").format(
                        service=pick(row.service, row.service_en),
                        day=day(row.day),
                        n=number(row.ratings),
                        satisfied=number(row.satisfied),
                    )
                )
                note(_(", ").join(label(Signal(one)) for one in row.signals.split()))
                if row.service_id in shares:
                    effect = effect_words(shares[row.service_id])
                    note(_("Last 90 days: {effect}").format(effect=effect))
            with st.popover(_("Propose to exclude them"), icon=":material/gavel:"):
                proposal_form(page, list(row.rating_ids), key=f"propose_{row.service_id}_{row.day.isoformat()}")


def proposal_list(proposals: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a row
    if proposals.empty:
        empty_state(
            _("No exclusion has been proposed"),
            _("Mistaken, malicious or manipulated ratings leave the figures only when two people agree, in writing."),
            icon="gavel",
        )
        return None
    shown = localised(proposals, "service", "proposer", "decider")
    shown = shown.assign(
        ground_words=labels_of(proposals["ground"], Ground),
        state=[
            _("to be decided") if pd.isna(one) else _("excluded by decision") if one else _("rejected, they count")
            for one in proposals["is_upheld"]
        ],
        since=[moment(one) for one in proposals["proposed_at"]],
    )
    columns = {
        "state": st.column_config.TextColumn(_("State"), width=115),
        "service": st.column_config.TextColumn(_("Service"), width=150),
        "ratings": st.column_config.NumberColumn(_("Ratings"), format="localized", width=60),
        "ground_words": st.column_config.TextColumn(_("Ground"), width=215),
        "proposer": _("Proposed by"),
        "since": _("Proposed at"),
        "decider": _("Decided by"),
    }
    return table(shown, columns, key="exclusions", rows_per_page=10, is_selectable=True)


def exclusion_card(page: Page, exclusion_id: int) -> None:
    try:
        with reading() as session:
            detail = details.exclusion_detail(session, exclusion_id, actor=page.actor)
    except NotFound as error:
        show_error(error)
        return
    found = detail.exclusion
    count = sum(detail.levels.values())
    with st.container(border=True, gap="small"):
        st.markdown(f"### {plain(pick(detail.service, detail.service_en))}", anchors=False)
        with st.container(horizontal=True, gap="small"):
            st.badge(label(found.ground), color="orange")
            st.badge(ngettext("{n} rating", "{n} ratings", count).format(n=number(count)), color="gray")
        show_text(found.evidence)
        fact_list(exclusion_facts(detail))
        if found.is_upheld is not None:
            note(_("Upheld: these ratings count nowhere.") if found.is_upheld else _("Rejected: these ratings count."))
            show_text(found.decision_note)
        elif detail.may_decide:
            decision_form(page, detail)
        elif page.actor.has(REVIEW):
            note(_("You proposed this or handled the rating: somebody else decides."))


def exclusion_facts(detail: ExclusionDetail) -> list[tuple[str, str]]:
    found = detail.exclusion
    without = {level: detail.all_levels[level] - detail.levels[level] for level in Level}
    return [
        (_("Proposed by"), pick(detail.proposer, detail.proposer_en)),
        (_("Proposed at"), moment(found.proposed_at)),
        (_("Satisfied with them"), satisfied_words(detail.all_levels)),
        (_("Satisfied without them"), satisfied_words(without)),
    ]


def satisfied_words(levels: dict[Level, int]) -> str:
    """The share satisfied with its counts, of the 30 days up to the last of these ratings."""
    n = sum(levels.values())
    happy = sum(count for level, count in levels.items() if not level.is_negative)
    if not n:
        return _("no data")
    return _("{share} ({above} / {below}, 30 days)").format(
        share=percent(happy / n), above=number(happy), below=number(n)
    )


def decision_form(page: Page, detail: ExclusionDetail) -> None:
    words = {True: _("Uphold: exclude them"), False: _("Reject: they count")}
    key = f"decide_{detail.exclusion.id}"
    with st.form(key, border=False):
        verdict = st.radio(
            _("Decision"), [True, False], index=None, format_func=words.__getitem__, key=f"{key}_verdict"
        )
        text = st.text_area(_("Grounds of the decision"), key=f"{key}_text", max_chars=4000)
        pressed = st.form_submit_button(_("Record the decision"), type="primary", key=f"{key}_save")
    if pressed and verdict is None:
        st.error(_("Choose the decision."), icon=":material/error:")
    elif pressed:
        with saving(page, done=_("Decided.")) as session:
            actions.decide_exclusion(
                session,
                detail.exclusion.id,
                is_upheld=bool(verdict),
                note=text or "",
                actor=page.actor,
                now=page.now,
            )
