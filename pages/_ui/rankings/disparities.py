"""The Disparities view of Rankings: who differs beyond chance, what changed, and whether the gap closes."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages._ui.cached import shown_disparities
from pages._ui.choices import choice, one_of, view, words_by_code
from pages._ui.figures import target_text
from pages._ui.page import Page, reading
from pages._ui.rankings import gap, units
from pages._ui.rankings.pairs import pair_cards
from pages._ui.rankings.shown import chosen_period, quarter_text
from pages._ui.widgets import definition, empty_state, head, note
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.i18n import ngettext, number, pick
from qs.periods import quarter_name
from qs.rankings.disparities import Disparities, Wanted, comparable
from qs.rankings.terms import OFFICE_MEASURES, Unit
from qs.sentences import label
from qs.standards.terms import Aggregation
from qs.stats.control_charts import Variation


def room(page: Page, periods: dict[str, str], top: DeltaGenerator, bar: DeltaGenerator) -> None:
    """The whole view: its choices in the bar, the finding at the top, then units, then the gap over time."""
    with bar:
        unit = Unit(view(_("Between whom"), {one.value: label(one) for one in Unit}, key="unit"))
        st.space("stretch")
        name = chosen_period(periods)
        with reading() as session:
            pairs = comparable(session, name, actor=page.actor, now=page.now)
        sector = choice(_("Every sector"), words_by_code(pairs, code="sector_code", name="sector"), key="sector")
    what = st.container(horizontal=True, vertical_alignment="center", gap="small")
    with what:
        wanted = None if pairs.empty else wanted_of(pairs, name, unit, sector)
    shown = None
    if wanted is not None:
        with reading() as session:
            shown = shown_disparities(session, pairs, wanted, page)
    with top:
        title, facts = finding(shown, page)
        head(title, facts)
    if shown is None:
        empty_state(
            _("Nothing to compare here yet"),
            _("Differences appear once several services in your responsibility send the same indicator."),
            icon="compare_arrows",
        )
        return
    with what:
        cautions(shown)
    left, right = st.columns([1.55, 1], gap="medium")
    with left:
        units.funnel_card(page, shown)
    with right:
        gap.gap_card(page, shown)
        gap.inequality_card(page, shown)
    pair_cards(page, shown)


def wanted_of(pairs: pd.DataFrame, name: str, unit: Unit, sector: str | None) -> Wanted:
    """The indicator chosen among those that several services have sent; unless chosen, the services' own one that most
    of them send, before those of the office's records, which rest on few cases.
    """
    offered = pairs if sector is None else pairs[pairs["sector_code"] == sector]
    counts = offered.groupby("indicator_code")["service_id"].size()
    several = counts[counts > 1] if (counts > 1).any() else counts
    words = words_by_code(
        offered[offered["indicator_code"].isin(several.index)], code="indicator_code", name="indicator"
    )
    own = several[~several.index.isin(list(OFFICE_MEASURES))]
    usual = (several if own.empty else own).sort_index().sort_values(ascending=False, kind="stable").index[0]
    code = one_of(_("Indicator"), words, key="indicator", usual=str(usual), width=340)
    return Wanted(name, code, unit, sector)


def units_noun(unit: Unit) -> str:
    return {Unit.AREA: _("areas"), Unit.PROVIDER: _("providers"), Unit.DEPARTMENT: _("departments")}[unit]


def finding(shown: Disparities | None, page: Page) -> tuple[str, str]:
    """The finding as a title: who differs, and whether the gap moves; and the facts behind it."""
    if shown is None:
        return _("Nothing to compare yet"), ""
    title = _("{difference}; {gap}").format(difference=difference_sentence(shown), gap=gap_sentence(shown))
    return title, " · ".join(facts(shown, page))


def difference_sentence(shown: Disparities) -> str:
    found, units = shown.verdict, units_noun(shown.wanted.unit)
    if found.judged < 2:
        return _("Too few cases to compare {units}").format(units=units)
    numbers = {
        "k": number(found.beyond_chance),
        "n": number(found.judged),
        "m": number(found.beyond_usual),
        "units": units,
    }
    if not found.beyond_chance:
        return _("None of {n} {units} differs beyond chance").format(**numbers)
    if found.beyond_usual:
        words = ngettext(
            "{k} of {n} {units} differs beyond chance, {m} of them more than usual",
            "{k} of {n} {units} differ beyond chance, {m} of them more than usual",
            found.beyond_chance,
        )
    elif found.is_overdispersed:
        words = ngettext(
            "{k} of {n} {units} differs beyond chance, none more than usual",
            "{k} of {n} {units} differ beyond chance, none more than usual",
            found.beyond_chance,
        )
    else:
        words = ngettext(
            "{k} of {n} {units} differs beyond chance",
            "{k} of {n} {units} differ beyond chance",
            found.beyond_chance,
        )
    return words.format(**numbers)


def gap_sentence(shown: Disparities) -> str:
    variation = Variation.UNKNOWN if shown.gap is None else shown.gap.chart.variation
    if variation is Variation.UNKNOWN:
        return _("it is too early to tell whether the gap changes")
    if shown.gap is not None and variation is Variation.COMMON_CAUSE and shown.gap.is_chance:
        return _("there is no gap beyond chance")
    words = {
        Variation.CONCERN_HIGH: _("the gap has widened"),
        Variation.IMPROVEMENT_LOW: _("the gap has narrowed"),
    }
    unchanged = _("the gap has not changed since {quarter}").format(quarter=quarter_name(shown.months[0]))
    return words.get(variation, unchanged)


def facts(shown: Disparities, page: Page) -> list[str]:
    found = shown.verdict
    parts = [quarter_text(shown.wanted.name)]
    if shown.is_frozen:
        parts.append(_("frozen figures"))
    else:
        parts.append(_("as counted today, not official") if shown.is_over else _("still running, not official"))
    parts.append(pick(shown.indicator.indicator, shown.indicator.indicator_en))
    if found.judged > 1:
        parts.append(
            _("outside the 95 % limits: {outside}, by chance alone {expected} would be").format(
                outside=number(found.outside), expected=number(found.by_chance, 1)
            )
        )
    if not page.actor.has_everywhere(Permission.RANKINGS_READ):
        words = ngettext(
            "only the {n} service in your responsibility",
            "only the {n} services in your responsibility",
            shown.service_count,
        )
        parts.append(words.format(n=number(shown.service_count)))
    return parts


def cautions(shown: Disparities) -> None:
    """What the figure is, and what has to be known before it is compared."""
    definition(_("How it is counted"), definition_facts(shown))
    if shown.sector_count > 1:
        note(
            _("{n} sectors together: units that run other services differ for that too. Choose a sector.").format(
                n=number(shown.sector_count)
            )
        )


def definition_facts(shown: Disparities) -> list[tuple[str, str]]:
    of = shown.indicator
    found = [
        (_("Indicator"), pick(of.indicator, of.indicator_en)),
        (_("Definition"), pick(of.definition, of.definition_en)),
        (_("Numerator"), pick(of.numerator, of.numerator_en)),
        (_("Denominator"), pick(of.denominator, of.denominator_en)),
        (_("Target"), target_text(of)),
        (_("Source"), pick(of.source, of.source_en)),
        (_("Put together"), putting_together(Aggregation(of.aggregation))),
    ]
    return [(name, text) for name, text in found if text]


def putting_together(aggregation: Aggregation) -> str:
    """How the figures of services become that of a unit."""
    if aggregation in (Aggregation.SHARE, Aggregation.RATE):
        return _("All cases of a unit's services together.")
    return _("The mean of a unit's services, each counting for as many cases as it had.")
