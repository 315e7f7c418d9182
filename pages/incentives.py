"""Incentives: rules tried on frozen quarters, proposals with reasons, signatures, notice, appeals, publication."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import choice, keep, kept_id, view
from pages._ui.incentives.builder import builder
from pages._ui.incentives.cards import proposal_card
from pages._ui.incentives.lists import nominate_form, of_view, proposal_list, propose_form, veto_form, veto_list
from pages._ui.incentives.rules import (
    head_of_builder,
    head_of_rules,
    no_rules,
    quarters_text,
    rule_card,
    rule_list,
    simulated_rule,
)
from pages._ui.incentives.words import (
    appeals_finding,
    decisions_finding,
    proposals_finding,
    start_text,
)
from pages._ui.page import open_page, reading
from pages._ui.widgets import empty_state, head, note
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.incentives import access, queries
from qs.incentives.terms import Kind
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

page = open_page("incentives", needs=Permission.INCENTIVES_READ)
today = local_day(page.now, settings().zone)
may_edit = page.actor.has_everywhere(Permission.INCENTIVES_EDIT)
may_adopt = page.actor.has_everywhere(Permission.INCENTIVES_DECIDE)
sees_all = access.sees_all(page.actor)
with reading() as session:
    start = queries.effective_from(session, actor=page.actor)
    rules = queries.rules(session, actor=page.actor)
    every = queries.proposals(session, actor=page.actor, now=page.now)
    vetoes = queries.vetoes(session, actor=page.actor)
    periods = queries.frozen_names(session, actor=page.actor)
    measures = queries.frozen_measures_known(session, actor=page.actor)
    words = queries.measure_words(session, today, actor=page.actor)

top = st.container()
views = {"proposals": _("Proposals"), "decisions": _("Decisions"), "appeals": _("Appeals"), "rules": _("Rules")}
if not sees_all:
    del views["proposals"]
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    part = view(_("Part of the incentives"), views)
    is_building = part == "rules" and may_edit and st.query_params.get("do") in ("rule", "version")
    if part != "rules":
        kind = choice(_("Kind"), {one.value: label(one) for one in Kind}, key="kind", width=150)
        shown = of_view(every, part)
        shown = shown if kind is None else shown[[one.value == kind for one in shown["kind"]]]
    if may_edit and part == "proposals" and periods:
        with st.popover(_("Let the rules propose"), icon=":material/play_arrow:"):
            propose_form(page, periods)
        with st.popover(_("Nominate"), icon=":material/person_add:"):
            nominate_form(page, periods)
        with st.popover(_("Veto item"), icon=":material/block:"):
            veto_form(page, periods)
with top:
    facts = f"{quarters_text(tuple(reversed(periods)))} · {start_text(start, today)}"
    if part == "rules":
        if not is_building and head_of_rules(rules, facts, may_edit=may_edit):
            keep("do", "rule")
            st.rerun()
    else:
        findings = {"proposals": proposals_finding, "decisions": decisions_finding, "appeals": appeals_finding}
        head(findings[part](shown), facts)

chosen_rule = next((one for one in rules if one.rule_id == kept_id("rule")), None)
if is_building:
    found = builder(page, chosen_rule if st.query_params.get("do") == "version" else None, measures, words)
    with top:
        if head_of_builder(found, facts):
            keep("do", None)
            keep("rows", None)
            st.rerun()
elif part == "rules":
    left, right = st.columns([1, 1.25], gap="medium")
    with left:
        if not rules:
            no_rules()
        elif (picked := rule_list(rules)) is not None:
            keep("rule", str(picked["rule_id"]))
            chosen_rule = next(one for one in rules if one.rule_id == picked["rule_id"])
        opened = chosen_rule or (rules[0] if rules else None)
        version = rule_card(page, opened, words, may_edit=may_edit, may_adopt=may_adopt) if opened else None
    with right:
        if version is not None and sees_all:
            simulated_rule(page, version, words)
        elif version is not None:
            note(_("The criteria are the same for everybody. Decisions about your services stand under “Decisions”."))
else:
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        if shown.empty:
            empty_state(
                _("Nothing here yet"),
                _("Rules propose from frozen quarters; others sign; what is decided is told, and may be appealed."),
                icon="workspace_premium",
            )
        elif (row := proposal_list(shown, part)) is not None:
            keep("proposal", str(row["proposal_id"]))
        if part == "proposals":
            veto_list(page, vetoes, may_lift=may_adopt)
    with right:
        known = {row["proposal_id"]: row["duty"] for row in every.to_dict("records")}
        fits = set(shown["proposal_id"])
        chosen_id = kept_id("proposal")
        if chosen_id is None or (chosen_id in known and chosen_id not in fits):
            chosen_id = int(shown.iloc[0]["proposal_id"]) if len(shown) else None
        if chosen_id is not None:
            proposal_card(page, chosen_id, known.get(chosen_id, ""), words)
