"""The rule builder: conditions row by row, the sentence they make, and what they would have done, all at once."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages._ui.choices import keep, kept_id
from pages._ui.incentives.rules import read_aloud, simulated_card
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note, section, show_error
from qs.errors import InvalidInput
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.incentives import rulebook
from qs.incentives.details import RuleDetail
from qs.incentives.rule_sentences import Words, figure_name, rule_sentence
from qs.incentives.rules import check_content
from qs.incentives.simulation import Simulation, simulation
from qs.incentives.terms import (
    LADDERS,
    MOST_CONDITIONS,
    MOST_QUARTERS,
    SHARES,
    Comparison,
    Condition,
    Consequence,
    FigureKey,
    Kind,
    RuleContent,
    Subject,
)
from qs.sentences import label

SUBJECTS = tuple(subject for subject in Subject if subject is not Subject.MEASURE)
FIRST = Condition(Subject.SCORE, Comparison.AT_LEAST, 85.0, at_bound=True, quarters=1, min_n=100)


def builder(page: Page, rule: RuleDetail | None, measures: tuple[str, ...], words: Words) -> Simulation | None:
    """A new rule, or the next version of one: rules at the left, what they would have done at the right.

    Returns what the draft would have done; None while it cannot be evaluated.
    """
    left, right = st.columns([1.15, 1.2], gap="medium")
    with left, st.container(border=True, gap="small"):
        section(_("The rule"), _("read from top to bottom it is one sentence"))
        content = drawn_content(rule, measures, words)
        read_aloud(rule_sentence(content, words))
        save_rule(page, rule, content)
    with right, st.container(gap="small"):
        try:
            check_content(content, measures)
        except InvalidInput as error:
            show_error(error)
            return None
        with reading() as session:
            found = simulation(session, content, actor=page.actor, now=page.now)
        simulated_card(found, content.kind, words)
        note(_("Nothing is stored by trying. Veto items are left aside here; they bar a reward when it is proposed."))
    return found


def drawn_content(rule: RuleDetail | None, measures: tuple[str, ...], words: Words) -> RuleContent:
    """The rule as the widgets stand now."""
    begun = rule.newest.content if rule is not None else RuleContent(Consequence.PRAISE, (FIRST,))
    conditions = conditions_drawn(begun.conditions, measures, words)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(bold(_("Then")), width=44)
        kind = st.selectbox(
            _("Kind"),
            list(Kind),
            index=list(Kind).index(begun.kind),
            format_func=label,
            label_visibility="collapsed",
            width=110,
            key="rule_kind",
        )
        ladder = LADDERS[kind]
        consequence = st.selectbox(
            _("Outcome"),
            ladder,
            index=ladder.index(begun.consequence) if begun.consequence in ladder else 0,
            format_func=label,
            label_visibility="collapsed",
            key=f"rule_consequence_{kind.value}",
        )
    if kind is Kind.REWARD:
        note(
            _(
                "Unless a veto item stands against the service in that quarter: falsified data, retaliation, a leaked "
                "reporter, or a safety accident."
            )
        )
    return RuleContent(consequence, conditions)


def conditions_drawn(begun: tuple[Condition, ...], measures: tuple[str, ...], words: Words) -> tuple[Condition, ...]:
    count = min(max(kept_id("rows") or len(begun), 1), MOST_CONDITIONS)
    drawn = [condition_drawn(row, begun[row] if row < len(begun) else FIRST, measures, words) for row in range(count)]
    with st.container(horizontal=True, gap="small"):
        if count < MOST_CONDITIONS and st.button(_("Add a condition"), icon=":material/add:", type="tertiary"):
            keep("rows", str(count + 1))
            st.rerun()
        if count > 1 and st.button(_("Remove the last condition"), icon=":material/remove:", type="tertiary"):
            keep("rows", str(count - 1))
            st.rerun()
    return tuple(drawn)


def condition_drawn(row: int, begun: Condition, measures: tuple[str, ...], words: Words) -> Condition:
    """One condition in two lines: what is compared with what, and how sure one must be of it."""
    options = [FigureKey(subject) for subject in SUBJECTS] + [FigureKey(Subject.MEASURE, code) for code in measures]
    hidden: dict[str, Any] = {"label_visibility": "collapsed"}  # Any: keywords of several widgets
    word, first, second, third, last = st.columns([0.52, 2.1, 1.15, 1, 0.62], vertical_alignment="center", gap="xsmall")
    word.markdown(bold(_("If")) if row == 0 else _("and"))
    key = first.selectbox(
        _("Figure"),
        options,
        index=options.index(begun.key) if begun.key in options else 0,
        format_func=lambda one: figure_name(one, words),
        key=f"condition_{row}_figure",
        **hidden,
    )
    comparison = second.selectbox(
        _("Comparison"),
        list(Comparison),
        index=list(Comparison).index(begun.comparison),
        format_func=label,
        key=f"condition_{row}_comparison",
        **hidden,
    )
    scale = 100.0 if is_percentage(key, words) else 1.0
    typed = third.number_input(
        _("Value"),
        value=round(begun.threshold * scale, 6) if key == begun.key else 0.0,
        step=1.0,
        format="%g",
        key=f"condition_{row}_value_{key.subject.value}_{key.measure}",
        **hidden,
    )
    last.markdown(unit_of(key, words))
    _indent, first, second, third = st.columns([0.52, 1.8, 1.5, 1.5], vertical_alignment="bottom", gap="xsmall")
    at_bound = first.toggle(
        _("whole interval"),
        value=begun.at_bound,
        key=f"condition_{row}_bound",
        help=_("The end of the 95 % interval that speaks against the condition must meet it too."),
    )
    quarters = second.number_input(
        _("Quarters in a row"), 1, MOST_QUARTERS, value=begun.quarters, key=f"condition_{row}_quarters"
    )
    min_n = third.number_input(_("Least cases"), 0, 1_000_000, value=begun.min_n, step=10, key=f"condition_{row}_n")
    return Condition(
        key.subject, comparison, typed / scale, key.measure, at_bound=at_bound, quarters=quarters, min_n=min_n
    )


def bold(word: str) -> str:
    return f"**{word}**"


def is_percentage(key: FigureKey, words: Words) -> bool:
    known = words.get(key.measure)
    return key.subject in SHARES or (known is not None and known.is_share)


def unit_of(key: FigureKey, words: Words) -> str:
    if is_percentage(key, words):
        return "%"
    if key.subject is Subject.SCORE:
        return _("points")
    known = words.get(key.measure)
    return pick(known.unit, known.unit_en) if known is not None else ""


def save_rule(page: Page, rule: RuleDetail | None, content: RuleContent) -> None:
    """Keep what is drawn as a draft: a new rule with its names, or the next version."""
    with st.form("rule_save", border=False):
        if rule is None:
            name = st.text_input(_("Name of the rule"), key="rule_name", max_chars=120)
            name_en = st.text_input(_("Name of the rule in English"), key="rule_name_en", max_chars=120)
        reason = st.text_area(_("Why this rule, and why these values?"), key="rule_reason", max_chars=2000, height=80)
        note(_("A draft proposes nothing. Somebody else must adopt it."))
        pressed = st.form_submit_button(_("Save as a draft"), type="primary", icon=":material/save:", key="rule_save")
    if not pressed:
        return
    with saving(page, done=_("The draft is saved.")) as session:
        by = {"reason": reason, "actor": page.actor, "now": page.now}
        if rule is None:
            rule_id = rulebook.write_rule(session, content, name=name, name_en=name_en or None, **by)
            keep("rule", str(rule_id))
        else:
            rulebook.write_version(session, rule.rule_id, content, version=rule.version, **by)
        keep("do", None)
        keep("rows", None)
