"""Figures in words: values with their unit, counts behind them, periods, and what a chart says of a process."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from qs.i18n import Language, day, language, moment, month, number, percent, pick
from qs.i18n import gettext as _
from qs.monitoring.terms import Pattern, Standing
from qs.periods import Grain, from_microseconds, local_day
from qs.sentences import label
from qs.settings import settings
from qs.standards.terms import Aggregation, Direction
from qs.stats.control_charts import Assurance

Series = Any  # Any: one row of Board.series, whose columns are named there
NOTHING = "—"


def is_fraction(series: Series) -> bool:
    """True when the value is a share from 0 to 1, shown as a percentage."""
    return series.aggregation == Aggregation.SHARE or (series.aggregation == Aggregation.MEAN and series.unit == "%")


def value_text(series: Series, value: float, *, with_unit: bool = False, finer: bool = False) -> str:
    """A value as people read it; a dash where there is none. `finer`: with one more decimal."""
    if pd.isna(value):
        return NOTHING
    places = int(series.places) + finer
    if is_fraction(series):
        return percent(value, places)
    text = number(value, places)
    unit = pick(series.unit, series.unit_en)
    return _("{value} {unit}").format(value=text, unit=unit) if with_unit and unit else text


def number_format(series: Series) -> str:
    """The same for the axis of a chart (d3)."""
    return f",.{int(series.places)}{'%' if is_fraction(series) else 'f'}"


def day_format(grain: Grain) -> str:
    """Period starts on the axis of a chart (d3), as the language writes them."""
    if language() is Language.ZH:
        return "%Y年%-m月" if grain is Grain.MONTH else "%-m月%-d日"
    return "%b %Y" if grain is Grain.MONTH else "%-d %b"


def counts_text(series: Series, n: float, numerator: float, denominator: float) -> str:
    """The counts behind a value: numerator and denominator of a share or rate, else how many there were."""
    if pd.isna(n):
        return _("no data")
    if series.aggregation in (Aggregation.SHARE, Aggregation.RATE):
        return _("{numerator} / {denominator}").format(numerator=number(numerator), denominator=number(denominator))
    return _("n = {n}").format(n=number(n))


def indicator_name(series: Series) -> str:
    return pick(series.indicator, series.indicator_en)


def service_name(series: Series) -> str:
    return pick(series.service, series.service_en)


def full_name(series: Series) -> str:
    return _("{indicator} · {service}").format(indicator=indicator_name(series), service=service_name(series))


def tile_label(series: Series) -> str:
    """Indicator, unit when it is not a percentage, and whose figure it is."""
    name, unit = indicator_name(series), pick(series.unit, series.unit_en)
    if unit and unit != "%":
        name = _("{indicator} ({unit})").format(indicator=name, unit=unit)
    return _("{indicator} · {service}").format(indicator=name, service=service_name(series))


def period_text(starts_at: datetime, grain: Grain) -> str:
    first = local_day(starts_at, settings().zone)
    if grain is Grain.MONTH:
        return month(first)
    return _("week from {day}").format(day=day(first)) if grain is Grain.WEEK else day(first)


def shown_period(series: Series) -> str:
    """Which period the value on a tile belongs to."""
    text = period_text(from_microseconds(int(series.shown_starts_at)), series.grain)
    return _("{period}, still running").format(period=text) if series.is_running else text


def finding(series: Series) -> str:
    """What changed, in a few words."""
    if series.standing is Standing.SILENT:
        return label(Standing.SILENT)
    return label(series.pattern)


def target_text(series: Series) -> str:
    """The target with its sense: at least, at most, or within."""
    if pd.isna(series.target):
        return _("no target")
    low = value_text(series, series.target, with_unit=True)
    if series.direction == Direction.BAND:
        high = value_text(series, series.target_high, with_unit=True)
        return _("{low} to {high}").format(low=low, high=high)
    sign = _("≥ {value}") if series.direction == Direction.UP else _("≤ {value}")
    return sign.format(value=low)


def variation_advice(series: Series) -> str:
    """What the latest point means, and what to do about it."""
    if series.standing is Standing.CONCERN:
        return _("Something has changed for the worse: {pattern}. Find out what happened before asking for effort.")
    if series.standing is Standing.IMPROVEMENT:
        return _("Something good has happened: {pattern}. Find out what it was, and share it.")
    if series.standing is Standing.CHANGED:
        return _("The process has changed: {pattern}. Find out why; neither way is better by itself.")
    if series.standing is Standing.SILENT:
        return _("No figures are coming. Nothing can be said about this service until they do: chase the feed.")
    if series.standing is Standing.TOO_SHORT:
        return _("There are fewer than 7 complete periods with enough cases, too few to tell change from noise.")
    return _("Only common-cause variation: no single point needs an explanation. To improve, change the process.")


def assurance(series: Series) -> Assurance:
    """What can be said of the target today: nothing while the data are silent."""
    return Assurance.NONE if series.standing is Standing.SILENT else series.assurance


def assurance_advice(series: Series) -> str:
    """What the limits promise about the target; empty without one."""
    words = {
        Assurance.FAILS: _("As it stands, the process cannot reach the target of {target} without redesign."),
        Assurance.PASSES: _("As it stands, the process reliably meets the target of {target}."),
        Assurance.INCONSISTENT: _("As it stands, the target of {target} is met in some periods only, by chance."),
        Assurance.NONE: "",
    }
    return words[assurance(series)].format(target=target_text(series))


def advice(series: Series) -> str:
    return variation_advice(series).format(pattern=label(Pattern(series.pattern)))


def moment_text(microseconds: int) -> str:
    """A moment as stored, as people read it."""
    return moment(from_microseconds(int(microseconds)))


def day_text(at: datetime) -> str:
    return day(local_day(at, settings().zone))
