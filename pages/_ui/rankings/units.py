"""The units of a comparison in words and in the funnel, and the table and file under every chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages._ui.figures import NOTHING, counts_text, is_fraction, number_format, value_text
from pages._ui.page import Page
from pages._ui.rankings.lists import colours
from pages._ui.tables import offer_download, rows
from pages._ui.widgets import note, section
from qs.i18n import gettext as _
from qs.i18n import number, pick
from qs.rankings.disparities import Disparities
from qs.rankings.disparity_charts import FUNNEL_COLUMNS, funnel_chart
from qs.rankings.spread import CHANCE, ENOUGH_CASES, USUAL
from qs.rankings.terms import Apart
from qs.sentences import label
from qs.sheets import safe_csv
from qs.standards.terms import Aggregation, Direction
from qs.stats.overdispersion import LEVELS

MOST_NAMED = 6  # in the funnel; pointing and the table name all
CSV = "text/csv"
SIGNS = {1: "▲", 0: "", -1: "▼"}
PLACES = {1: "above", 0: "inside", -1: "below"}
KIND_COLOURS = {"improvement": "blue", "concern": "orange", "neutral": "violet", "common": "gray", "few": "gray"}
DIFFERENT = (Apart.BEYOND_CHANCE, Apart.BEYOND_USUAL)
RAW = ("period", "unit", "label", "numerator", "denominator", "cases", "value", "lower", "upper", "verdict_text")
Row = Any  # Any: a named tuple with the columns of a frame


def names_of(shown: Disparities) -> dict[str, str]:
    """Unit -> its name in the language of the run; names that occur twice get their code."""
    words = [pick(name, english) for name, english in zip(shown.units["name"], shown.units["name_en"], strict=True)]
    doubled = pd.Series(words).duplicated(keep=False)
    return {
        code: _("{name} ({code})").format(name=name, code=code) if twice else name
        for code, name, twice in zip(shown.units["unit"], words, doubled, strict=True)
    }


def kind_of(apart: Apart, side: int, direction: Direction) -> str:
    """The colour of a unit that differs: towards the better side, away from it, or neither."""
    if apart is Apart.MISSING:
        return "missing"
    if apart is Apart.TOO_FEW:
        return "few"
    if apart is Apart.INSIDE:
        return "common"
    if direction is Direction.BAND:
        return "neutral"
    return "improvement" if (side > 0) == (direction is Direction.UP) else "concern"


def worded(shown: Disparities, quarter: str) -> pd.DataFrame:
    """The units of a quarter with everything the charts say of them in words, in the order of `shown.units`."""
    found, names = shown.of_quarter(quarter), names_of(shown)
    direction = Direction(shown.indicator.direction)
    listed: list[Row] = list(found.itertuples(index=False))
    return found.assign(
        label=[names[row.unit] for row in listed],
        value_text=[value_text(shown.indicator, row.value, with_unit=True) for row in listed],
        interval_text=[interval_text(shown, row.lower, row.upper) for row in listed],
        n_text=[case_text(shown, row) for row in listed],
        verdict_text=[verdict_text(row.apart, row.side) for row in listed],
        kind=[kind_of(row.apart, row.side, direction) for row in listed],
        sign=[PLACES[row.side] for row in listed],
    )


def interval_text(shown: Disparities, lower: float, upper: float) -> str:
    if pd.isna(lower) or pd.isna(upper):
        return NOTHING
    return _("{low} to {high}").format(low=value_text(shown.indicator, lower), high=value_text(shown.indicator, upper))


def case_text(shown: Disparities, row: Row) -> str:
    return counts_text(shown.indicator, row.cases, row.numerator, row.denominator)


def verdict_text(apart: Apart, side: int) -> str:
    if apart not in DIFFERENT:
        return label(apart)
    return _("{sign} {finding}").format(sign=SIGNS[side], finding=label(apart))


def funnel_card(page: Page, shown: Disparities) -> None:
    """Every unit's value against its number of cases, and which lie outside."""
    found = worded(shown, shown.wanted.name)
    drawn = found[found["value"].notna()]
    with st.container(border=True, gap="small"):
        section(_("Who differs beyond chance"), unit_text(shown))
        if drawn.empty:
            note(_("There is no figure in this quarter."))
            return
        named = named_units(drawn, shown.verdict.centre)
        marked = drawn.assign(mark_label=drawn["label"].where(drawn["unit"].isin(named), None))
        chart = funnel_chart(
            marked[list(FUNNEL_COLUMNS)],
            limit_lines(shown),
            centre=shown.verdict.centre,
            number_format=number_format(shown.indicator),
            cases_title=cases_title(shown),
            colours=colours(),
        )
        st.altair_chart(chart, width="stretch", theme=None, key="funnel")
        legend(found)
        note(limits_text(shown))
        missing = int(found["value"].isna().sum())
        if missing:
            note(_("Without a figure in this quarter: {n}").format(n=number(missing)))
        headings = {
            "label": _("Name"),
            "value_text": _("Value"),
            "interval_text": _("95 % interval"),
            "n_text": _("Cases (n)"),
            "verdict_text": _("Finding"),
        }
        figures_table(page, ordered(found, shown), headings, raw=RAW, key="funnel")


