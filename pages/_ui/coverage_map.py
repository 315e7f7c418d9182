"""The map of blind spots: services by instruments, in words and colours, and one service with what to do about it."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st
from altair.typing import ChartType

from pages._ui.page import Page
from pages._ui.widgets import note, plain, section
from qs import chart_style
from qs.chart_style import Palette, dressed, require_columns
from qs.coverage import EXPECTED_DAYS, Coverage
from qs.i18n import day, language, ngettext, number, percent, pick
from qs.i18n import gettext as _
from qs.monitoring.terms import Instrument, Sight
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

ROW_PIXELS = 26
COLUMNS = ("service", "instrument", "words", "sight", "sight_words")
ROOMS = {  # where an instrument is brought to bear
    Instrument.EVENTS: "feeds",
    Instrument.RATINGS: "participation",
    Instrument.REQUESTS: "complaints",
    Instrument.INSPECTION: "inspections",
    Instrument.EVALUATION: "evaluations",
    Instrument.THIRD_PARTY: "evaluations",
    Instrument.PUBLICATION: "publication",
}


def finding(found: Coverage) -> tuple[str, str]:
    """The title of the page and the facts below it."""
    blind = int((found.services["blind_count"] > 0).sum()) if len(found.services) else 0
    total = len(found.services)
    facts = ngettext("{n} running service, seven instruments", "{n} running services, seven instruments", total)
    if not blind:
        return _("Every service is seen by every instrument in time"), facts.format(n=number(total))
    title = ngettext("{n} service has a blind spot", "{n} services have a blind spot", blind).format(n=number(blind))
    return title, facts.format(n=number(total))


def instrument_shares(found: Coverage) -> None:
    """How much of the services each instrument sees in time, and how often it should."""
    for column, instrument in zip(st.columns(len(Instrument)), Instrument, strict=True):
        share = found.share_seen(instrument)
        days = EXPECTED_DAYS[instrument]
        with column, st.container(border=True, gap=None, height="stretch"):
            st.metric(label(instrument), "—" if share is None else percent(share, 0))
            note(ngettext("every {n} day", "every {n} days", days).format(n=days))


def coverage_chart(frame: pd.DataFrame, *, colours: Palette) -> ChartType:
    """Services down, instruments across; each cell says how long ago. `frame`: COLUMNS, one row per cell, in order.

    Raises ValueError for a missing column.
    """
    require_columns(frame, COLUMNS)
    base = alt.Chart(frame)
    fills = {
        Sight.FRESH: colours.band,
        Sight.DUE: colours.hair,
        Sight.OVERDUE: colours.concern,
        Sight.NEVER: colours.neutral,
    }
    across = alt.X(
        "instrument:N",
        sort=list(dict.fromkeys(frame["instrument"])),
        axis=alt.Axis(title=None, orient="top", labelAngle=0, labelLimit=120, domain=False, ticks=False),
    )
    up = alt.Y(
        "service:N",
        sort=list(dict.fromkeys(frame["service"])),
        axis=alt.Axis(title=None, labelLimit=260, domain=False, ticks=False),
    )
    tooltip = [
        alt.Tooltip("service:N", title=_("Service")),
        alt.Tooltip("instrument:N", title=_("Instrument")),
        alt.Tooltip("words:N", title=_("Last seen")),
        alt.Tooltip("sight_words:N", title=_("State")),
    ]
    colour = alt.Color(
        "sight:N",
        scale=alt.Scale(domain=[member.value for member in fills], range=list(fills.values())),
        legend=None,
    )
    cells = base.mark_rect(stroke=colours.background, strokeWidth=3, cornerRadius=4).encode(
        x=across, y=up, color=colour, tooltip=tooltip
    )
    words = base.mark_text(fontSize=11).encode(
        x=across,
        y=up,
        text="words:N",
        color=alt.when(alt.FieldOneOfPredicate(field="sight", oneOf=[Sight.OVERDUE.value, Sight.NEVER.value]))
        .then(alt.value(colours.background))
        .otherwise(alt.value(colours.ink)),
    )
    height = ROW_PIXELS * max(frame["service"].nunique(), 1)
    return dressed(alt.layer(cells, words).properties(height=height), colours=colours, language=language())


def coverage_map(found: Coverage, shown: pd.DataFrame) -> None:
    """The chart of the services shown."""
    names = {int(row.service_id): pick(row.name, row.name_en) for row in shown.itertuples()}
    cells = found.cells[found.cells["service_id"].isin(list(names))]
    order = {service_id: place for place, service_id in enumerate(names)}
    cells = cells.sort_values("service_id", key=lambda ids: ids.map(order), kind="stable")
    frame = pd.DataFrame(
        {
            "service": [names[service_id] for service_id in cells["service_id"]],
            "instrument": [label(instrument) for instrument in cells["instrument"]],
            "words": [gap_words(days) for days in cells["days"]],
            "sight": [member.value for member in cells["sight"]],
            "sight_words": [label(member) for member in cells["sight"]],
        }
    )
    colours = chart_style.palette(dark=st.context.theme.type == "dark")
    st.altair_chart(coverage_chart(frame, colours=colours), theme=None, width="stretch", key="coverage_map")
    note(_("Grey: seen in time. Orange: too long ago. Purple: never. Each cell: days since it was last seen."))


def gap_words(days: int | None) -> str:
    if days is None or pd.isna(days):
        return _("never")
    return _("today") if days == 0 else ngettext("{n} d", "{n} d", days).format(n=number(days))


def service_card(page: Page, found: Coverage, service_id: int) -> None:
    """One service: each instrument with its last look, what is expected, and the room where one is arranged."""
    row = found.services[found.services["service_id"] == service_id].iloc[0]
    section(pick(row["name"], row["name_en"]), pick(row["provider"], row["provider_en"]))
    for cell in found.cells[found.cells["service_id"] == service_id].itertuples():
        words, button = st.columns([3, 1], vertical_alignment="center")
        words.markdown(
            f"{state_words(cell.sight)}  \n:small[:gray[{plain(cell_facts(cell))}]]".replace(
                "{name}", plain(label(cell.instrument))
            )
        )
        if cell.sight in (Sight.OVERDUE, Sight.NEVER) and button.button(_("Look"), key=f"go_{cell.instrument}"):
            st.switch_page(f"../{ROOMS[cell.instrument]}.py")


def state_words(found: Sight) -> str:
    colour = {Sight.OVERDUE: "orange", Sight.NEVER: "violet"}.get(found, "gray")
    return f"**{{name}}** :{colour}-badge[{plain(label(found))}]"


def cell_facts(cell: object) -> str:
    last_at, instrument = cell.last_at, cell.instrument  # type: ignore[attr-defined]  # a row of the cells
    expected = ngettext("expected every {n} day", "expected every {n} days", EXPECTED_DAYS[instrument]).format(
        n=EXPECTED_DAYS[instrument]
    )
    if last_at is None or pd.isna(last_at):
        return expected
    seen = _("last on {day}").format(day=day(local_day(last_at, settings().zone)))
    return " · ".join((seen, expected))
