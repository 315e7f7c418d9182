"""The units of a comparison side by side: each then and now with its change, and all of them quarter by quarter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages._ui.choices import page_choice, view
from pages._ui.figures import NOTHING, is_fraction, number_format, value_text
from pages._ui.page import Page
from pages._ui.rankings.lists import colours
from pages._ui.rankings.units import PLACES, RAW, SIGNS, figures_table, kind_of, ordered, worded
from pages._ui.widgets import note, section
from qs.i18n import gettext as _
from qs.i18n import number
from qs.periods import quarter_days, quarter_name
from qs.rankings.disparities import Disparities
from qs.rankings.disparity_charts import HEAT_COLUMNS, STRONG, dumbbell_chart, heat_chart
from qs.rankings.spread import Change, changed
from qs.rankings.terms import Apart
from qs.standards.terms import Direction

ROWS_PER_PAGE = 20
QUARTER, YEAR = "quarter", "year"
CHANGE_RAW = ("change", "change_lower", "change_upper", "cases", "verdict_text")
Row = Any  # Any: a named tuple with the columns of a frame


def pair_cards(page: Page, shown: Disparities) -> None:
    """The same units side by side: then and now, and quarter by quarter; long lists by the page."""
    found = ordered(worded(shown, shown.wanted.name), shown)
    pages = (len(found) + ROWS_PER_PAGE - 1) // ROWS_PER_PAGE
    if st.session_state.get("units_page", 1) > pages:
        st.session_state["units_page"] = pages
    cards, current = st.container(), 1
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            current = page_choice(pages, key="units_page")
            words = _("{n} in all, better values first")
            if Direction(shown.indicator.direction) is Direction.BAND:
                words = _("{n} in all, higher values first")
            note(words.format(n=number(len(found))))
    part = found.iloc[(current - 1) * ROWS_PER_PAGE : current * ROWS_PER_PAGE]
    with cards:
        left, right = st.columns(2, gap="medium")
        with left:
            dumbbell_card(page, shown, found, part)
        with right:
            heat_card(page, shown, found, part)


def earlier_quarter(shown: Disparities, against: str) -> str:
    """The name of the quarter before the one shown, or of the same quarter a year before."""
    year, number_of_it = shown.wanted.name.split("Q")
    if against == YEAR:
        return f"{int(year) - 1}Q{number_of_it}"
    return quarter_name(quarter_days(shown.wanted.name)[0] - timedelta(days=1))


def dumbbell_card(page: Page, shown: Disparities, found: pd.DataFrame, part: pd.DataFrame) -> None:
    """Each unit now and before, both with their intervals."""
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            section(_("Then and now"))
            st.space("stretch")
            words = {QUARTER: _("a quarter before"), YEAR: _("a year before")}
            against = view(_("Compared with"), words, key="against")
        before = earlier_quarter(shown, against)
        if before not in shown.quarters:
            note(_("There are no figures of {quarter} to compare with.").format(quarter=before))
            return
        pairs = pair_rows(shown, found, before)
        chosen = pairs[pairs["unit"].isin(part["unit"])]
        chart = dumbbell_chart(chosen, number_format=number_format(shown.indicator), colours=colours())
        st.altair_chart(chart, width="stretch", theme=None, key="dumbbell")
        told = _(
            "Filled on its thick bar: {now}; hollow on its thin line: {before}; bars are 95 % intervals. Coloured "
            "where the change stands although many are compared."
        ).format(now=shown.wanted.name, before=before)
        if is_fraction(shown.indicator):
            told = _("{text} Changes are in percentage points.").format(text=told)
        note(told)
        headings = {
            "label": _("Name"),
            "now_text": shown.wanted.name,
            "before_text": before,
            "change_text": _("Changed by"),
            "around_text": _("95 % interval"),
            "n_text": _("Cases (n)"),
            "verdict_text": _("Finding"),
        }
        raw = ("unit", "label", "now", "now_lower", "now_upper", "before", "before_lower", "before_upper", *CHANGE_RAW)
        figures_table(page, pairs, headings, raw=raw, key="then-and-now")


def pair_rows(shown: Disparities, found: pd.DataFrame, before: str) -> pd.DataFrame:
    """The units with their figures of both quarters, in the order of `found`, and the change in words."""
    now = shown.of_quarter(shown.wanted.name).set_index("unit").loc[list(found["unit"])].reset_index()
    then = shown.of_quarter(before).set_index("unit").loc[list(found["unit"])].reset_index()
    change = changed(now, then)
    return pd.DataFrame(
        {
            "unit": found["unit"].to_list(),
            "label": found["label"].to_list(),
            **{f"now{end}": now[f"value{end}" if not end else end[1:]].to_list() for end in ("", "_lower", "_upper")},
            **{
                f"before{end}": then[f"value{end}" if not end else end[1:]].to_list()
                for end in ("", "_lower", "_upper")
            },
            "now_text": [value_text(shown.indicator, value) for value in now["value"]],
            "before_text": [value_text(shown.indicator, value) for value in then["value"]],
            "cases": now["cases"].to_list(),
            "n_text": [count_text(cases) for cases in now["cases"]],
            **change_words(shown, change),
        }
    )


def count_text(cases: float) -> str:
    return NOTHING if pd.isna(cases) else number(cases)


def change_words(shown: Disparities, change: Change) -> dict[str, list[Any]]:  # Any: figures and texts
    """The change of each unit, its interval, whether it stands, and the sign and colour of that."""
    direction = Direction(shown.indicator.direction)
    sides = [int(np.sign(by)) if stands else 0 for by, stands in zip(change.by, change.stands, strict=True)]
    aparts = [Apart.BEYOND_CHANCE if stands else Apart.INSIDE for stands in change.stands]
    return {
        "change": change.by.tolist(),
        "change_lower": change.around.lower.tolist(),
        "change_upper": change.around.upper.tolist(),
        "change_text": [
            signed_text(shown, by) + (f" {SIGNS[side]}" if side else "")
            for by, side in zip(change.by, sides, strict=True)
        ],
        "around_text": [
            NOTHING
            if np.isnan(low)
            else _("{low} to {high}").format(low=signed_text(shown, low), high=signed_text(shown, high))
            for low, high in zip(change.around.lower, change.around.upper, strict=True)
        ],
        "verdict_text": [change_verdict(by, side) for by, side in zip(change.by, sides, strict=True)],
        "kind": [kind_of(apart, side, direction) for apart, side in zip(aparts, sides, strict=True)],
        "sign": [PLACES[side] for side in sides],
    }


def signed_text(shown: Disparities, value: float) -> str:
    """A difference with its sign, in percentage points where the figure is a share."""
    if pd.isna(value):
        return NOTHING
    places = int(shown.indicator.places)
    rounded = round(value * (100 if is_fraction(shown.indicator) else 1), places)
    text = number(abs(rounded), places)
    return text if rounded == 0 else f"{'+' if rounded > 0 else '−'}{text}"


def change_verdict(by: float, side: int) -> str:
    if np.isnan(by):
        return _("cannot be compared")
    if side > 0:
        return _("has risen beyond chance")
    return _("has fallen beyond chance") if side < 0 else _("no change beyond chance")


def heat_card(page: Page, shown: Disparities, found: pd.DataFrame, part: pd.DataFrame) -> None:
    """The same units quarter by quarter, each against all units of that quarter."""
    with st.container(border=True, gap="small"):
        section(_("Quarter by quarter"))
        order = {unit: place for place, unit in enumerate(found["unit"])}
        cells = pd.concat([worded(shown, quarter).assign(quarter=quarter) for quarter in shown.quarters])
        cells = cells.sort_values("unit", key=lambda codes: codes.map(order), kind="stable")
        cells = cells.assign(
            cell_text=[cell_text(shown, row) for row in cells.itertuples(index=False)],
            kind=[
                f"{kind}{STRONG}" if apart is Apart.BEYOND_USUAL else kind
                for kind, apart in zip(cells["kind"], cells["apart"], strict=True)
            ],
        )
        chart = heat_chart(
            cells[cells["unit"].isin(part["unit"])][list(HEAT_COLUMNS)], quarters=shown.quarters, colours=colours()
        )
        st.altair_chart(chart, width="stretch", theme=None, key="heat")
        unofficial = [quarter for quarter in shown.quarters if quarter not in shown.frozen]
        parts = [
            _(
                "▲ above, ▼ below all units of the quarter, beyond chance; strong colour: more than is usual. Dashed: "
                "too few cases to judge; —: no figure."
            )
        ]
        if unofficial:
            parts.append(_("Not frozen, counted as known today: {quarters}.").format(quarters=", ".join(unofficial)))
        note(" ".join(parts))
        headings = {
            "label": _("Name"),
            "quarter": _("Quarter"),
            "value_text": _("Value"),
            "interval_text": _("95 % interval"),
            "n_text": _("Cases (n)"),
            "verdict_text": _("Finding"),
        }
        figures_table(page, cells.assign(period=cells["quarter"]), headings, raw=RAW, key="quarters")


def cell_text(shown: Disparities, row: Row) -> str:
    """What stands in a cell: the value with its sign, the number of cases where it is too small, or a dash."""
    if row.apart is Apart.MISSING:
        return NOTHING
    if row.apart is Apart.TOO_FEW:
        return _("n = {n}").format(n=number(row.cases))
    return f"{value_text(shown.indicator, row.value)} {SIGNS[row.side]}".strip()
