"""How charts look: one colour per meaning, for light and dark, and the dress every chart wears."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.i18n import Language

FONT = "'Source Sans', 'Noto Sans SC', 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"
LABEL_SIZE = 12


@dataclass(frozen=True)
class Palette:
    """Colours by what they mean, never by what they look like."""

    improvement: str
    concern: str
    common: str
    neutral: str
    ink: str
    quiet: str  # secondary text
    hair: str  # grid lines
    band: str  # between the limits
    faint: str  # axes
    interface: str  # targets and "now"
    background: str
    concern_text: str
    improvement_text: str


LIGHT = Palette(
    improvement="#0095d9",
    concern="#e46c0a",
    common="#8b96a2",
    neutral="#490092",
    ink="#1b2733",
    quiet="#586675",
    hair="#e0e6ed",
    band="#f1f4f7",
    faint="#c9d1d9",
    interface="#17466f",
    background="#ffffff",
    concern_text="#a04600",
    improvement_text="#00608c",
)
DARK = Palette(
    improvement="#2fb4f3",
    concern="#f28a3a",
    common="#76838f",
    neutral="#b48ae2",
    ink="#e4ebf2",
    quiet="#a9b6c3",
    hair="#2a3643",
    band="#18222d",
    faint="#3a4654",
    interface="#6db3ea",
    background="#0f161e",
    concern_text="#f8b681",
    improvement_text="#86d3f8",
)
CHINESE_DATES: dict[str, Any] = {  # Any: formats and lists of names
    "dateTime": "%Y年%m月%d日 %H:%M",
    "date": "%Y-%m-%d",
    "time": "%H:%M:%S",
    "periods": ["上午", "下午"],
    "days": ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
    "shortDays": ["日", "一", "二", "三", "四", "五", "六"],
    "months": [f"{month}月" for month in range(1, 13)],
    "shortMonths": [f"{month}月" for month in range(1, 13)],
}


def palette(*, dark: bool) -> Palette:
    return DARK if dark else LIGHT


def dressed(chart: ChartType, *, colours: Palette, language: Language) -> ChartType:
    """The chart with the fonts, colours and dates of the house."""
    locale = alt.Locale(time=alt.TimeLocale(**CHINESE_DATES)) if language is Language.ZH else alt.Undefined
    worn: ChartType = (
        chart.properties(padding={"left": 2, "right": 2, "top": 6, "bottom": 2})
        .configure(font=FONT, background="transparent", locale=locale)
        .configure_view(stroke=None)
        .configure_axis(
            labelFont=FONT,
            titleFont=FONT,
            labelFontSize=LABEL_SIZE,
            titleFontSize=LABEL_SIZE,
            labelColor=colours.quiet,
            titleColor=colours.quiet,
            titleFontWeight="normal",
            gridColor=colours.hair,
            domainColor=colours.faint,
            tickColor=colours.faint,
            labelPadding=6,
        )
        .configure_text(font=FONT, fontSize=LABEL_SIZE)
    )
    return worn


def require_columns(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Raise ValueError naming the columns a chart needs and does not find."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(f"the chart needs the columns {', '.join(missing)}")