def unit_text(shown: Disparities) -> str:
    """What the values are counted in, where they are no shares."""
    unit = pick(shown.indicator.unit, shown.indicator.unit_en)
    return "" if is_fraction(shown.indicator) or not unit else _("in {unit}").format(unit=unit)


def named_units(drawn: pd.DataFrame, centre: float) -> list[str]:
    """The units whose names stand in the funnel: of those that differ the furthest out, as many as can be read."""
    apart = drawn[drawn["apart"].isin(list(DIFFERENT))]
    far = (apart["value"] - centre).abs() * np.sqrt(apart["cases"].astype("float64"))
    furthest = apart.assign(usual=apart["apart"] == Apart.BEYOND_USUAL, far=far)
    return furthest.sort_values(["usual", "far"], ascending=False)["unit"].head(MOST_NAMED).to_list()


def cases_title(shown: Disparities) -> str:
    if shown.indicator.aggregation in (Aggregation.SHARE, Aggregation.RATE):
        return pick(shown.indicator.denominator, shown.indicator.denominator_en)
    return _("Cases (n)")


def limit_lines(shown: Disparities) -> pd.DataFrame:
    """The limits with how each line is drawn, and its name at its right end."""
    lines = shown.limits
    names = {CHANCE: _("chance alone"), USUAL: _("what is usual")}
    outer = lines["level"] == LEVELS[-1]
    ends = lines[outer & (lines.groupby(["kind", "level"])["cases"].transform("max") == lines["cases"])]
    apart = {end: float(ends[end].max() - ends[end].min()) for end in ("upper", "lower")}
    clearer = max(apart, key=apart.__getitem__)  # where the two names do not stand on each other
    return lines.assign(
        line=lines["kind"] + " " + lines["level"].astype(str),
        dash=np.where(lines["level"] == LEVELS[0], "dashed", "solid"),
        end_at=lines[clearer] if len(lines) else np.nan,
        end_label=lines["kind"].map(names).where(lines.index.isin(ends.index), None),
    )


def legend(found: pd.DataFrame) -> None:
    """How many differ which way, in words beside the colours."""
    words = {
        "improvement": _("better than all together {n}"),
        "concern": _("worse than all together {n}"),
        "neutral": _("different from all together {n}"),
        "common": _("no difference beyond chance {n}"),
        "few": _("too few cases to tell {n}"),
    }
    counts = found["kind"].value_counts().to_dict()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for kind, text in words.items():
            if counts.get(kind):
                st.badge(text.format(n=number(counts[kind])), color=KIND_COLOURS[kind])


def limits_text(shown: Disparities) -> str:
    """What the lines of the funnel are, and what phi and tau squared say."""
    found = shown.verdict
    parts = [
        _(
            "Line across: all cases together. Grey limits: what chance alone allows, 95 % dashed and "
            "99.8 % solid. Named and coloured where a difference stands although many are compared: of those at most "
            "5 % by chance. Under {n} cases nobody is judged."
        ).format(n=number(ENOUGH_CASES))
    ]
    if found.is_overdispersed:
        parts.append(
            _(
                "Units differ by more than chance (φ = {phi}, τ² = {tau2}); the blue limits allow for what is usual "
                "among them."
            ).format(phi=number(found.phi, 1), tau2=f"{found.tau2:.2g}")
        )
    elif found.judged > 1:
        parts.append(
            _("Taken together, units differ by no more than chance (φ = {phi}).").format(phi=number(found.phi, 1))
        )
    return " ".join(parts)


def ordered(found: pd.DataFrame, shown: Disparities) -> pd.DataFrame:
    """Better values first, or higher ones where neither is better; those without a figure last. No ranks: most cannot
    be told apart.
    """
    rising = Direction(shown.indicator.direction) is Direction.DOWN
    return found.sort_values(["value", "label"], ascending=[rising, True], na_position="last", kind="stable")


def figures_table(
    page: Page, frame: pd.DataFrame, headings: Mapping[str, str], *, raw: Sequence[str], key: str
) -> None:
    """The figures of a chart as a table, and with all their digits as a file."""
    with st.expander(_("The same figures as a table")):
        rows(frame, headings, key=f"{key}_table", is_selectable=False)
        name = f"disparities-{key}.csv"
        offer_download(
            page, _("The figures (CSV)"), name, lambda: safe_csv(frame[list(raw)]), CSV, key=f"download_{key}"
        )
