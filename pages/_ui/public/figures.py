"""Published figures in words and pictures: each with its n, its interval and what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose

import pandas as pd
import streamlit as st

from pages._ui.due import day_by
from pages._ui.figures import day_text
from pages._ui.public.cached import counts_spec, dots_spec
from pages._ui.public.layout import card, strong
from pages._ui.public.style import is_dark
from pages._ui.widgets import definition, note, plain
from qs.i18n import gettext as _
from qs.i18n import language, number, percent, pick
from qs.publication import public_charts as charts
from qs.publication.terms import (
    Change,
    PublicCount,
    PublicRate,
    PublicService,
    PublishedFigures,
    ReleaseInfo,
    ReportDue,
)
from qs.sentences import label

STATES = {
    Change.IMPROVED: charts.IMPROVING,
    Change.STEADY: charts.STEADY,
    Change.WORSE: charts.CONCERN,
    Change.UNKNOWN: charts.UNCOMPARED,
}
SIGNS = {
    Change.IMPROVED: ":blue[▲]",
    Change.STEADY: ":gray[●]",
    Change.WORSE: ":orange[▼]",
    Change.UNKNOWN: ":gray[◆]",
}
DELTA_COLOURS = {Change.IMPROVED: "blue", Change.WORSE: "orange"}
HIDDEN = "—"


def rate_name(rate: PublicRate) -> str:
    return pick(rate.name, rate.name_en)


def share_text(rate: PublicRate) -> str:
    """The rate as people read it; a dash where it is not shown."""
    return HIDDEN if rate.share is None else percent(rate.share)


def n_text(rate: PublicRate) -> str:
    """The number behind a rate with what was counted, or why it is not shown."""
    if rate.n is None:
        return _("too few to publish") if rate.is_hidden else _("no data")
    unit = pick(rate.unit_of_n, rate.unit_of_n_en)
    words = _("n = {n} {unit}").format(n=number(rate.n), unit=unit) if unit else _("n = {n}").format(n=number(rate.n))
    return " · ".join([words, _("too few to publish")]) if rate.is_hidden else words


def points_text(rate: PublicRate) -> str | None:
    """The difference to the quarter before in percentage points; None when there is nothing to compare."""
    if rate.share is None or rate.previous is None:
        return None
    return f"{round((rate.share - rate.previous) * 100, 1) + 0.0:+.1f}"


def change_text(rate: PublicRate) -> str:
    return _("points · {change}").format(change=label(rate.change).lower())


def rate_cards(rates: Sequence[PublicRate], *, key: str) -> None:
    """Large figures in a row, two by two on a phone: value, difference to the quarter before, n."""
    with st.container(key=f"kpis_{key}", horizontal=True, gap="small"):
        for i, rate in enumerate(rates):
            with st.container(key=f"kpi_{key}{i}", gap="xxsmall", width="stretch", height="stretch"):
                points = points_text(rate)
                st.metric(
                    plain(rate_name(rate)),
                    share_text(rate),
                    points,
                    delta_color=DELTA_COLOURS.get(rate.change, "gray"),  # type: ignore[arg-type]  # one of its words
                    delta_description=change_text(rate) if points else None,
                    delta_arrow="off" if points and isclose(float(points), 0.0) else "auto",
                    width="stretch",
                )
                st.caption(plain(n_text(rate)))


def dots_frame(rates: Sequence[PublicRate]) -> pd.DataFrame:
    """The shown rates, best first: charts.DOT_COLUMNS."""
    shown = sorted((rate for rate in rates if rate.share is not None), key=lambda rate: -(rate.share or 0.0))
    rows = [
        (
            rate_name(rate),
            rate.share,
            rate.share if rate.lower is None else rate.lower,
            rate.share if rate.upper is None else rate.upper,
            rate.n or 0,
            STATES[rate.change],
            share_text(rate),
            number(rate.n or 0),
            label(rate.change),
        )
        for rate in shown
    ]
    return pd.DataFrame(rows, columns=list(charts.DOT_COLUMNS))


def dots(rates: Sequence[PublicRate], city: PublicRate | None, *, key: str) -> None:
    """Sectors or districts on one scale, in a card; those with too few ratings are named below."""
    frame = dots_frame(rates)
    with card(key, gap="xsmall"):
        st.markdown(legend(rates))
        if len(frame):
            spec = dots_spec(
                frame,
                language(),
                centre=city.share if city else None,
                centre_text=_("whole city {share}").format(share=share_text(city)) if city else "",
                dark=is_dark(),
                is_wall=False,
            )
            st.vega_lite_chart(spec, theme=None, width="stretch", key=f"dots_{key}")
        hidden = [rate_name(rate) for rate in rates if rate.share is None]
        if hidden:
            st.caption(plain(_("Too few ratings to publish: {names}").format(names=", ".join(hidden))))


def legend(rates: Sequence[PublicRate]) -> str:
    """What the marks mean, as Markdown; a legend inside the chart would be cut on a phone."""
    uncompared = any(rate.change is Change.UNKNOWN and rate.share is not None for rate in rates)
    shown = [change for change in SIGNS if change is not Change.UNKNOWN or uncompared]
    return "　".join(f"{SIGNS[change]} {plain(label(change))}" for change in shown)


def counts(rows: Sequence[PublicCount], *, fills: Sequence[str], key: str) -> None:
    """One bar for each count, with its share; hidden ones are named below."""
    shown = [(row, fill) for row, fill in zip(rows, fills, strict=True) if row.count is not None]
    hidden = [pick(row.name, row.name_en) for row in rows if row.count is None]
    with card(key):
        if shown:
            frame = pd.DataFrame(
                [(pick(row.name, row.name_en), row.count, count_text(row)) for row, _fill in shown],
                columns=list(charts.COUNT_COLUMNS),
            )
            spec = counts_spec(frame, language(), fills=tuple(fill for _row, fill in shown), dark=is_dark())
            st.vega_lite_chart(spec, theme=None, width="stretch", key=f"counts_{key}")
        if hidden:
            st.caption(
                plain(
                    _("Not shown, because small numbers could point to persons: {names}").format(
                        names=", ".join(hidden)
                    )
                )
            )


def count_text(row: PublicCount) -> str:
    if row.share is None:
        return number(row.count or 0)
    return _("{n} · {share}").format(n=number(row.count or 0), share=percent(row.share, 0))


def levels(rows: Sequence[PublicCount], *, key: str) -> None:
    counts(rows, fills=(charts.LEVELS_DARK if is_dark() else charts.LEVELS_LIGHT)[: len(rows)], key=key)


def outcomes(rows: Sequence[PublicCount], *, key: str) -> None:
    """What became of closed requests: solved ones in the strongest colour, the others alike."""
    rows = [row for row in rows if row.count != 0]
    strong = (charts.LEVELS_DARK if is_dark() else charts.LEVELS_LIGHT)[0]
    pale = charts.OUTCOME_DARK if is_dark() else charts.OUTCOME_LIGHT
    counts(rows, fills=[strong if i == 0 else pale for i in range(len(rows))], key=key)


def period_text(release: ReleaseInfo) -> str:
    """Which quarter the figures are of: Q3 2026."""
    year, quarter = release.name[:4], release.name[-1]
    text = _("Quarter {quarter} of {year}").format(quarter=quarter, year=year)
    return _("{period}, revision {n}").format(period=text, n=release.revision - 1) if release.revision > 1 else text


def age_text(found: PublishedFigures) -> str:
    """Which quarter, published when, and when the next one comes."""
    if found.release is None:
        return ""
    parts = [period_text(found.release), _("published on {day}").format(day=day_text(found.release.published_at))]
    if found.next_due is not None:
        parts.append(_("next by {day}").format(day=report_day(found.next_due)))
    return " · ".join(parts)


def report_day(due: ReportDue) -> str:
    return day_by(due.on, is_provisional=due.is_provisional)


def nothing_published(found: PublishedFigures) -> None:
    """What will stand here, before the first release."""
    with card("nothing"):
        strong(_("No quarter has been published yet"))
        coming = _("Satisfaction, requests handled in time and what was put right will stand here, each with its n.")
        st.markdown(plain(coming))
        if found.next_due is not None:
            note(_("The first report is due by {day}.").format(day=report_day(found.next_due)))


def definitions(rates: Sequence[PublicRate], *, key: str) -> None:
    """One pop-up for each rate: what it means, what was divided by what, and how sure it is."""
    with st.container(key=f"definitions_{key}", horizontal=True, gap="small"):
        for rate in rates:
            facts = [(_("Meaning"), pick(rate.definition, rate.definition_en))]
            if rate.numerator is not None and rate.n is not None:
                counted = _("{numerator} / {denominator}").format(
                    numerator=number(rate.numerator), denominator=number(rate.n)
                )
                facts.append((_("Counted"), counted))
            if rate.lower is not None and rate.upper is not None:
                between = _("{low} to {high}").format(low=percent(rate.lower), high=percent(rate.upper))
                facts.append((_("95 % interval (Wilson)"), between))
            if rate.previous is not None:
                facts.append((_("Quarter before"), percent(rate.previous)))
            definition(rate_name(rate), facts)


def activities(rows: Sequence[PublicCount]) -> None:
    """What the office did in the quarter, in numbers."""
    with st.container(key="kpis_activities", horizontal=True, gap="small"):
        for i, row in enumerate(rows):
            with st.container(key=f"kpi_activity{i}", gap="xxsmall", width="stretch"):
                st.metric(plain(pick(row.name, row.name_en)), HIDDEN if row.count is None else number(row.count))


def service_table(found: PublishedFigures) -> None:
    """All services with what is published of each; missing is shown as missing."""
    sectors = {rate.code: rate_name(rate) for rate in found.sectors}
    districts = {rate.code: rate_name(rate) for rate in found.districts}
    rows = [
        {
            "service": pick(service.name, service.name_en),
            "sector": sectors.get(service.sector, ""),
            "district": districts.get(service.area, ""),
            "satisfaction": None if service.satisfaction.share is None else service.satisfaction.share * 100,
            "n": service.satisfaction.n,
            "score": service.score,
            "interval": interval_text(service),
        }
        for service in sorted(found.services, key=lambda one: pick(one.name, one.name_en))
    ]
    frame = pd.DataFrame(
        rows, columns=["service", "sector", "district", "satisfaction", "n", "score", "interval"]
    ).astype({"satisfaction": "float64", "n": "Int64", "score": "float64"})
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=420,
        column_config={
            "service": st.column_config.TextColumn(_("Service"), width="medium"),
            "sector": st.column_config.TextColumn(_("Sector")),
            "district": st.column_config.TextColumn(_("District")),
            "satisfaction": st.column_config.NumberColumn(_("Satisfaction"), format="%.1f%%"),
            "n": st.column_config.NumberColumn(_("n (ratings)"), format="localized"),
            "score": st.column_config.NumberColumn(_("Score"), format="%.1f"),
            "interval": st.column_config.TextColumn(_("95 % interval")),
        },
        key="services_table",
    )


def interval_text(service: PublicService) -> str:
    if service.lower is None or service.upper is None:
        return HIDDEN
    return _("{low} to {high}").format(low=number(service.lower, 1), high=number(service.upper, 1))
