"""The parts of the Live screen: filters, tiles, what changed, the process chart, the next step, the events behind."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import numpy as np
import streamlit as st

from pages._ui import figures
from pages._ui.cached import Pickers
from pages._ui.choices import asked, choice, keep, one_of, view
from pages._ui.run import Page
from pages._ui.widgets import note, plain, section
from qs.actor import Permission
from qs.i18n import age, clock, language, ngettext, number, pick
from qs.i18n import gettext as _
from qs.monitoring.queries import Board
from qs.monitoring.terms import Filters, Level, Standing
from qs.periods import Grain, from_microseconds
from qs.sentences import label
from qs.settings import settings
from qs.standards.terms import Aggregation
from qs.stats.control_charts import Assurance

TILES = 8
CHANGES = 5
EVENTS_LISTED = 200
FALSE_ALARM_SHARE = 0.018  # of steady series whose latest point a rule marks by chance: 20,000 simulated, 36 points
COLOURS = {
    Standing.CONCERN: "orange",
    Standing.SILENT: "gray",
    Standing.IMPROVEMENT: "blue",
    Standing.CHANGED: "violet",
    Standing.STEADY: "gray",
    Standing.TOO_SHORT: "gray",
}
QUEUES = {
    "all": (),
    "concern": (Standing.CONCERN, Standing.CHANGED),
    "improvement": (Standing.IMPROVEMENT,),
    "silent": (Standing.SILENT,),
}
ASSURANCE_ICONS = {
    Assurance.PASSES: ("check_circle", "blue"),
    Assurance.FAILS: ("block", "orange"),
    Assurance.INCONSISTENT: ("shuffle", "gray"),
}
GRAINS = (Grain.DAY, Grain.WEEK, Grain.MONTH)
Series = Any  # Any: one row of Board.series


def chosen_filters(pickers: Pickers) -> Filters:
    """The filters as they stand in the address; shown by `filter_bar`."""
    chosen = {f"{key}_id": known.get(asked(key) or "") for key, known in pickers.ids.items()}
    grain, level = asked("grain"), asked("level")
    return Filters(
        grain=Grain(grain) if grain in GRAINS else Grain.WEEK,
        level=Level(level) if level in set(Level) else Level.SERVICE,
        **chosen,
    )


def filter_bar(page: Page, pickers: Pickers, counts: dict[Standing, int]) -> str:
    """Queues on the left, filters on the right, all kept in the address by code. Returns the chosen queue."""
    words = {
        "all": _("Most urgent first"),
        "concern": _("Concern {n}").format(n=counts[Standing.CONCERN] + counts[Standing.CHANGED]),
        "improvement": _("Improved {n}").format(n=counts[Standing.IMPROVEMENT]),
        "silent": _("Silent {n}").format(n=counts[Standing.SILENT]),
    }
    sectors, areas, providers = (pickers.words[key] for key in ("sector", "area", "provider"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        queue = view(_("Show"), words, key="queue")
        st.space("stretch")
        one_of(_("Period"), {grain.value: label(grain) for grain in GRAINS}, key="grain", usual=Grain.WEEK, width=120)
        everything = ngettext("{n} sector", "All {n} sectors", len(sectors)).format(n=len(sectors))
        choice(everything, sectors, key="sector")
        everywhere = ngettext("{n} area", "All {n} areas", len(areas)).format(n=len(areas))
        choice(everywhere, areas, key="area", width=150)
        with st.popover("", icon=":material/tune:", help=_("More filters")):
            choice(_("All providers"), providers, key="provider", width=300)
            choice(_("All services"), pickers.words["service"], key="service", width=300)
            choice(_("All indicators"), pickers.words["indicator"], key="indicator", width=300)
            if page.actor.has_everywhere(Permission.LIVE_READ):
                one_of(
                    _("Figures of"), {level.value: label(level) for level in Level}, key="level", usual=Level.SERVICE
                )
    return queue


def headline(shown: Board) -> str:
    """The finding of the whole screen in one sentence."""
    counts = shown.counts()
    concerns, silent = counts[Standing.CONCERN], counts[Standing.SILENT]
    if not len(shown):
        return _("No figures yet")
    first = figures.indicator_name(shown.rows[0])
    if concerns and silent:
        text = ngettext(
            "{concerns} got worse, {silent} without data; first: {first}",
            "{concerns} got worse, {silent} without data; first: {first}",
            concerns,
        )
        return text.format(concerns=concerns, silent=silent, first=first)
    if concerns:
        text = ngettext("{concerns} got worse: {first}", "{concerns} got worse; first: {first}", concerns)
        return text.format(concerns=concerns, first=first)
    if silent:
        return ngettext("Nothing got worse, {n} without data", "Nothing got worse, {n} without data", silent).format(
            n=silent
        )
    return _("Nothing got worse")


def facts(shown: Board, page: Page) -> str:
    """Scope, refresh, time, and how old the newest figure is."""
    services = shown.series["service_id"].nunique() if len(shown) else 0
    counted = ngettext("{n} service", "{n} services", services).format(n=number(services))
    refreshed = _("refreshed every {n} s").format(n=number(settings().live_refresh_seconds))
    parts = [counted, refreshed, clock(page.now, seconds=True)]
    if len(shown):
        newest = from_microseconds(int(shown.series["last_happened_at"].max()))
        parts.append(_("newest figure {age} old").format(age=age(page.now - newest)))
    return " · ".join(parts)


def queue_rows(shown: Board, queue: str) -> list[int]:
    """The rows of the board that belong to a queue, most urgent first."""
    wanted = QUEUES[queue]
    return [row for row, series in enumerate(shown.rows) if not wanted or series.standing in wanted]


def tiles(shown: Board, rows: list[int]) -> None:
    """The most urgent series as tiles, eight at a time."""
    pages = max((len(rows) + TILES - 1) // TILES, 1)
    if st.session_state.get("tiles", 1) > pages:
        st.session_state["tiles"] = pages
    place = st.container()
    number_shown = st.pagination(pages, key="tiles", bind="query-params", max_visible_pages=5) if pages > 1 else 1
    with place, st.grid(4, gap=12, min_column_width=150):
        for row in rows[(number_shown - 1) * TILES : number_shown * TILES]:
            tile(shown, row)


def tile(shown: Board, row: int) -> None:
    """One series: what it is, whose it is, its value, how it stands, and its past."""
    series = shown.rows[row]
    silent = series.standing is Standing.SILENT
    moved = np.append(shown.values[row][1:-1], shown.values[row][-1] if series.is_running else np.nan)
    with st.container(border=True, gap=None, height="stretch"):
        name = plain(figures.indicator_name(series))
        st.markdown(f":small[**{name}**]", help=tile_help(series), wrap=False)
        st.markdown(f":small[:gray[{plain(tile_owner(series))}]]", wrap=False)
        st.markdown(tile_target(series), wrap=False)
        st.metric(
            name,
            None if silent else figures.value_text(series, series.value),
            silence_text(series, shown.now) if silent else label(series.standing),
            delta_color=COLOURS[series.standing],
            delta_arrow=arrow(series),
            delta_description=None if silent else tile_counts(series),
            chart_data=moved if not np.isnan(moved).all() else None,
            label_visibility="collapsed",
        )


def tile_target(series: Series) -> str:
    """The target, behind the icon that says whether the process can be relied on to meet it."""
    icon, colour = ASSURANCE_ICONS.get(figures.assurance(series), ("flag", "gray"))
    return f":small[:{colour}[:material/{icon}:] :gray[{plain(figures.target_text(series))}]]"


def tile_owner(series: Series) -> str:
    """Whose figure it is, and its unit when that is not a percentage."""
    unit, service = pick(series.unit, series.unit_en), figures.service_name(series)
    return service if unit in ("", "%") else _("{service} · {unit}").format(service=service, unit=unit)


def tile_counts(series: Series) -> str:
    """The counts behind the value; a plain count stands for itself, so its period is named."""
    if series.aggregation == Aggregation.COUNT:
        return figures.shown_period(series)
    return figures.counts_text(series, series.n, series.numerator_sum, series.denominator_sum)


def tile_help(series: Series) -> str:
    """What the figure is: period, counts, target, definition."""
    lines = [
        _("Period: {period}").format(period=figures.shown_period(series)),
        _("Target: {target}").format(target=figures.target_text(series)),
        *([label(assured)] if (assured := figures.assurance(series)) in ASSURANCE_ICONS else []),
        pick(series.definition, series.definition_en),
    ]
    return "\n\n".join(plain(line) for line in lines)


def arrow(series: Series) -> str:
    if series.standing in (Standing.STEADY, Standing.TOO_SHORT, Standing.SILENT):
        return "off"
    return "up" if str(series.variation).endswith("high") else "down"


def silence_text(series: Series, now: datetime) -> str:
    gap = now - from_microseconds(int(series.last_happened_at))
    return _("silent {age}").format(age=age(gap))


def changed_rows(shown: Board, rows: list[int]) -> list[int]:
    return [row for row in rows if shown.rows[row].standing is not Standing.STEADY][:CHANGES]


def changes(shown: Board, rows: list[int], selected: int | None) -> None:
    """What changed, most urgent first; the arrow opens the chart."""
    listed = changed_rows(shown, rows)
    steady = shown.counts()[Standing.STEADY]
    section(_("What changed"), _("most urgent first"))
    if not listed:
        note(_("Nothing: every figure here shows only common-cause variation."))
    with st.container(gap="small"):
        for row in listed:
            change(shown, row, is_shown=row == selected)
    expected = steady * FALSE_ALARM_SHARE
    if steady:
        text = _("{n} others are steady. By chance alone, about {k} of so many steady figures would look changed.")
        note(text.format(n=number(steady), k=number(expected, 1)))


def change(shown: Board, row: int, *, is_shown: bool) -> None:
    series = shown.rows[row]
    icon = "sensors_off" if series.standing is Standing.SILENT else f"trending_{arrow(series)}"
    name, indicator = plain(figures.service_name(series)), plain(figures.indicator_name(series))
    told = silence_text(series, shown.now) if series.standing is Standing.SILENT else figures.finding(series)
    sign, words, button = st.columns([0.6, 7, 1], gap="xsmall", vertical_alignment="center")
    with sign:
        st.markdown(f":{COLOURS[series.standing]}[:material/{icon}:]")
    with words:
        st.markdown(f"**{name}**  \n:small[:gray[{plain(told)} · {indicator}]]", wrap=False)
    with button:
        st.button(
            "",
            icon=":material/visibility:" if is_shown else ":material/chevron_right:",
            type="tertiary",
            key=f"open_{series_key(series)}",
            help=_("Open the chart"),
            on_click=keep,
            args=("series", series_key(series)),
        )


def series_key(series: Series) -> str:
    return f"{series.code}|{series.indicator_code}"


def selected_row(shown: Board, rows: list[int]) -> int | None:
    """The series named in the address, or the most urgent one of the queue."""
    wanted = st.query_params.get("series")
    usual = rows[0] if rows else None
    return next((row for row, series in enumerate(shown.rows) if series_key(series) == wanted), usual)


def what_is_shown(shown: Board) -> str:
    """A mark of everything on the screen below its heading: while it stays the same, nothing need be drawn again."""
    rows = queue_rows(shown, asked("queue") or "all")
    first = (st.session_state.get("tiles", 1) - 1) * TILES
    visible = {*rows[first : first + TILES], *changed_rows(shown, rows), selected_row(shown, rows)} - {None}
    told = hashlib.blake2b(repr((len(rows), shown.counts(), language())).encode(), digest_size=16)
    for row in sorted(visible):
        series = shown.rows[row]
        silence = silence_text(series, shown.now) if series.standing is Standing.SILENT else ""
        told.update(repr((row, series_key(series), series.standing, series.pattern, silence)).encode())
        for matrix in (shown.starts, shown.n, shown.numerator, shown.denominator, shown.values):
            told.update(matrix[row].tobytes())
    return told.hexdigest()
