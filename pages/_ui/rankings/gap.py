"""Inequality over time: whether the gap between units closes, and how much of it lies between them and within them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pages._ui.figures import NOTHING, day_format
from pages._ui.page import Page
from pages._ui.rankings.lists import colours
from pages._ui.rankings.units import PLACES, figures_table
from pages._ui.widgets import note, plain, section
from qs.i18n import gettext as _
from qs.i18n import month, ngettext, number, percent
from qs.monitoring.rules import pattern_of
from qs.periods import Grain
from qs.rankings.disparities import Disparities
from qs.rankings.disparity_charts import GAP_COLUMNS, gap_chart, inequality_chart
from qs.rankings.spread import ENOUGH_IN_SPREAD, Gap
from qs.rankings.terms import Unit
from qs.sentences import label
from qs.stats.control_charts import PointType, Variation

THOUSANDTHS = 1000
KINDS = {PointType.IMPROVEMENT: "improvement", PointType.CONCERN: "concern"}
ENDS = {"value": "", "lower": "_lower", "upper": "_upper"}
DECIMALS = 2  # of an inequality in thousandths


def gap_card(page: Page, shown: Disparities) -> None:
    """The gap as a process chart, month by month, and what it says."""
    with st.container(border=True, gap="small"):
        title = st.container()
        if shown.gap is None or not np.isfinite(shown.gap.squares).any():
            with title:
                section(_("Is the gap closing?"))
            note(_("There is no complete month in which two units can be compared, or values lie below zero."))
            return
        frame = gap_rows(shown, shown.gap)
        with title:
            middle = float(frame["mean"].iloc[-1])
            known = np.isfinite(middle)
            section(_("Is the gap closing?"), _("mean {value}").format(value=share_text(middle)) if known else "")
        chart = gap_chart(
            frame[list(GAP_COLUMNS)],
            day_format=day_format(Grain.MONTH),
            colours=colours(),
        )
        st.altair_chart(chart, width="stretch", theme=None, key="gap")
        st.markdown(plain(meaning(shown.gap)))
        note(
            _(
                "How far units typically lie from their mean, as a share of it (coefficient of variation), without "
                "what sampling alone makes; judged on its square, from monthly figures as known today. Units with "
                "fewer than {n} cases in a month are left out."
            ).format(n=number(ENOUGH_IN_SPREAD))
        )
        if shown.gap.has_season:
            note(_("The time of year has been taken out."))
        headings = {
            "label": _("Month"),
            "value_text": _("Gap"),
            "limits_text": _("Limits"),
            "n_text": _("Units compared"),
            "verdict_text": _("Finding"),
        }
        raw = ("month", "value", "mean", "lower", "upper", "unit_count", "verdict_text")
        figures_table(page, frame.iloc[::-1], headings, raw=raw, key="gap")


def meaning(gap: Gap) -> str:
    """What the chart says, what to do about it, and how firm its limits are."""
    if gap.chart.variation is Variation.UNKNOWN:
        return _("Fewer than 7 complete months: too few to judge whether the gap changes.")
    if gap.chart.variation is Variation.COMMON_CAUSE and gap.is_chance:
        return _("No gap beyond chance: what lies between units is what sampling alone makes.")
    words = {
        Variation.CONCERN_HIGH: _("The gap has widened: find out who moved away, and why."),
        Variation.IMPROVEMENT_LOW: _("The gap has narrowed: find out what helped those who caught up, and share it."),
    }
    usual = _("At present only common-cause variation: the gap stays as it is until something is done about it.")
    text = words.get(gap.chart.variation, usual)
    if gap.chart.trial_limits:
        return _("{finding} Trial limits: fewer than 12 months.").format(finding=text)
    return text


def gap_rows(shown: Disparities, gap: Gap) -> pd.DataFrame:
    """The months with everything the chart says in words; limits and values as shares of the mean."""
    chart = gap.chart
    lines = {name: Gap.shown(getattr(chart, name)) for name in ("mean", "lower", "upper")}
    values = Gap.shown(gap.squares)
    newest = int(np.flatnonzero(np.isfinite(values))[-1])
    texts = [share_text(value) for value in values]
    sides = chart.side * ~chart.weak
    return pd.DataFrame(
        {
            "month": [day.isoformat()[:7] for day in shown.months],
            "starts_at": pd.to_datetime(pd.Series(shown.months)),
            "label": [month(day) for day in shown.months],
            "value": values,
            **lines,
            "value_text": texts,
            "limits_text": [
                between_text(share_text(low), share_text(high)) if np.isfinite(high) else NOTHING
                for low, high in zip(lines["lower"], lines["upper"], strict=True)
            ],
            "unit_count": gap.unit_count,
            "n_text": [number(int(units)) for units in gap.unit_count],
            "verdict_text": [label(pattern_of(rule, side)) for rule, side in zip(chart.rule, sides, strict=True)],
            "kind": [KINDS.get(PointType(code), "common") for code in chart.point_type],
            "sign": [PLACES[int(side)] for side in sides],
            "end_label": [text if place == newest else None for place, text in enumerate(texts)],
        }
    )


def between_text(low: str, high: str) -> str:
    return _("{low} to {high}").format(low=low, high=high)


def share_text(value: float) -> str:
    return percent(value, 1) if np.isfinite(value) else NOTHING


def inequality_card(page: Page, shown: Disparities) -> None:
    """Theil's measure between and within units, quarter by quarter."""
    with st.container(border=True, gap="small"):
        section(_("Between and within"))
        found = shown.inequality
        if found is None or found["between"].isna().all():
            note(
                _("Inequality cannot be reckoned: fewer than two services have enough cases, or values lie below zero.")
            )
            return
        frame = inequality_rows(shown, found)
        st.altair_chart(
            inequality_chart(frame, quarters=shown.quarters, colours=colours()),
            width="stretch",
            theme=None,
            key="inequality",
        )
        parts = [
            _(
                "Theil's T in thousandths: between units, and between the services inside each; 0 is equal. Sampling "
                "noise removed, 95 % bootstrap intervals; services count for their cases."
            )
        ]
        left_out = int(found["left_out"].iloc[-1])
        if left_out:
            words = ngettext(
                "{n} service with fewer than {limit} cases is left out.",
                "{n} services with fewer than {limit} cases are left out.",
                left_out,
            )
            parts.append(words.format(n=number(left_out), limit=number(ENOUGH_IN_SPREAD)))
        note(" ".join(parts))
        headings = {
            "period": _("Quarter"),
            "part_text": _("Part"),
            "value_text": _("Value"),
            "interval_text": _("95 % interval"),
            "n_text": _("Services"),
        }
        raw = ("period", "part", "value", "lower", "upper", "service_count", "left_out")
        figures_table(page, frame, headings, raw=raw, key="inequality")


