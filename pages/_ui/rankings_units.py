"""The units of a comparison: the funnel, each then and now, and quarter by quarter, with the same figures in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages._ui.choices import view
from pages._ui.figures import NOTHING, counts_text, is_fraction, number_format, value_text
from pages._ui.page import Page
from pages._ui.rankings_lists import colours
from pages._ui.tables import offer_download, rows
from pages._ui.widgets import note, section
from qs.i18n import gettext as _
from qs.i18n import number, pick
from qs.periods import quarter_days, quarter_name
from qs.rankings.disparities import Disparities
from qs.rankings.disparity_charts import FUNNEL_COLUMNS, HEAT_COLUMNS, STRONG, dumbbell_chart, funnel_chart, heat_chart
from qs.rankings.spread import CHANCE, ENOUGH_CASES, USUAL, Change, changed
from qs.rankings.terms import Apart
from qs.sentences import label
from qs.sheets import safe_csv
from qs.standards.terms import Aggregation, Direction
from qs.stats.overdispersion import LEVELS

ROWS_PER_PAGE = 20
MOST_NAMED = 6  # in the funnel; pointing and the table name all
QUARTER, YEAR = "quarter", "year"
CHANGE_RAW = ("change", "change_lower", "change_upper", "cases", "verdict_text")
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
    """Better values first (higher ones where neither is), by name where equal; those without a figure last. No ranks: most cannot be told apart."""
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


def pair_cards(page: Page, shown: Disparities) -> None:
    """The same units side by side: then and now, and quarter by quarter; long lists by the page."""
    found = ordered(worded(shown, shown.wanted.name), shown)
    pages = (len(found) + ROWS_PER_PAGE - 1) // ROWS_PER_PAGE
    if st.session_state.get("units_page", 1) > pages:
        st.session_state["units_page"] = pages
    cards, current = st.container(), 1
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            current = st.pagination(pages, key="units_page", bind="query-params")
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
