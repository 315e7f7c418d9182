"""Rules on screen: the list, the card of one rule, and what it would have done in the frozen quarters."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep
from pages._ui.facts import fact_list
from pages._ui.incentives.words import (
    day_of,
    kind_colour,
    outcome_text,
    person_text,
    quarter_label,
    quarter_text,
    rules_finding,
    simulation_finding,
)
from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.widgets import Action, empty_state, head, note, plain, section, show_text
from qs.chart_style import palette
from qs.i18n import gettext as _
from qs.i18n import ngettext, number, percent, pick
from qs.incentives import charts, rulebook
from qs.incentives.details import RuleDetail, VersionDetail
from qs.incentives.rule_sentences import Words, condition_clause, figure_words, rule_sentence
from qs.incentives.simulation import Simulation, simulation
from qs.incentives.terms import CHANCE_LIMIT, Checked, Kind, Outcome, VersionState
from qs.sentences import label

SERVICES_SHOWN = 12
STATE_COLOURS: dict[VersionState, Any] = {  # Any: one of Streamlit's literals
    VersionState.DRAFT: "violet",
    VersionState.ADOPTED: "blue",
    VersionState.REPLACED: "gray",
    VersionState.RETIRED: "gray",
}


def head_of_rules(rules: list[RuleDetail], facts: str, *, may_edit: bool) -> bool:
    """The finding above the rules. Returns whether a new one is asked for."""
    offered = [Action("rule", _("Write a rule"), icon="add", is_primary=not rules)]
    return head(rules_finding(rules), facts, actions=offered if may_edit else []) is not None


def head_of_builder(found: Simulation | None, facts: str) -> bool:
    """What the draft would have done, above the builder. Returns whether it is left."""
    title = simulation_finding(found) if found is not None else _("This draft cannot be tried yet")
    return head(title, facts, actions=[Action("leave", _("Back to the rules"), icon="arrow_back")]) is not None


def rule_list(rules: list[RuleDetail]) -> dict[str, Any] | None:  # Any: values of a row
    frame = pd.DataFrame(
        {
            "rule_id": [one.rule_id for one in rules],
            "name": [pick(one.name, one.name_en) for one in rules],
            "outcome": [outcome_text(shown_version(one).content.consequence) for one in rules],
            "kind": [label(shown_version(one).content.kind) for one in rules],
            "state": [state_text(one) for one in rules],
        }
    )
    columns = {
        "name": st.column_config.TextColumn(_("Rule"), width="medium"),
        "kind": _("Kind"),
        "outcome": _("Outcome"),
        "state": _("State"),
    }
    return table(frame, columns, key="rules", is_selectable=True)


def shown_version(rule: RuleDetail) -> VersionDetail:
    """The version in force, or the newest where none is."""
    return rule.in_force or rule.newest


def state_text(rule: RuleDetail) -> str:
    if rule.in_force is not None and rule.draft is not None:
        return _("Version {number} in force, draft of version {draft}").format(
            number=rule.in_force.number, draft=rule.draft.number
        )
    if rule.in_force is not None:
        return _("Version {number} in force").format(number=rule.in_force.number)
    return label(rule.newest.state)


def rule_card(page: Page, rule: RuleDetail, words: Words, *, may_edit: bool, may_adopt: bool) -> VersionDetail:
    """What one rule says, who wrote and adopted it, and what can be done with it. Returns the version shown."""
    shown = rule.draft if rule.draft is not None and (may_edit or may_adopt) else shown_version(rule)
    with st.container(border=True, gap="small"):
        st.markdown(f"### {plain(pick(rule.name, rule.name_en))}", anchors=False)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.badge(label(shown.content.kind), color=kind_colour(shown.content.kind))
            st.badge(outcome_text(shown.content.consequence), color="gray")
            st.badge(label(shown.state), color=STATE_COLOURS[shown.state])
            note(_("version {number}").format(number=shown.number))
        read_aloud(rule_sentence(shown.content, words))
        facts = [
            (_("Why"), shown.reason),
            (_("Written by"), f"{person_text(shown.author)} · {day_of(shown.written_at)}"),
        ]
        if shown.adopted_at is not None:
            facts.append((_("Adopted by"), f"{person_text(shown.adopter)} · {day_of(shown.adopted_at)}"))
        fact_list(facts)
        rule_buttons(page, rule, shown, may_edit=may_edit, may_adopt=may_adopt)
    return shown


def read_aloud(sentence: str) -> None:
    with st.container(border=True):
        opening = _("Reads:")
        st.markdown(f"**{plain(opening)}** {plain(sentence)}", anchors=False)


def rule_buttons(page: Page, rule: RuleDetail, shown: VersionDetail, *, may_edit: bool, may_adopt: bool) -> None:
    if rule.retired_at is not None:
        return
    with st.container(horizontal=True, gap="small"):
        is_others = shown.author.person_id != page.actor.person_id
        may_sign = shown.state is VersionState.DRAFT and may_adopt and is_others
        if may_sign and st.button(_("Adopt"), type="primary", icon=":material/how_to_reg:", key="adopt"):
            with saving(page, done=_("The rule is adopted.")) as session:
                rulebook.adopt_version(session, rule.rule_id, version=rule.version, actor=page.actor, now=page.now)
        if may_edit and st.button(_("New version"), icon=":material/edit:", key="new_version"):
            keep("do", "version")
            st.rerun()
        if may_adopt:
            with st.popover(_("Retire"), icon=":material/event_busy:"):
                retire_form(page, rule)
    if shown.state is VersionState.DRAFT and not is_others:
        note(_("You wrote this draft, so somebody else must adopt it."))


def retire_form(page: Page, rule: RuleDetail) -> None:
    with st.form("retire", border=False):
        note(_("A retired rule proposes no more; what it has proposed keeps its course."))
        reason = st.text_area(_("Reason"), key="retire_reason", max_chars=2000)
        if st.form_submit_button(_("Retire the rule"), key="retire_save"):
            with saving(page, done=_("The rule is retired.")) as session:
                rulebook.retire_rule(
                    session, rule.rule_id, reason=reason, version=rule.version, actor=page.actor, now=page.now
                )


def simulated_card(found: Simulation, kind: Kind, words: Words) -> None:
    """Three figures, and who would have been proposed when."""
    tiles = st.columns(3, gap="small")
    periods = ngettext("{n} frozen quarter", "{n} frozen quarters", len(found.periods))
    with tiles[0]:
        st.metric(
            _("Proposed (times)"),
            number(found.proposed_count),
            delta=periods.format(n=number(len(found.periods))),
            delta_color="gray",
            delta_arrow="off",
            border=True,
            height="stretch",
        )
    with tiles[1]:
        is_lucky = found.proposed_count > 0 and found.by_chance > CHANCE_LIMIT * found.proposed_count
        st.metric(
            _("By chance (times)"),
            number(found.by_chance, 1),
            delta=_("more than one in twenty") if is_lucky else _("at most one in twenty"),
            delta_color="orange" if is_lucky else "blue",
            delta_arrow="off",
            border=True,
            height="stretch",
            help=_(
                "How many proposals chance alone would make if all services were equally good. Figures are taken as "
                "normally distributed with the width of their 95 % interval; conditions and quarters are multiplied as "
                "if independent, so the true number may be somewhat higher."
            ),
        )
    with tiles[2]:
        st.metric(
            _("Services reached"),
            number(found.service_count),
            delta=_("{share} lack data").format(share=percent(found.missing_share, 0)),
            delta_color="gray",
            delta_arrow="off",
            border=True,
            height="stretch",
        )
    with st.container(border=True, gap="xsmall"):
        section(_("Who would have been proposed, and when"), matrix_legend())
        if found.proposed_count == 0:
            note(_("Nobody in any frozen quarter. A dash: not enough data, which never counts against a service."))
            return
        dark = (st.context.theme.type or "light") == "dark"
        chart = charts.matrix_chart(matrix(found, words), kind=kind, colours=palette(dark=dark))
        st.altair_chart(chart, width="stretch", theme=None)
        more = found.service_count - SERVICES_SHOWN
        if more > 0:
            note(ngettext("and {n} more service", "and {n} more services", more).format(n=number(more)))


def matrix_legend() -> str:
    return _("filled: proposed · ringed: may be luck · dot: not proposed · dash: not enough data")


def matrix(found: Simulation, words: Words) -> pd.DataFrame:
    """The rows of the chart in words: the services proposed oftenest first, each in every quarter."""
    hits = found.frame[[one is Outcome.MET for one in found.frame["outcome"]]]
    often = hits.groupby("service_id").size().sort_values(ascending=False, kind="stable")
    chosen = list(often.index[:SERVICES_SHOWN])
    rows = []
    for service_id in chosen:
        part = found.frame[found.frame["service_id"] == service_id].sort_values("period")
        least = part.loc[[one is Outcome.MET for one in part["outcome"]], "n"].min()
        for row in part.to_dict("records"):
            is_last = row["period"] == found.periods[-1]
            rows.append(
                {
                    "service": pick(row["service"], row["service_en"]),
                    "period": row["period"],
                    "period_label": quarter_label(row["period"]),
                    "mark": mark_of(row["outcome"], row["chance"]),
                    "outcome": label(row["outcome"]),
                    "value": seen_text(row["checked"], words),
                    "n": "—" if pd.isna(row["n"]) else number(row["n"]),
                    "chance": percent(row["chance"]),
                    "times": times_text(int(often[service_id])) if is_last else "",
                    "least_n": _("n {n}").format(n=number(least)) if is_last and not pd.isna(least) else "",
                }
            )
    return pd.DataFrame(rows)


def seen_text(checked: tuple[Checked, ...], words: Words) -> str:
    """The figures a rule looked at in the judged quarter, one after the other."""
    latest = {one.position: one for one in reversed(checked)}
    texts = [figure_words(one.condition.key, one.figure, words) for _position, one in sorted(latest.items())]
    return " · ".join(texts)


def times_text(count: int) -> str:
    return ngettext("{n} time", "{n} times", count).format(n=number(count))


def mark_of(outcome: Outcome, chance: float) -> str:
    if outcome is Outcome.MET:
        return "luck" if chance > CHANCE_LIMIT else "proposed"
    return "missing" if outcome is Outcome.MISSING else "none"


def simulated_rule(page: Page, shown: VersionDetail, words: Words) -> None:
    with reading() as session:
        found = simulation(session, shown.content, actor=page.actor, now=page.now)
    simulated_card(found, shown.content.kind, words)
    with st.expander(_("The conditions one by one")):
        for number_, condition in enumerate(shown.content.conditions, start=1):
            show_text(f"{number_}. {condition_clause(condition, words)}")


def no_rules() -> bool:
    return empty_state(
        _("No rule has been written yet"),
        _("A rule says on which frozen figures the office proposes praise or a talk. Try it on past quarters first."),
        icon="rule",
    )


def quarters_text(periods: tuple[str, ...]) -> str:
    if not periods:
        return _("no quarter is frozen yet")
    return _("frozen quarters {first} to {last}").format(first=quarter_text(periods[0]), last=quarter_text(periods[-1]))