def inequality_rows(shown: Disparities, found: pd.DataFrame) -> pd.DataFrame:
    """One row per quarter and part, in thousandths, with its words."""
    names = {"between": between_name(shown.wanted.unit), "within": within_name(shown.wanted.unit)}
    parts = []
    for part, name in names.items():
        values = {end: found[f"{part}{tail}"] * THOUSANDTHS for end, tail in ENDS.items()}
        parts.append(
            pd.DataFrame(
                {
                    "period": found["period"],
                    "part": part,
                    "part_text": name,
                    **values,
                    "value_text": [thousandths(value) for value in values["value"]],
                    "interval_text": [
                        NOTHING if pd.isna(low) else between_text(thousandths(low), thousandths(high))
                        for low, high in zip(values["lower"], values["upper"], strict=True)
                    ],
                    "service_count": found["service_count"],
                    "left_out": found["left_out"],
                    "n_text": [number(count) for count in found["service_count"]],
                    "end_label": [name if place == len(found) - 1 else None for place in range(len(found))],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def thousandths(value: float) -> str:
    return NOTHING if pd.isna(value) else number(value, DECIMALS)


def between_name(unit: Unit) -> str:
    return {
        Unit.AREA: _("between areas"),
        Unit.PROVIDER: _("between providers"),
        Unit.DEPARTMENT: _("between departments"),
    }[unit]


def within_name(unit: Unit) -> str:
    return {
        Unit.AREA: _("within areas"),
        Unit.PROVIDER: _("within providers"),
        Unit.DEPARTMENT: _("within departments"),
    }[unit]
