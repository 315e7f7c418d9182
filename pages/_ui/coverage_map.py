"""The map of blind spots: services by instruments, in words and colours, and one service with what to do about it."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from altair.typing import ChartType

from pages._ui.choices import keep
from pages._ui.page import Page, reading, saving
from pages._ui.run import go
from pages._ui.widgets import note, plain, section
from qs import chart_style
from qs.actor import Permission
from qs.chart_style import Palette, dressed, require_columns
from qs.coverage import BY_RHYTHM, EXPECTED_DAYS, QUIET_CHANCE, SILENT_CHANCE, Coverage
from qs.evaluations.queries import cycles
from qs.i18n import day, language, ngettext, number, percent, pick
from qs.i18n import gettext as _
from qs.monitoring.terms import Instrument, Sight
from qs.observations.reminders import feeds_of_service, remind_feed
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

ROW_PIXELS, LINE_PIXELS = 26, 14
BLIND = (Sight.OVERDUE, Sight.NEVER)
Cell = Any  # Any: one row of Coverage.cells
COLUMNS = ("service_id", "service", "code", "instrument", "words", "sight", "sight_words", "expectation")
PICKED, MAP = "cell", "coverage_map"
SMALLEST_SHARE = 0.001
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
            if instrument in BY_RHYTHM:
                note(_("as often as usual"))
            else:
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
    across, up = axes(frame)
    tooltip = [
        alt.Tooltip("service:N", title=_("Service")),
        alt.Tooltip("instrument:N", title=_("Instrument")),
        alt.Tooltip("words:N", title=_("Last seen")),
        alt.Tooltip("sight_words:N", title=_("State")),
        alt.Tooltip("expectation:N", title=_("Expectation")),
    ]
    picked = alt.selection_point(name=PICKED, fields=["service_id", "code"], toggle=False)
    colour = alt.Color(
        "sight:N",
        scale=alt.Scale(domain=[member.value for member in fills], range=list(fills.values())),
        legend=None,
    )
    cells = (
        base.mark_rect(stroke=colours.background, strokeWidth=3, cornerRadius=4)
        .add_params(picked)
        .encode(
            x=across,
            y=up,
            color=colour,
            tooltip=tooltip,
            opacity=alt.when(picked, empty=True).then(alt.value(1)).otherwise(alt.value(0.75)),
        )
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


def axes(frame: pd.DataFrame) -> tuple[alt.X, alt.Y]:
    """Instruments across and services down, in the order of the frame."""
    lines = max((len(words.split()) for words in frame["instrument"]), default=1)
    across = alt.X(
        "instrument:N",
        sort=list(dict.fromkeys(frame["instrument"])),
        axis=alt.Axis(
            title=None,
            orient="top",
            labelAngle=0,
            labelLimit=120,
            labelExpr="split(datum.label, ' ')",  # one word to a line, where a language has words
            labelPadding=6 + LINE_PIXELS * (lines - 1),
            domain=False,
            ticks=False,
        ),
    )
    up = alt.Y(
        "service:N",
        sort=list(dict.fromkeys(frame["service"])),
        axis=alt.Axis(title=None, labelLimit=260, domain=False, ticks=False),
    )
    return across, up


def coverage_map(found: Coverage, shown: pd.DataFrame) -> None:
    """The chart of the services shown."""
    names = {int(row.service_id): pick(row.name, row.name_en) for row in shown.itertuples()}
    cells = found.cells[found.cells["service_id"].isin(list(names))]
    order = {service_id: place for place, service_id in enumerate(names)}
    cells = cells.sort_values("service_id", key=lambda ids: ids.map(order), kind="stable")
    frame = pd.DataFrame(
        {
            "service_id": cells["service_id"],
            "service": [names[service_id] for service_id in cells["service_id"]],
            "code": [member.value for member in cells["instrument"]],
            "instrument": [label(instrument) for instrument in cells["instrument"]],
            "words": [gap_words(days) for days in cells["days"]],
            "sight": [member.value for member in cells["sight"]],
            "sight_words": [sight_words(cell) for cell in cells.itertuples()],
            "expectation": [expectation(cell) for cell in cells.itertuples()],
        }
    )
    colours = chart_style.palette(dark=st.context.theme.type == "dark")
    st.altair_chart(
        coverage_chart(frame, colours=colours),
        theme=None,
        width="stretch",
        key=MAP,
        on_select=open_cell,
        selection_mode=PICKED,
    )
    note(
        _("Grey: seen in time. Orange: silent or too long ago. Purple: never. Each cell: days since. Click one to act.")
    )
    if found.judged_count:
        words = _(
            "What comes by itself is called silent only when chance leaves so long a silence in less than {limit} of "
            "days, by the service's own rhythm of a year; of {n} pairs judged so, at most about {k} are by chance."
        )
        note(
            words.format(limit=percent(SILENT_CHANCE, 0), n=number(found.judged_count), k=number(found.false_count, 1))
        )


def gap_words(days: int | None) -> str:
    if days is None or pd.isna(days):
        return _("never")
    return _("today") if days == 0 else ngettext("{n} d", "{n} d", days).format(n=number(days))


def open_cell() -> None:
    """Open the service of the cell that was clicked, with that instrument first."""
    picked = st.session_state[MAP].selection.get(PICKED)
    if picked:
        keep("service", str(picked[0]["service_id"]))
        keep("cell", str(picked[0]["code"]))


def service_card(page: Page, found: Coverage, service_id: int) -> None:
    """One service: each instrument with its last look, what was expected, and one click to what can be done."""
    row = found.services[found.services["service_id"] == service_id].iloc[0]
    section(pick(row["name"], row["name_en"]), pick(row["provider"], row["provider_en"]))
    cells = list(found.cells[found.cells["service_id"] == service_id].itertuples())
    asked = st.query_params.get("cell")
    cells.sort(key=lambda cell: (cell.instrument.value != asked, cell.sight not in BLIND))
    blind = [cell.instrument for cell in cells if cell.sight in BLIND]
    if blind and page.actor.has(Permission.INSPECTIONS_PLAN):
        plan_button(service_id, blind, is_primary=True)
    for cell in cells:
        with st.container(border=cell.instrument.value == asked, gap="xxsmall"):
            words, place = st.columns([1.9, 1], vertical_alignment="center")
            colour = {Sight.OVERDUE: "orange", Sight.NEVER: "violet"}.get(cell.sight, "gray")
            badge = f":{colour}-badge[{plain(sight_words(cell))}]"
            words.markdown(f"**{plain(label(cell.instrument))}** {badge}  \n:small[:gray[{plain(cell_facts(cell))}]]")
            if cell.sight in BLIND or cell.quiet_feeds:
                with place:
                    step(page, service_id, cell.instrument)


def step(page: Page, service_id: int, instrument: Instrument) -> None:
    """What one click does about a cell that nobody looked at."""
    if instrument is Instrument.EVENTS and page.actor.has(Permission.FEEDS_CHASE):
        feed_chase(page, service_id)
    elif instrument is Instrument.INSPECTION and page.actor.has(Permission.INSPECTIONS_PLAN):
        plan_button(service_id, [instrument])
    elif instrument in (Instrument.EVALUATION, Instrument.THIRD_PARTY):
        if page.actor.has(Permission.EVALUATIONS_READ) and st.button(_("Its cycle"), key=f"go_{instrument}"):
            go("evaluations", **cycle_query(page, instrument))
    elif st.button(_("Look"), key=f"go_{instrument}"):
        go(ROOMS[instrument])


def plan_button(service_id: int, blind: list[Instrument], *, is_primary: bool = False) -> None:
    """Open the form of an inspection plan, filled in with the service and the reason."""
    if st.button(
        _("Plan an inspection") if is_primary else _("Plan it"),
        icon=":material/fact_check:" if is_primary else None,
        type="primary" if is_primary else "secondary",
        key="plan_all" if is_primary else "plan_inspection",
    ):
        because = ",".join(instrument.value for instrument in blind)
        go("inspections", do="plan", service=str(service_id), because=because)


def cycle_query(page: Page, instrument: Instrument) -> dict[str, str]:
    """Where an evaluation is asked for: the open cycle, or the form that opens one."""
    with reading() as session:
        known = cycles(session, actor=page.actor)
    running = known[known["closed_at"].isna()]
    if running.empty:
        return {"do": "open"} if page.actor.has_everywhere(Permission.EVALUATIONS_OPEN) else {}
    part = {"view": "third_party"} if instrument is Instrument.THIRD_PARTY else {}
    return {"cycle": str(running.iloc[0]["cycle_id"]), **part}


def feed_chase(page: Page, service_id: int) -> None:
    """Remind those who run the feed, or say that they were reminded."""
    with reading() as session:
        feeds = feeds_of_service(session, service_id, actor=page.actor, now=page.now)
    if not feeds and st.button(_("Look"), key="go_feeds"):
        go("feeds")
    for feed in feeds[:1]:
        if feed.asked_at is not None:
            told = _("reminded on {day}").format(day=day(local_day(feed.asked_at, settings().zone)))
            note(told if feed.state is None else f"{told} · {label(feed.state)}")
        name = pick(feed.name, feed.name_en)
        if feed.may_be_reminded and st.button(
            _("Chase the feed"), help=_("Remind those who run “{feed}”").format(feed=name), key=f"chase_{feed.feed_id}"
        ):
            with saving(
                page, done=_("Those who run the feed are reminded; their answer appears on Data feeds.")
            ) as session:
                remind_feed(session, feed.feed_id, service_id, actor=page.actor, now=page.now)


def sight_words(cell: Cell) -> str:
    """The state of a cell; what comes by itself is silent, not late."""
    if cell.quiet_feeds and cell.sight is Sight.DUE:
        return _("A feed is silent")
    if pd.isna(cell.chance):
        return label(cell.sight)
    words = {
        Sight.FRESH: _("As often as usual"),
        Sight.DUE: _("Unusually quiet"),
        Sight.OVERDUE: _("Unusually silent"),
    }
    return words.get(cell.sight, label(cell.sight))


def cell_facts(cell: Cell) -> str:
    if cell.last_at is None or pd.isna(cell.last_at):
        return expectation(cell)
    seen = _("last on {day}").format(day=day(local_day(cell.last_at, settings().zone)))
    return " · ".join((seen, expectation(cell)))


def expectation(cell: Cell) -> str:
    """What was expected: of what comes by itself how much, and how likely so long a silence is; else how often."""
    if pd.isna(cell.chance):
        days = EXPECTED_DAYS[cell.instrument]
        return ngettext("expected every {n} day", "expected every {n} days", days).format(n=days)
    if cell.quiet_feeds and cell.sight is Sight.DUE:
        words = ngettext(
            "{n} feed is silent for longer than its limit",
            "{n} feeds are silent for longer than their limit",
            cell.quiet_feeds,
        )
        return words.format(n=number(cell.quiet_feeds))
    if cell.silent_days == 0:
        return _("nothing is missing")
    came = ngettext(
        "expected {expected} in {n} day, came 0", "expected {expected} in {n} days, came 0", int(cell.silent_days)
    ).format(n=number(cell.silent_days), expected=number(cell.expected_count, 0 if cell.expected_count >= 10 else 1))
    if cell.sight is Sight.FRESH:
        return came
    share = _("under {share}").format(share=percent(SMALLEST_SHARE, 1))
    if cell.chance >= SMALLEST_SHARE:
        share = percent(cell.chance, 1 if cell.chance < QUIET_CHANCE else 0)
    return _("{came}; usually only {share} of days are so silent").format(came=came, share=share)
