"""Whether it helped: the figures before the order and after it, as they were kept, with the test made of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from pages._ui import figures
from pages._ui.page import Page, reading
from pages._ui.standards.cards import as_series, in_force
from pages._ui.widgets import note, section
from qs import chart_style
from qs.actor import Permission
from qs.i18n import day, moment, ngettext, number, pick
from qs.i18n import gettext as _
from qs.observations.spans import Span
from qs.periods import Grain, local_day
from qs.rectifications import charts
from qs.rectifications.details import Recheck, RectificationDetail
from qs.rectifications.effects import LEAST_CASES, LEAST_DAYS, is_within
from qs.rectifications.figures import Comparison
from qs.rectifications.terms import Effect
from qs.sentences import label
from qs.settings import settings
from qs.standards.queries import indicator_detail
from qs.standards.terms import Aggregation

EFFECT_COLOURS = {Effect.BETTER: "blue", Effect.WORSE: "orange"}
SIDE_OF = {Effect.BETTER: "better", Effect.WORSE: "worse"}
SMALLEST_P = 0.001


def comparison(detail: RectificationDetail, found: Comparison, page: Page, *, key: str, acted_at: datetime) -> None:
    """The figure before the order and after something was done, day by day, with what may be said of them."""
    series = series_of(detail, page)
    if series is None:
        return
    with st.container(border=True, gap="small"):
        words = _("{indicator}: before the order, and since {day}")
        note(words.format(indicator=pick(series.name, series.name_en), day=day(local_day(found.after.since, zone()))))
        left, right = st.columns(2, gap="small")
        for place, told, span in ((left, _("Before"), found.before), (right, _("Since"), found.after)):
            with place:
                value = "—" if span.value is None else figures.value_text(series, span.value, with_unit=True)
                st.metric(_("{words} · {days}").format(words=told, days=span_words(span)), value)
                counts = (
                    figures.counts_text(series, span.n, span.numerator, span.denominator) if span.n else _("no data")
                )
                note(counts)
        if len(found.days) > 1:
            chart(detail, found, series, key=key, acted_at=acted_at)
        st.badge(label(found.effect), color=EFFECT_COLOURS.get(found.effect, "gray"))
        for sentence in verdict_words(found, series):
            note(sentence)


def chart(
    detail: RectificationDetail, found: Comparison, series: SimpleNamespace, *, key: str, acted_at: datetime
) -> None:
    after = SIDE_OF.get(found.effect, "alike")
    sides = [("before", found.before, found.contrast.before_lower, found.contrast.before_upper)]
    if found.after.value is not None:
        sides.append((after, found.after, found.contrast.after_lower, found.contrast.after_upper))
    marks = pd.DataFrame(
        [(naive(detail.row["ordered_at"]), _("Ordered")), (naive(acted_at), _("Done"))],
        columns=list(charts.MARK_COLUMNS),
    )
    st.altair_chart(
        charts.before_after_chart(
            day_frame(found, series, after),
            pd.DataFrame([side_row(series, *side) for side in sides], columns=list(charts.SIDE_COLUMNS)),
            marks,
            colours=chart_style.palette(dark=st.context.theme.type == "dark"),
            number_format=figures.number_format(series),
            day_format=figures.day_format(Grain.DAY),
        ),
        theme=None,
        width="stretch",
        key=key,
    )


def day_frame(found: Comparison, series: SimpleNamespace, after: str) -> pd.DataFrame:
    rows = []
    for one in found.days:
        side = "before" if is_within(one, found.before) else after if is_within(one, found.after) else "between"
        value_text = "—" if one.value is None else figures.value_text(series, one.value, with_unit=True)
        counts = figures.counts_text(series, one.n, one.numerator, one.denominator)
        on = local_day(one.since, zone())
        rows.append((pd.Timestamp(on) + timedelta(hours=12), day(on), one.value, value_text, counts, side))
    return pd.DataFrame(rows, columns=list(charts.DAY_COLUMNS))


def side_row(
    series: SimpleNamespace, side: str, span: Span, lower: float | None, upper: float | None
) -> tuple[object, ...]:
    value_text = "—" if span.value is None else figures.value_text(series, span.value, with_unit=True)
    words = value_text
    if lower is not None and upper is not None:
        words = _("{value} (95 % interval {lower} to {upper})").format(
            value=value_text, lower=figures.value_text(series, lower), upper=figures.value_text(series, upper)
        )
    since, until = naive(span.since), naive(span.until)
    return since, until, since + (until - since) / 2, side, span.value, value_text, lower, upper, words


def verdict_words(found: Comparison, series: SimpleNamespace) -> list[str]:
    """The test in words: how large the difference is, how sure, and what was allowed for."""
    told = found.contrast
    is_by_days = series.aggregation == Aggregation.PERCENTILE
    if told.effect is Effect.TOO_FEW:
        words = _("At least {n} cases on each side are needed before a difference is spoken of.")
        by_days = _("At least {n} days with figures on each side are needed before a difference is spoken of.")
        return [(by_days if is_by_days else words).format(n=LEAST_DAYS if is_by_days else LEAST_CASES)]
    if told.difference is None or told.lower is None or told.upper is None or told.p is None:
        return []
    by_days = _("Mean of the days {difference} (95 % interval {lower} to {upper}; {chance})")
    words = _("Difference {difference} (95 % interval {lower} to {upper}; {chance})")
    chance = (
        _("p < {p}").format(p=number(SMALLEST_P, 3))
        if told.p < SMALLEST_P
        else _("p = {p}").format(p=number(told.p, 3))
    )
    facts = {name: signed(series, getattr(told, name)) for name in ("difference", "lower", "upper")}
    sentences = [(by_days if is_by_days else words).format(**facts, chance=chance)]
    if told.dispersion > 1:
        scatter = _(
            "Days scatter {factor} times as much as the cases alone would let them; the interval allows for it."
        )
        sentences.append(scatter.format(factor=number(told.dispersion, 1)))
    return sentences


def signed(series: SimpleNamespace, difference: float) -> str:
    """A difference with its sign and unit; of shares in percentage points."""
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    if figures.is_fraction(series):
        points = number(abs(difference) * 100, int(series.places))
        return _("{sign}{points} points").format(sign=sign, points=points)
    return sign + figures.value_text(series, abs(difference), with_unit=True)


def rechecked(detail: RectificationDetail, one: Recheck, page: Page, *, key: str) -> None:
    """What the figures some weeks after a closing said, and what followed from it."""
    with st.container(border=True, gap="small"):
        section(
            _("Looked at again"),
            _("closed on {closed} · figures of {checked}").format(
                closed=day(local_day(one.closed_at, zone())), checked=moment(one.checked_at)
            ),
        )
        st.badge(
            label(one.lasting),
            icon=":material/undo:" if one.lasting.reopens else ":material/task_alt:",
            color="orange" if one.lasting.reopens else "blue",
        )
        if one.lasting.reopens:
            note(_("Because of this the office's machine opened the order again, with a full time limit."))
        if one.target is not None and (series := series_of(detail, page)) is not None:
            note(_("Target then: {target}").format(target=figures.value_text(series, one.target, with_unit=True)))
        comparison(detail, one.figures, page, key=key, acted_at=one.closed_at)


def span_words(span: Span) -> str:
    days = (local_day(span.until, zone()) - local_day(span.since, zone())).days
    return ngettext("{n} day", "{n} days", days).format(n=number(days))


def series_of(detail: RectificationDetail, page: Page) -> SimpleNamespace | None:
    """The named indicator in the shape that figures are written from; None when there is none."""
    indicator_id = detail.row["indicator_id"]
    if indicator_id is None or not page.actor.has(Permission.STANDARDS_READ):
        return None
    with reading() as session:
        found = indicator_detail(session, int(indicator_id), actor=page.actor)
    edition = in_force(found.editions, local_day(detail.row["ordered_at"], settings().zone))
    return as_series(found.counting, edition.content)


def zone() -> ZoneInfo:
    return settings().zone


def naive(at: datetime) -> pd.Timestamp:
    """A moment on the clock of the office, as charts write it."""
    return pd.Timestamp(at).tz_convert(zone()).tz_localize(None)
